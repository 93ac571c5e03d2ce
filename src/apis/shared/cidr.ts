import { invalidValue, type FieldError } from '../../api/errors/field-error';
import { formatIp, parseIpSloppy, type Ip } from './ip';

/** A network: its address as written, the prefix length, and the address with the host bits cleared. */
export interface Cidr {
  ip: Ip;
  prefix: number;
  /** True when the prefix length was written with leading zeros. */
  sloppyPrefix: boolean;
  network: { family: 4 | 6; bytes: readonly number[] };
}

/** Parses 'address/length' as netutils.ParseCIDRSloppy. */
export function parseCidrSloppy(s: string): Cidr | undefined {
  const slash = s.indexOf('/');
  if (slash < 0) return undefined;
  const text = s.slice(slash + 1);
  const ip = parseIpSloppy(s.slice(0, slash));
  if (!ip || !/^\d+$/.test(text)) return undefined;
  let prefix = Number(text);
  const bits = ip.mapped || ip.family === 6 ? 128 : 32;
  if (prefix > bits) return undefined;
  if (ip.mapped) prefix = Math.max(0, prefix - 96);
  const bytes = ip.bytes.map((b, i) => {
    const keep = Math.min(8, Math.max(0, prefix - i * 8));
    return b & (0xff << (8 - keep)) & 0xff;
  });
  return { ip, prefix, sloppyPrefix: text.length > 1 && text[0] === '0', network: { family: ip.family, bytes } };
}

/** '10.0.0.0/8' with host bits cleared. */
export function formatNetwork(c: Cidr): string {
  return `${formatIp(c.network)}/${c.prefix}`;
}

/** True when `ip` lies in the network. */
export function cidrContains(c: Cidr, ip: { family: 4 | 6; bytes: readonly number[] }): boolean {
  if (ip.family !== c.network.family) return false;
  for (let i = 0; i < ip.bytes.length; i++) {
    const keep = Math.min(8, Math.max(0, c.prefix - i * 8));
    if ((ip.bytes[i]! & (0xff << (8 - keep)) & 0xff) !== c.network.bytes[i]) return false;
  }
  return true;
}

/** IsValidCIDRForLegacyField with strict validation; texts of the old object pass. */
export function validateLegacyCidr(s: string, path: string, validOld: readonly string[] = []): FieldError[] {
  if (validOld.includes(s)) return [];
  const c = parseCidrSloppy(s);
  if (!c) return [invalidValue(path, s, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')];
  if (c.ip.leadingZeros || c.sloppyPrefix) return [invalidValue(path, s, 'must not have leading 0s in IP or prefix length')];
  if (c.ip.mapped) return [invalidValue(path, s, 'must not have an IPv4-mapped IPv6 address')];
  return c.ip.bytes.every((b, i) => b === c.network.bytes[i]) ? [] : [invalidValue(path, s, 'must not have bits set beyond the prefix length')];
}

/** IsValidCIDR: strict, and in canonical form. */
export function validateCidr(s: string, path: string): FieldError[] {
  const errors = validateLegacyCidr(s, path);
  if (errors.length) return errors;
  const canonical = formatNetwork(parseCidrSloppy(s)!);
  return s === canonical ? [] : [invalidValue(path, s, `must be in canonical form (${JSON.stringify(canonical)})`)];
}

/** IsValidInterfaceAddress: a full address with a prefix length, in canonical form. */
export function validateInterfaceAddress(s: string, path: string): FieldError[] {
  const c = parseCidrSloppy(s);
  if (!c) return [invalidValue(path, s, 'must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)')];
  const canonical = `${formatIp(c.ip)}/${c.prefix}`;
  return s === canonical ? [] : [invalidValue(path, s, `must be in canonical form (${JSON.stringify(canonical)})`)];
}

/** Warnings for networks of legacy fields that are ambiguous or not canonical. */
export function cidrWarnings(s: string, path: string): string[] {
  const c = parseCidrSloppy(s);
  if (!c) return [];
  const q = JSON.stringify;
  const network = formatNetwork(c);
  const warnings: string[] = [];
  if (!c.ip.bytes.every((b, i) => b === c.network.bytes[i])) {
    const single = `${formatIp(c.ip)}/${c.ip.family === 4 ? 32 : 128}`;
    warnings.push(`${path}: CIDR value ${q(s)} is ambiguous in this context (should be ${q(network)} or ${q(single)}?)`);
  }
  if (c.ip.leadingZeros || c.sloppyPrefix || c.ip.mapped) {
    warnings.push(`${path}: non-standard CIDR value ${q(s)} is invalid: use ${q(network)}`);
  }
  if (!warnings.length && c.ip.family === 6 && network !== s) {
    warnings.push(`${path}: IPv6 CIDR value ${q(s)} should be in RFC 5952 canonical format (${q(network)})`);
  }
  return warnings;
}
