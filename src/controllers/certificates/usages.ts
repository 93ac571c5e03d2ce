/** Bits of the key usage extension, by the API's names. */
const KEY_USAGE: Readonly<Record<string, number>> = {
  signing: 1,
  'digital signature': 1,
  'content commitment': 2,
  'key encipherment': 4,
  'data encipherment': 8,
  'key agreement': 16,
  'cert sign': 32,
  'crl sign': 64,
  'encipher only': 128,
  'decipher only': 256,
};

/** Object identifiers of extended key usages, in the order in which they are written. */
const EXTENDED: readonly [oid: string, ...names: string[]][] = [
  ['2.5.29.37.0', 'any'],
  ['1.3.6.1.5.5.7.3.1', 'server auth'],
  ['1.3.6.1.5.5.7.3.2', 'client auth'],
  ['1.3.6.1.5.5.7.3.3', 'code signing'],
  ['1.3.6.1.5.5.7.3.4', 'email protection', 's/mime'],
  ['1.3.6.1.5.5.7.3.5', 'ipsec end system'],
  ['1.3.6.1.5.5.7.3.6', 'ipsec tunnel'],
  ['1.3.6.1.5.5.7.3.7', 'ipsec user'],
  ['1.3.6.1.5.5.7.3.8', 'timestamping'],
  ['1.3.6.1.5.5.7.3.9', 'ocsp signing'],
  ['1.3.6.1.4.1.311.10.3.3', 'microsoft sgc'],
  ['2.16.840.1.113730.4.1', 'netscape sgc'],
];

/** What usages are in a certificate. @throws Error that names those it does not know */
export function keyUsages(names: readonly string[]): { bits: number; extended: string[] } {
  const unknown = names.filter((n) => KEY_USAGE[n] === undefined && !EXTENDED.some(([, ...known]) => known.includes(n)));
  if (unknown.length > 0) throw new Error(`unrecognized usage values: [${unknown.map((n) => JSON.stringify(n)).join(' ')}]`);
  const bits = names.reduce((sum, n) => sum | (KEY_USAGE[n] ?? 0), 0);
  return { bits, extended: EXTENDED.filter(([, ...known]) => names.some((n) => known.includes(n))).map(([oid]) => oid) };
}
