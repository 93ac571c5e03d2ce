import { duplicate, forbiddenField, invalidValue, type FieldError } from '../../../api/errors/field-error';
import type { KubeObject } from '../../../api/meta/object';
import { parseCidrSloppy, validateLegacyCidr } from '../../shared/cidr';
import { goValue } from '../../shared/go-value';
import { longerThan } from '../../shared/names';
import type { Raw, ResourceList } from '../../shared/raw';
import { validateResourceQuantity } from '../../shared/resource-names';
import { validateTaints } from '../../shared/taints';

const FEATURE = /^[A-Z][a-zA-Z0-9]*(\/[a-zA-Z0-9]+)*$/;

function validateResources(o: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  for (const list of ['capacity', 'allocatable']) {
    const amounts = (o.status?.[list] ?? {}) as ResourceList;
    for (const r in amounts) errors.push(...validateResourceQuantity(r, amounts[r]!, `status.${list}.${r}`));
  }
  return errors;
}

function validateFeatures(features: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  features.forEach((f, i) => {
    const path = `status.declaredFeatures[${i}]`;
    if (longerThan(f, 253)) errors.push(invalidValue(path, f, `invalid feature name ${JSON.stringify(f)}: must be no more than 253 characters`));
    else if (!FEATURE.test(f)) {
      const rule =
        "must start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes";
      errors.push(invalidValue(path, f, `invalid feature name ${JSON.stringify(f)}: ${rule}`));
    }
    const next = features[i + 1];
    if (next === undefined) return;
    const nextPath = `status.declaredFeatures[${i + 1}]`;
    if (f === next) errors.push(duplicate(nextPath, next));
    else if (f > next) errors.push(invalidValue(nextPath, next, 'list must be sorted alphabetically'));
  });
  return errors;
}

function validatePodCidrs(cidrs: readonly string[]): FieldError[] {
  const errors = cidrs.flatMap((c, i) => validateLegacyCidr(c, `spec.podCIDRs[${i}]`));
  if (cidrs.length < 2) return errors;
  const wrong = cidrs.findIndex((c) => !parseCidrSloppy(c));
  if (wrong >= 0) errors.push({ type: 'InternalError', field: 'spec.podCIDRs', message: `Internal error: invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR[${wrong}]: <nil> (invalid CIDR address: ${cidrs[wrong]})` });
  const families = new Set(cidrs.map((c) => parseCidrSloppy(c)?.network.family));
  if (wrong >= 0 || families.size !== 2 || cidrs.length > 2) errors.push(invalidValue('spec.podCIDRs', cidrs, 'may specify no more than one CIDR for each IP family'));
  return errors;
}

/** Complaints about a Node whatever it was before (ValidateNode). */
function validateAny(o: KubeObject): FieldError[] {
  const taints = (o.spec?.taints ?? []) as Raw[];
  const errors = [...validateTaints(taints, 'metadata.taints'), ...validateResources(o)];
  const swap = o.status?.nodeInfo?.swap?.capacity as number | undefined;
  if (swap !== undefined && swap <= 0) errors.push(invalidValue('metadata.nodeSwapStatus.capacity', swap, 'must be greater than zero'));
  errors.push(...validateFeatures((o.status?.declaredFeatures ?? []) as string[]));
  errors.push(...validatePodCidrs((o.spec?.podCIDRs ?? []) as string[]));
  return errors;
}

/** What a node may become (ValidateNodeUpdate); also for its status. */
export function validateNodeUpdate(o: KubeObject, old: KubeObject): FieldError[] {
  const errors = [...validateResources(o), ...validateFeatures((o.status?.declaredFeatures ?? []) as string[])];
  const seen = new Set<string>();
  ((o.status?.addresses ?? []) as Raw[]).forEach((a, i) => {
    const id = `${a.type}\n${a.address}`;
    if (seen.has(id)) errors.push(duplicate(`status.addresses[${i}]`, goValue('NodeAddress', a)));
    seen.add(id);
  });
  const before = (old.spec?.podCIDRs ?? []) as string[];
  const now = (o.spec?.podCIDRs ?? []) as string[];
  const moved = 'node updates may not change podCIDR except from "" to valid';
  if (before.length && before.length !== now.length) errors.push(forbiddenField('spec.podCIDRs', moved));
  else before.forEach((c, i) => c !== now[i] && errors.push(forbiddenField('spec.podCIDRs', moved)));
  if (old.spec?.providerID && old.spec.providerID !== o.spec?.providerID) {
    errors.push(forbiddenField('spec.providerID', 'node updates may not change providerID except from "" to valid'));
  }
  errors.push(...validateTaints((o.spec?.taints ?? []) as Raw[], 'metadata.taints'));
  if ((o.spec?.externalID ?? '') !== (old.spec?.externalID ?? '')) errors.push(forbiddenField('spec.externalID', 'may not be updated'));
  return errors;
}

/** Complaints about a Node. */
export function validateNode(o: KubeObject, old?: KubeObject): FieldError[] {
  return old ? [...validateAny(o), ...validateNodeUpdate(o, old)] : validateAny(o);
}
