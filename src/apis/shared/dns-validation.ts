import { invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import { pushMessages } from './checks';
import { validateLegacyIp } from './ip';
import { isDns1123SubdomainWithUnderscore, longerThan } from './names';
import type { Raw } from './raw';

const POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const MAX_SERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_CHARACTERS = 2048;

/** Complaint about the dnsPolicy of a pod spec at `path`. */
export function pushDnsPolicyErrors(errors: FieldError[], spec: Raw, path: string): void {
  if (!POLICIES.includes(spec.dnsPolicy)) errors.push(notSupported(`${path}.dnsPolicy`, spec.dnsPolicy, POLICIES));
}

/** Complaints about the dnsConfig of a pod spec at `path`. */
export function pushDnsConfigErrors(errors: FieldError[], spec: Raw, path: string): void {
  const config = spec.dnsConfig as Raw | undefined;
  const at = `${path}.dnsConfig`;
  const servers = (config?.nameservers ?? []) as string[];
  if (spec.dnsPolicy === 'None') {
    if (!config) return void errors.push(required(at, 'must provide `dnsConfig` when `dnsPolicy` is None'));
    if (!servers.length) return void errors.push(required(`${at}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None'));
  }
  if (!config) return;
  const searches = (config.searches ?? []) as string[];
  if (servers.length > MAX_SERVERS) errors.push(invalidValue(`${at}.nameservers`, servers, `must not have more than ${MAX_SERVERS} nameservers`));
  servers.forEach((ip, i) => errors.push(...validateLegacyIp(ip, `${at}.nameservers[${i}]`)));
  if (searches.length > MAX_SEARCHES) errors.push(invalidValue(`${at}.searches`, searches, `must not have more than ${MAX_SEARCHES} search paths`));
  if (longerThan(searches.join(' '), MAX_SEARCH_CHARACTERS)) {
    errors.push(invalidValue(`${at}.searches`, searches, `must not have more than ${MAX_SEARCH_CHARACTERS} characters (including spaces) in the search list`));
  }
  searches.forEach((s, i) => {
    if (s === '.') return;
    const domain = s.endsWith('.') ? s.slice(0, -1) : s;
    pushMessages(errors, isDns1123SubdomainWithUnderscore(domain), domain, `${at}.searches[${i}]`);
  });
  ((config.options ?? []) as Raw[]).forEach((o, i) => {
    if (!o.name) errors.push(required(`${at}.options[${i}]`, 'must not be empty'));
  });
}
