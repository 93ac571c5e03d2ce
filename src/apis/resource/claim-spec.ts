import { invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import { isDns1123Subdomain } from '../shared/names';
import type { Raw } from '../shared/raw';
import { validateDeviceConfiguration } from './device-config';
import { validateDeviceToleration } from './device-taints';
import { validateItems, validateSet } from './lists';
import { validateFullyQualifiedName, validateLabelName } from './names';
import { validateDeviceSelectors } from './selectors';

const REQUESTS_MAX = 32;
const CONSTRAINTS_MAX = 32;
export const CONFIGS_MAX = 32;
const ALTERNATIVES_MAX = 8;

/** Names of requests and, for those with alternatives, of their subrequests. */
export type RequestNames = ReadonlyMap<string, ReadonlySet<string>>;

const NOT_A_REQUEST = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
const ONE_OF = 'exactly one of `exactly` or `firstAvailable` is required';

function listOf(o: Raw | undefined, field: string): Raw[] {
  return (o?.[field] ?? []) as Raw[];
}

function defaultAsk(r: Raw): void {
  r.allocationMode ||= 'ExactCount';
  if (r.allocationMode === 'ExactCount') r.count ||= 1;
  for (const t of listOf(r, 'tolerations')) t.operator ||= 'Equal';
}

/** Fills how many devices each request asks for. */
export function defaultClaimSpec(spec: Raw | undefined): void {
  for (const r of listOf(spec?.devices, 'requests')) {
    if (r.exactly) defaultAsk(r.exactly);
    for (const sub of listOf(r, 'firstAvailable')) defaultAsk(sub);
  }
}

export function requestNamesOf(spec: Raw | undefined): RequestNames {
  return new Map(listOf(spec?.devices, 'requests').map((r) => [r.name ?? '', new Set(listOf(r, 'firstAvailable').map((s) => s.name ?? ''))]));
}

/** Complaints about a reference to a request ('gpu') or to one of its alternatives ('gpu/big'). */
export function validateRequestRef(name: string, path: string, names: RequestNames): FieldError[] {
  const parts = name.split('/');
  if (parts.length > 2) return [invalidValue(path, name, NOT_A_REQUEST)];
  const errors = parts.flatMap((p) => validateLabelName(p, path));
  const subs = names.get(parts[0]!);
  if (!subs || (parts.length === 2 && !subs.has(parts[1]!))) errors.push(invalidValue(path, name, NOT_A_REQUEST));
  return errors;
}

/** A list of such references, none twice. */
export function validateRequestRefs(refs: readonly string[] | undefined, path: string, names: RequestNames): FieldError[] {
  return validateSet(refs, REQUESTS_MAX, (n, at) => validateRequestRef(n, at, names), (n) => n, path);
}

function validateMode(r: Raw, path: string): FieldError[] {
  const count: number = r.count ?? 0;
  if (r.allocationMode === 'All') return count ? [invalidValue(`${path}.count`, count, "must not be specified when allocationMode is 'All'")] : [];
  if (r.allocationMode === 'ExactCount') return count <= 0 ? [invalidValue(`${path}.count`, count, 'must be greater than zero')] : [];
  return [notSupported(`${path}.allocationMode`, r.allocationMode ?? '', ['All', 'ExactCount'])];
}

function validateAsk(r: Raw, path: string): FieldError[] {
  const at = `${path}.deviceClassName`;
  const name: string = r.deviceClassName ?? '';
  return [
    ...(name ? isDns1123Subdomain(name).map((m) => invalidValue(at, name, m)) : [required(at)]),
    ...validateDeviceSelectors(r.selectors, `${path}.selectors`),
    ...validateMode(r, path),
    ...listOf(r, 'tolerations').flatMap((t, i) => validateDeviceToleration(t, `${path}.tolerations[${i}]`)),
  ];
}

function validateRequest(r: Raw, path: string): FieldError[] {
  const errors = validateLabelName(r.name, `${path}.name`);
  const alternatives = listOf(r, 'firstAvailable');
  if (!alternatives.length && !r.exactly) errors.push(required(path, ONE_OF));
  else if (alternatives.length && r.exactly) errors.push(invalidValue(path, null, `${ONE_OF}, but multiple fields are set`));
  else if (r.exactly) errors.push(...validateAsk(r.exactly, `${path}.exactly`));
  else {
    const check = (s: Raw, at: string): FieldError[] => [...validateLabelName(s.name, `${at}.name`), ...validateAsk(s, at)];
    errors.push(...validateSet(alternatives, ALTERNATIVES_MAX, check, (s) => s.name ?? '', `${path}.firstAvailable`));
  }
  return errors;
}

function validateConstraint(c: Raw, path: string, names: RequestNames): FieldError[] {
  const errors = validateRequestRefs(c.requests, `${path}.requests`, names);
  if (c.matchAttribute !== undefined) errors.push(...validateFullyQualifiedName(c.matchAttribute, `${path}.matchAttribute`));
  else if (c.distinctAttribute !== undefined) errors.push(...validateFullyQualifiedName(c.distinctAttribute, `${path}.distinctAttribute`));
  else errors.push(required(path, 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set'));
  return errors;
}

/** Complaints about a ResourceClaimSpec. */
export function validateClaimSpec(spec: Raw | undefined, path: string): FieldError[] {
  const names = requestNamesOf(spec);
  const devices = (spec?.devices ?? {}) as Raw;
  const at = `${path}.devices`;
  return [
    ...validateSet(listOf(devices, 'requests'), REQUESTS_MAX, validateRequest, (r) => r.name ?? '', `${at}.requests`),
    ...validateItems(listOf(devices, 'constraints'), CONSTRAINTS_MAX, (c, p) => validateConstraint(c, p, names), `${at}.constraints`),
    ...validateItems(
      listOf(devices, 'config'),
      CONFIGS_MAX,
      (c, p) => [...validateRequestRefs(c.requests, `${p}.requests`, names), ...validateDeviceConfiguration(c, p)],
      `${at}.config`,
    ),
  ];
}
