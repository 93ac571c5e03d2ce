import { canonicalQuantity } from '../../api/quantity';
import type { ResourceList } from './raw';

/** Rounds every quantity of a list up to thousandths: no component counts in smaller parts (SetDefaults_ResourceList upstream). */
export function defaultResourceList(list: ResourceList | undefined): void {
  for (const name in list) {
    const q = list[name]!;
    const rounded = roundUpToMilli(q);
    if (rounded !== q) list[name] = rounded;
  }
}

const EXPONENT = /^(-?\d+)e(-\d+)$/;

/** A canonical quantity rounded up to thousandths; text without sub-milli suffix comes back as it is. */
export function roundUpToMilli(q: string): string {
  const last = q.charCodeAt(q.length - 1);
  if (last === 110 /* n */) return canonicalQuantity(`${ceilDivide(BigInt(q.slice(0, -1)), 1_000_000n)}m`);
  if (last === 117 /* u */) return canonicalQuantity(`${ceilDivide(BigInt(q.slice(0, -1)), 1_000n)}m`);
  if (last < 48 || last > 57 || q.indexOf('e-') < 0) return q;
  const m = EXPONENT.exec(q);
  if (!m || Number(m[2]) >= -3) return q;
  return canonicalQuantity(`${ceilDivide(BigInt(m[1]!), 10n ** BigInt(-3 - Number(m[2])))}e-3`);
}

function ceilDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a > 0n && a % b !== 0n ? quotient + 1n : quotient;
}

/** Rounds limits and requests of a ResourceRequirements. */
export function defaultResources(resources: { limits?: ResourceList; requests?: ResourceList } | undefined): void {
  if (!resources) return;
  if (resources.limits) defaultResourceList(resources.limits);
  if (resources.requests) defaultResourceList(resources.requests);
}
