import { invalidValue, type FieldError } from '../../api/errors/field-error';

/** An address as bytes: 4 for IPv4 (also when written as ::ffff:a.b.c.d, as Go does), 16 for IPv6. */
export interface Ip {
  family: 4 | 6;
  bytes: readonly number[];
  /** Written as an IPv4-mapped IPv6 address. */
  mapped?: boolean;
  /** Has an octet with leading zeros, which only the sloppy parser of upstream takes. */
  leadingZeros?: boolean;
}

function parseV4(s: string): Ip | undefined {
  const parts = s.split('.');
  if (parts.length !== 4) return undefined;
  const bytes: number[] = [];
  let leadingZeros = false;
  for (const p of parts) {
    if (!/^\d{1,}$/.test(p)) return undefined;
    const n = Number(p);
    if (n > 255) return undefined;
    if (p.length > 1 && p[0] === '0') leadingZeros = true;
    bytes.push(n);
  }
  return leadingZeros ? { family: 4, bytes, leadingZeros } : { family: 4, bytes };
}

function groupsOf(s: string): number[] | undefined {
  if (s === '') return [];
  const groups: number[] = [];
  const parts = s.split(':');
  for (let i = 0; i < parts.length; i++) {
    const p = parts[i]!;
    if (p.includes('.')) {
      const v4 = i === parts.length - 1 ? parseV4(p) : undefined;
      if (!v4) return undefined;
      groups.push((v4.bytes[0]! << 8) | v4.bytes[1]!, (v4.bytes[2]! << 8) | v4.bytes[3]!);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(p)) groups.push(parseInt(p, 16));
    else return undefined;
  }
  return groups;
}

function parseV6(s: string): Ip | undefined {
  const gap = s.indexOf('::');
  let groups: number[] | undefined;
  if (gap < 0) groups = groupsOf(s);
  else {
    if (s.indexOf('::', gap + 1) >= 0) return undefined;
    const head = groupsOf(s.slice(0, gap));
    const tail = groupsOf(s.slice(gap + 2));
    if (!head || !tail || head.length + tail.length > 7 || s.slice(0, gap).includes('.')) return undefined;
    groups = [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
  }
  if (!groups || groups.length !== 8) return undefined;
  const bytes = groups.flatMap((g) => [g >> 8, g & 255]);
  if (groups.slice(0, 5).every((g) => g === 0) && groups[5] === 0xffff) return { family: 4, bytes: bytes.slice(12), mapped: true };
  return { family: 6, bytes };
}

/** Parses an address as netutils.ParseIPSloppy: leading zeros in IPv4 octets and IPv4-mapped forms pass. No zones. */
export function parseIpSloppy(s: string): Ip | undefined {
  return s.includes(':') ? parseV6(s) : parseV4(s);
}

/** Canonical text (RFC 5952 for IPv6), as Go's IP.String. */
export function formatIp(ip: { family: 4 | 6; bytes: readonly number[] }): string {
  if (ip.family === 4) return ip.bytes.join('.');
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push((ip.bytes[i]! << 8) | ip.bytes[i + 1]!);
  let best = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let j = i;
    while (j < 8 && groups[j] === 0) j++;
    if (j - i > bestLength) {
      best = i;
      bestLength = j - i;
    }
    if (j > i) i = j;
  }
  const hex = (g: number[]): string => g.map((n) => n.toString(16)).join(':');
  return best < 0 ? hex(groups) : `${hex(groups.slice(0, best))}::${hex(groups.slice(best + bestLength))}`;
}

/** True for IPv6 text that parses (mapped addresses count as IPv4, as in Go). */
export function isIpv6(s: string): boolean {
  return parseIpSloppy(s)?.family === 6;
}

export function isIpv4(s: string): boolean {
  return parseIpSloppy(s)?.family === 4;
}

/** IsValidIPForLegacyField with strict validation: any IP but with leading zeros or IPv4-mapped, unless the old object had it. */
export function validateLegacyIp(s: string, path: string, validOld: readonly string[] = []): FieldError[] {
  if (validOld.includes(s)) return [];
  const ip = parseIpSloppy(s);
  if (!ip) return [invalidValue(path, s, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')];
  if (ip.mapped) return [invalidValue(path, s, 'must not be an IPv4-mapped IPv6 address')];
  return ip.leadingZeros ? [invalidValue(path, s, 'must not have leading 0s')] : [];
}

/** IsValidIP: strict, and in canonical form. */
export function validateIp(s: string, path: string): FieldError[] {
  const errors = validateLegacyIp(s, path);
  if (errors.length) return errors;
  const canonical = formatIp(parseIpSloppy(s)!);
  return s === canonical ? [] : [invalidValue(path, s, `must be in canonical form (${JSON.stringify(canonical)})`)];
}

/** Warnings for addresses of legacy fields that are valid but not canonical, or were stored before strict validation. */
export function ipWarnings(s: string, path: string): string[] {
  const ip = parseIpSloppy(s);
  if (!ip) return [];
  const text = formatIp(ip);
  if (ip.leadingZeros || ip.mapped) return [`${path}: non-standard IP address ${JSON.stringify(s)} is invalid: use ${JSON.stringify(text)}`];
  if (ip.family === 6 && text !== s) return [`${path}: IPv6 address ${JSON.stringify(s)} should be in RFC 5952 canonical format (${JSON.stringify(text)})`];
  return [];
}
