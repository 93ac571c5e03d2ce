import { invalidValue, type FieldError } from '../../../api/errors/field-error';
import { invalid } from '../../../api/errors/status-error';
import type { KubeObject } from '../../../api/meta/object';
import { isIpv6 } from '../../shared/ip';
import { validateClusterIpFields } from './ip-family-validation';
import { clusterIps, ipFamilies, isExternalName, sameList } from './service-facts';

const SINGLE = 'SingleStack';
const PREFER = 'PreferDualStack';
const REQUIRE = 'RequireDualStack';

/** Nothing about addresses changes and both sides take what they can get: then nothing is to be done. */
export function matchesPreferDualStack(o: KubeObject, old: KubeObject): boolean {
  if (o.spec.ipFamilyPolicy === undefined || old.spec.type !== o.spec.type || !['ClusterIP', 'NodePort', 'LoadBalancer'].includes(o.spec.type as string)) return false;
  if (o.spec.ipFamilyPolicy !== PREFER || (old.spec.ipFamilyPolicy !== undefined && old.spec.ipFamilyPolicy !== PREFER)) return false;
  return sameList(clusterIps(old), clusterIps(o)) && sameList(ipFamilies(old), ipFamilies(o));
}

function refuse(o: KubeObject, errors: readonly FieldError[]): void {
  if (errors.length) throw invalid({ group: '', kind: 'Service' }, o.metadata.name ?? '', errors);
}

function other(family: string): string {
  return family === 'IPv4' ? 'IPv6' : 'IPv4';
}

/** Fewer addresses than before are only for services of a single stack. */
function reduce(o: KubeObject, old: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const policy = o.spec.ipFamilyPolicy as string;
  if (policy === SINGLE) {
    if (sameList(clusterIps(old), clusterIps(o)) && clusterIps(o).length > 1) o.spec.clusterIPs = clusterIps(o).slice(0, 1);
    if (sameList(ipFamilies(old), ipFamilies(o)) && ipFamilies(o).length > 1) o.spec.ipFamilies = ipFamilies(o).slice(0, 1);
    return errors;
  }
  const fewer = (get: (s: KubeObject) => string[]): boolean => get(o).length > 0 && get(o).length < get(old).length;
  if (fewer(clusterIps)) errors.push(invalidValue('spec.ipFamilyPolicy', policy, "must be 'SingleStack' to release the secondary cluster IP"));
  if (fewer(ipFamilies)) errors.push(invalidValue('spec.ipFamilyPolicy', policy, "must be 'SingleStack' to release the secondary IP family"));
  return errors;
}

/**
 * Sets ipFamilyPolicy and ipFamilies by what the service says and which families the cluster has, the default first
 * (initIPFamilyFields). @throws StatusError 422
 */
export function initIpFamilies(o: KubeObject, old: KubeObject | undefined, configured: readonly string[]): void {
  if (isExternalName(o) || (old && matchesPreferDualStack(o, old))) return;
  const spec = o.spec;
  const headlessWithoutSelector = spec.clusterIP === 'None' && !Object.keys((spec.selector ?? {}) as object).length;
  if (spec.ipFamilyPolicy === undefined) spec.ipFamilyPolicy = (old?.spec?.ipFamilyPolicy as string | undefined) ?? (headlessWithoutSelector ? REQUIRE : SINGLE);
  refuse(o, validateClusterIpFields(o, old));
  const errors = old ? reduce(o, old) : [];
  const policy = spec.ipFamilyPolicy as string;
  if (policy === SINGLE) {
    if (clusterIps(o).length === 2) errors.push(invalidValue('spec.ipFamilyPolicy', policy, "must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified"));
    if (ipFamilies(o).length === 2) errors.push(invalidValue('spec.ipFamilyPolicy', policy, "must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified"));
  }
  for (const [i, ip] of clusterIps(o).entries()) {
    if (ip === 'None') break;
    if (i < ipFamilies(o).length) continue;
    const family = isIpv6(ip) ? 'IPv6' : 'IPv4';
    if (configured.includes(family)) spec.ipFamilies = [...ipFamilies(o), family];
    else errors.push(invalidValue(`spec.clusterIPs[${i}]`, clusterIps(o), `${family} is not configured on this cluster`));
  }
  refuse(o, errors);
  if (headlessWithoutSelector) {
    if (!ipFamilies(o).length) spec.ipFamilies = [configured[0]];
    if (ipFamilies(o).length < 2 && policy !== SINGLE) spec.ipFamilies = [ipFamilies(o)[0], other(ipFamilies(o)[0]!)];
    return;
  }
  if (policy === REQUIRE && configured.length < 2) errors.push(invalidValue('spec.ipFamilyPolicy', policy, 'this cluster is not configured for dual-stack services'));
  ipFamilies(o).forEach((f, i) => {
    if (!configured.includes(f)) errors.push(invalidValue(`spec.ipFamilies[${i}]`, f, 'not configured on this cluster'));
  });
  refuse(o, errors);
  if (!ipFamilies(o).length) spec.ipFamilies = [configured[0]];
  if (policy !== SINGLE && ipFamilies(o).length === 1 && configured.length === 2) spec.ipFamilies = [ipFamilies(o)[0], other(ipFamilies(o)[0]!)];
}
