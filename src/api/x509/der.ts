/** One element of DER: its tag, its content, and the bytes of the whole. */
export interface DerElement {
  tag: number;
  content: Buffer;
  whole: Buffer;
}

export const SEQUENCE = 0x30;
export const SET = 0x31;
export const BIT_STRING = 0x03;
export const OID = 0x06;

/**
 * Reads the elements that `bytes` consists of.
 * @throws Error when a length goes beyond the end or is written in a form DER does not have
 */
export function readDer(bytes: Buffer): DerElement[] {
  const elements: DerElement[] = [];
  let at = 0;
  while (at < bytes.length) {
    const start = at;
    const tag = bytes[at++]!;
    let length = bytes[at++];
    if (length === undefined) throw new Error('asn1: syntax error: truncated tag or length');
    if (length & 0x80) {
      const count = length & 0x7f;
      if (count === 0 || count > 4 || at + count > bytes.length) throw new Error('asn1: syntax error: bad length');
      length = bytes.readUIntBE(at, count);
      at += count;
    }
    if (at + length > bytes.length) throw new Error('asn1: syntax error: data truncated');
    elements.push({ tag, content: bytes.subarray(at, at + length), whole: bytes.subarray(start, at + length) });
    at += length;
  }
  return elements;
}

/** An object identifier in dotted form. */
export function readOid(content: Buffer): string {
  const parts: number[] = [];
  let n = 0;
  for (const byte of content) {
    n = n * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    if (parts.length) parts.push(n);
    else parts.push(Math.min(2, Math.floor(n / 40)), n - 40 * Math.min(2, Math.floor(n / 40)));
    n = 0;
  }
  return parts.join('.');
}
