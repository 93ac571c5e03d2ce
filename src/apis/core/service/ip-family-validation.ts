import { duplicate, invalidValue, notSupported, required, type FieldError } from '../../../api/errors/field-error';
import type { KubeObject } from '../../../api/meta/object';
import { isIpv6, parseIpSloppy, validateLegacyIp } from '../../shared/ip';
import { clusterIps, ipFamilies, isExternalName, isHeadless } from './service-facts';

const FAMILIES = ['IPv4', 'IPv6'];
const POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
const FIXED = 'may not change once set';

/** The list as upstream's nil slice prints. */
function shown(list: readonly string[]): readonly string[] | null {
  return list.length ? list : null;
}

/** Complaints about clusterIP(s), ipFamilies and ipFamilyPolicy by themselves (ValidateServiceClusterIPsRelatedFields). */
export function validateClusterIpFields(o: KubeObject, old?: KubeObject): FieldError[] {
  if (isExternalName(o)) return [];
  const errors: FieldError[] = [];
  const ips = clusterIps(o);
  const families = ipFamilies(o);
  const path = 'spec.clusterIPs';
  if (o.spec.clusterIP) {
    if (!ips.length) errors.push(required(path));
    else if (ips[0] !== o.spec.clusterIP) errors.push(invalidValue(path, ips, 'first value must match `clusterIP`'));
  } else if (ips.length) errors.push(invalidValue(path, ips, 'must be empty when `clusterIP` is not specified'));
  families.forEach((f, i) => {
    if (!FAMILIES.includes(f)) errors.push(notSupported(`spec.ipFamilies[${i}]`, f, FAMILIES));
    if (families.indexOf(f) < i) errors.push(duplicate(`spec.ipFamilies[${i}]`, f));
  });
  const policy = o.spec.ipFamilyPolicy as string | undefined;
  if (policy !== undefined && !POLICIES.includes(policy)) errors.push(notSupported('spec.ipFamilyPolicy', policy, POLICIES));
  let bad = false;
  ips.forEach((ip, i) => {
    if (i === 0 && ip === 'None') {
      if (ips.length === 1) return;
      bad = true;
      errors.push(invalidValue(path, ips, "'None' must be the first and only value"));
      return;
    }
    const messages = validateLegacyIp(ip, `${path}[${i}]`, old ? clusterIps(old) : []);
    bad ||= messages.length > 0;
    errors.push(...messages);
  });
  if (ips.length > 2) errors.push(invalidValue(path, ips, 'may only hold up to 2 values'));
  if (bad) return errors;
  if (ips.length > 1 && new Set(ips.map((ip) => parseIpSloppy(ip)?.family)).size !== 2) {
    errors.push(invalidValue(path, ips, 'may specify no more than one IP for each IP family'));
  }
  if (isHeadless(o)) return errors;
  ips.slice(0, families.length).forEach((ip, i) => {
    const wanted = families[i]!;
    if ((wanted === 'IPv4' && isIpv6(ip)) || (wanted === 'IPv6' && !isIpv6(ip))) {
      errors.push(invalidValue(`${path}[${i}]`, ip, `expected an ${wanted} value as indicated by \`ipFamilies[${i}]\``));
    }
  });
  return errors;
}

function mustBeSingle(o: KubeObject, what: string): FieldError[] {
  if (o.spec.ipFamilyPolicy === 'SingleStack') return [];
  return [invalidValue('spec.ipFamilyPolicy', (o.spec.ipFamilyPolicy as string | undefined) ?? null, `must be set to 'SingleStack' when releasing the secondary ${what}`)];
}

/** Cluster addresses stay; only the second one may come and go (validateUpgradeDowngradeClusterIPs). */
export function validateClusterIpChange(old: KubeObject, o: KubeObject): FieldError[] {
  if (isExternalName(o) || isExternalName(old) || (isHeadless(o) && isHeadless(old))) return [];
  const before = clusterIps(old);
  const now = clusterIps(o);
  const path = (i: number): string => `spec.clusterIPs[${i}]`;
  if (before.length === now.length) return before.flatMap((ip, i) => (ip === now[i] ? [] : [invalidValue(path(i), now, FIXED)]));
  if (before.length < now.length) return before.length && now[0] !== before[0] ? [invalidValue(path(0), now, FIXED)] : [];
  const errors: FieldError[] = [];
  if (!now.length) errors.push(invalidValue(path(0), shown(now), 'primary clusterIP can not be unset'));
  else if (now[0] !== before[0]) errors.push(invalidValue(path(0), now, FIXED));
  if (now.length === 1) errors.push(...mustBeSingle(o, 'clusterIP'));
  return errors;
}

/** The same for the families (validateUpgradeDowngradeIPFamilies). */
export function validateIpFamilyChange(old: KubeObject, o: KubeObject): FieldError[] {
  if (isExternalName(o) || isExternalName(old) || isHeadless(o) || isHeadless(old)) return [];
  const before = ipFamilies(old);
  const now = ipFamilies(o);
  const path = 'spec.ipFamilies[0]';
  if (before.length === now.length) return before.flatMap((f, i) => (f === now[i] ? [] : [invalidValue(path, now, FIXED)]));
  const firstChanged = before.length > 0 && now.length > 0 && now[0] !== before[0];
  const errors: FieldError[] = [];
  if (before.length > now.length && !clusterIps(o).length) errors.push(invalidValue(path, shown(now), 'primary ipFamily can not be unset'));
  // upstream shows the addresses here
  if (firstChanged) errors.push(invalidValue(path, shown(clusterIps(o)), FIXED));
  if (before.length > now.length && now.length === 1) errors.push(...mustBeSingle(o, 'ipFamily'));
  return errors;
}
