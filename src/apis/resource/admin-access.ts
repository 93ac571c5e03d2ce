import { forbiddenField, internalFieldError, type FieldError } from '../../api/errors/field-error';
import type { Ctx } from '../../apiserver/registry/strategy';
import type { Raw } from '../shared/raw';

const LABEL = 'resource.kubernetes.io/admin-access';
const NAMESPACES = { group: '', version: 'v1', resource: 'namespaces' };

/** Access to devices in use needs a namespace that is marked for it. */
function validateNamespace(c: Ctx, namespace: string, path: string): FieldError[] {
  const ns = c.lookup.get(NAMESPACES, undefined, namespace);
  if (!ns) {
    return [internalFieldError(path, `could not retrieve namespace to verify admin access: namespaces ${JSON.stringify(namespace)} not found`)];
  }
  if (ns.metadata.labels?.[LABEL] === 'true') return [];
  return [forbiddenField(path, `admin access to devices requires the \`${LABEL}: true\` label on the containing namespace`)];
}

/** Complaint about the first request of `spec` (a ResourceClaimSpec) that asks for admin access. */
export function validateAdminAccess(c: Ctx, namespace: string, spec: Raw | undefined): FieldError[] {
  const requests = (spec?.devices?.requests ?? []) as Raw[];
  const i = requests.findIndex((r) => r.exactly?.adminAccess === true);
  return i < 0 ? [] : validateNamespace(c, namespace, `spec.devices.requests[${i}].adminAccess`);
}

function grantIn(allocation: Raw | undefined): number {
  return ((allocation?.devices?.results ?? []) as Raw[]).findIndex((r) => r.adminAccess === true);
}

/** Complaint about an allocation that newly grants admin access. */
export function validateAdminAllocation(c: Ctx, namespace: string, allocation: Raw | undefined, old: Raw | undefined): FieldError[] {
  if (grantIn(old) >= 0) return [];
  const i = grantIn(allocation);
  return i < 0 ? [] : validateNamespace(c, namespace, `status.allocation.devices.results[${i}].adminAccess`);
}
