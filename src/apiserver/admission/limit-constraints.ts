import { compareQuantity, quantityMilliValue, quantityValue } from '../../api/quantity';
import type { ResourceList } from '../../api/quota/resource-list';

/** One entry of a LimitRange's spec.limits. */
export interface LimitRangeItem {
  type: string;
  min?: ResourceList;
  max?: ResourceList;
  default?: ResourceList;
  defaultRequest?: ResourceList;
  maxLimitRequestRatio?: ResourceList;
}

/** From here on thousandths no longer fit an int64, and amounts are compared in whole units. */
const MAX_IN_MILLI = (2 ** 63 - 1) / 1000;

/** What a container, or a pod as a whole, does against a limit: one complaint per broken rule, by resource name. */
export function limitComplaints(limit: LimitRangeItem, requests: ResourceList = {}, limits: ResourceList = {}): string[] {
  const out: string[] = [];
  collect(limit.min, (name, min) => belowMin(limit.type, name, min, requests[name], limits[name]), out);
  collect(limit.max, (name, max) => aboveMax(limit.type, name, max, requests[name], limits[name]), out);
  collect(limit.maxLimitRequestRatio, (name, ratio) => aboveRatio(limit.type, name, ratio, requests[name], limits[name]), out);
  return out;
}

/** The same for a claim, which only has requests. */
export function claimComplaints(limit: LimitRangeItem, requests: ResourceList = {}): string[] {
  const out: string[] = [];
  collect(limit.min, (name, min) => belowMin(limit.type, name, min, requests[name], undefined), out);
  collect(
    limit.max,
    (name, max) => {
      const request = requests[name];
      if (request === undefined) return `maximum ${name} usage per ${limit.type} is ${max}.  No request is specified`;
      return compareQuantity(request, max) > 0 ? `maximum ${name} usage per ${limit.type} is ${max}, but request is ${request}` : undefined;
    },
    out,
  );
  return out;
}

function collect(rules: ResourceList | undefined, check: (name: string, amount: string) => string | undefined, out: string[]): void {
  if (!rules) return;
  for (const name of Object.keys(rules).sort()) {
    const complaint = check(name, rules[name]!);
    if (complaint !== undefined) out.push(complaint);
  }
}

function belowMin(type: string, name: string, min: string, request: string | undefined, limit: string | undefined): string | undefined {
  const head = `minimum ${name} usage per ${type} is ${min}`;
  if (request === undefined) return `${head}.  No request is specified`;
  if (compareQuantity(request, min) < 0) return `${head}, but request is ${request}`;
  return limit !== undefined && compareQuantity(limit, min) < 0 ? `${head}, but limit is ${limit}` : undefined;
}

function aboveMax(type: string, name: string, max: string, request: string | undefined, limit: string | undefined): string | undefined {
  const head = `maximum ${name} usage per ${type} is ${max}`;
  if (limit === undefined) return `${head}.  No limit is specified`;
  if (compareQuantity(limit, max) > 0) return `${head}, but limit is ${limit}`;
  return request !== undefined && compareQuantity(request, max) > 0 ? `${head}, but request is ${request}` : undefined;
}

function aboveRatio(type: string, name: string, ratio: string, request: string | undefined, limit: string | undefined): string | undefined {
  const head = `${name} max limit to request ratio per ${type} is ${ratio}`;
  const [asked, allowed] = [amount(request), amount(limit)];
  if (asked === 0) return `${head}, but no request is specified or request is 0`;
  if (allowed === 0) return `${head}, but no limit is specified or limit is 0`;
  const observed = allowed / asked;
  return observed * 1000 > quantityMilliValue(ratio) ? `${head}, but provided ratio is ${observed.toFixed(6)}` : undefined;
}

/** In thousandths, as long as that is a number the API server could count in. */
function amount(q: string | undefined): number {
  if (q === undefined) return 0;
  return quantityValue(q) <= MAX_IN_MILLI ? quantityMilliValue(q) : quantityValue(q) * 1000;
}
