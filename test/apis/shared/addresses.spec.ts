import { describe, expect, it } from 'vitest';
import { cidrContains, cidrWarnings, formatNetwork, parseCidrSloppy, validateCidr } from '../../../src/apis/shared/cidr';
import { formatIp, ipWarnings, isIpv4, isIpv6, parseIpSloppy, validateIp, validateLegacyIp } from '../../../src/apis/shared/ip';

function canonical(s: string): string | undefined {
  const ip = parseIpSloppy(s);
  return ip && formatIp(ip);
}

describe('addresses', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['010.000.000.001', '10.0.0.1'],
    ['::1', '::1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['fe80::1:2:3:4', 'fe80::1:2:3:4'],
  ])('reads %s as %s', (text, is) => {
    expect(canonical(text)).toBe(is);
  });

  it.each(['', '1.2.3', '1.2.3.4.5', '256.1.1.1', '1.2.3.a', '::1::2', '1:2:3:4:5:6:7', 'g::', ' 1.2.3.4', 'fe80::1%eth0'])('does not read %j', (text) => {
    expect(canonical(text)).toBeUndefined();
  });

  it('tells the families apart', () => {
    expect([isIpv4('1.2.3.4'), isIpv6('1.2.3.4'), isIpv4('::1'), isIpv6('::1'), isIpv4('x'), isIpv6('x')]).toEqual([true, false, false, true, false, false]);
  });

  it('refuses what is no address, and leading zeros and mapped addresses unless the stored object has them', () => {
    expect(validateLegacyIp('x', 'ip').map((e) => `${e.field}: ${e.message}`)).toEqual(['ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']);
    expect(validateLegacyIp('010.0.0.1', 'ip')).toHaveLength(1);
    expect(validateLegacyIp('010.0.0.1', 'ip', ['010.0.0.1'])).toEqual([]);
    expect(validateIp('10.0.0.1', 'ip')).toEqual([]);
    expect(validateIp('010.0.0.1', 'ip')[0]?.message).toMatch(/must not have leading 0s$/);
    expect(validateIp('::ffff:1.2.3.4', 'ip')[0]?.message).toMatch(/must not be an IPv4-mapped IPv6 address$/);
  });

  it('warns of texts that others may read differently', () => {
    expect(ipWarnings('10.0.0.1', 'ip')).toEqual([]);
    expect(ipWarnings('010.0.0.1', 'ip')).toEqual(['ip: non-standard IP address "010.0.0.1" is invalid: use "10.0.0.1"']);
    expect(ipWarnings('2001:DB8::1', 'ip')).toEqual(['ip: IPv6 address "2001:DB8::1" should be in RFC 5952 canonical format ("2001:db8::1")']);
  });

  it('knows what a range holds', () => {
    const range = parseCidrSloppy('10.96.0.0/12')!;
    expect(cidrContains(range, parseIpSloppy('10.111.255.255')!)).toBe(true);
    expect(cidrContains(range, parseIpSloppy('10.112.0.0')!)).toBe(false);
    expect(formatNetwork(parseCidrSloppy('10.1.2.3/8')!)).toBe('10.0.0.0/8');
    for (const bad of ['10.0.0.0', '10.0.0.0/33', '10.0.0.0/x', '::/129', '/8']) expect(parseCidrSloppy(bad)).toBeUndefined();
  });

  it('wants the bits beyond the prefix of a new range to be zero', () => {
    expect(validateCidr('10.0.0.0/8', 'cidr')).toEqual([]);
    expect(validateCidr('10.1.0.0/8', 'cidr')).toHaveLength(1);
    expect(cidrWarnings('10.1.0.0/8', 'cidr')[0]).toMatch(/^cidr: /);
    expect(cidrWarnings('10.0.0.0/8', 'cidr')).toEqual([]);
  });
});
