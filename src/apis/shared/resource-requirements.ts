import { duplicate, forbiddenField, invalidValue, notFoundValue, required, type FieldError } from '../../api/errors/field-error';
import { compareQuantity } from '../../api/quantity';
import { pushLabelNameErrors } from './checks';
import type { Raw, ResourceList } from './raw';
import { hugePagesProblem, isHugePages, isOvercommitAllowed, validateContainerResourceName, validateResourceQuantity } from './resource-names';
import { amountOf } from './resource-list';

/** Amounts every component can count: a canonical plain or milli number of one of the two compute resources needs no closer look. */
function plain(name: string, q: string): boolean {
  return (name === 'cpu' || name === 'memory') && q.charCodeAt(0) !== 45;
}

function pushAmounts(
  errors: FieldError[],
  list: ResourceList,
  path: string,
  checkName: (name: string, path: string) => FieldError[],
  each?: (name: string, q: string) => void,
): void {
  for (const name in list) {
    const q = list[name]!;
    if (!plain(name, q)) {
      const at = `${path}[${name}]`;
      errors.push(...checkName(name, at), ...validateResourceQuantity(name, q, at));
    }
    each?.(name, q);
    if (isHugePages(name)) {
      const problem = hugePagesProblem(name, q);
      if (problem) errors.push(invalidValue(`${path}[${name}]`, q, problem));
    }
  }
}

function pushClaims(errors: FieldError[], claims: readonly Raw[], podClaims: ReadonlySet<string>, path: string): void {
  const names = new Set<string>();
  claims.forEach((c, i) => {
    const at = `${path}[${i}]`;
    const name = (c.name ?? '') as string;
    if (!name) return void errors.push(required(at));
    if (names.has(name)) errors.push(duplicate(at, name));
    else {
      if (c.request) pushLabelNameErrors(errors, c.request, `${at}.request`);
      const key = c.request ? `${name}/${c.request}` : name;
      if (names.has(key)) errors.push(duplicate(at, key));
      else if (!c.request) for (const k of names) if (k.startsWith(`${name}/`)) errors.push(duplicate(at, name));
      names.add(key);
    }
    if (!podClaims.has(name)) {
      const list = podClaims.size ? `: ${[...podClaims].sort().join(', ')}` : ' which is empty';
      const e = notFoundValue(at, name);
      errors.push({ ...e, message: `${e.message}: must be one of the names in pod.spec.resourceClaims${list}` });
    }
  });
}

function anyHugePages(list: ResourceList | undefined): boolean {
  for (const name in list) if (isHugePages(name)) return true;
  return false;
}

function anyCompute(list: ResourceList | undefined): boolean {
  return list?.cpu !== undefined || list?.memory !== undefined;
}

/** Complaints about limits, requests and claims at `path` (validateResourceRequirements); `checkName` for the names it may hold. */
export function pushResourceErrors(
  errors: FieldError[],
  r: Raw,
  podClaims: ReadonlySet<string>,
  path: string,
  checkName: (name: string, path: string) => FieldError[] = validateContainerResourceName,
): void {
  const limits = r.limits as ResourceList | undefined;
  const requests = r.requests as ResourceList | undefined;
  if (limits) pushAmounts(errors, limits, `${path}.limits`, checkName);
  if (requests) {
    const at = `${path}.requests`;
    pushAmounts(errors, requests, at, checkName, (name, q) => {
      const limit = amountOf(limits, name);
      if (limit === undefined) {
        if (!isOvercommitAllowed(name)) errors.push(required(`${path}.limits`, 'Limit must be set for non overcommitable resources'));
      } else if (q !== limit) {
        const order = compareQuantity(q, limit);
        if (order !== 0 && !isOvercommitAllowed(name)) errors.push(invalidValue(at, q, `must be equal to ${name} limit of ${limit}`));
        else if (order > 0) errors.push(invalidValue(at, q, `must be less than or equal to ${name} limit of ${limit}`));
      }
    });
  }
  if ((anyHugePages(limits) || anyHugePages(requests)) && !anyCompute(limits) && !anyCompute(requests)) {
    errors.push(forbiddenField(path, 'HugePages require cpu or memory'));
  }
  if (r.claims) pushClaims(errors, r.claims, podClaims, `${path}.claims`);
}
