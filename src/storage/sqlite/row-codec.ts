import type { Row } from './row';

/** rev, createRev, prevRev as doubles; deleted; lengths of key and value. */
const HEADER = 8 * 3 + 1 + 4 + 4;

/** Bytes that are certainly enough for these rows. */
export function packedSize(rows: readonly Row[]): number {
  let n = 0;
  // A UTF-16 unit takes at most three bytes in UTF-8.
  for (const r of rows) n += HEADER + r.key.length * 3 + r.value.byteLength;
  return n;
}

/** Writes the rows one after another at the start of `buffer`, which has packedSize(rows) bytes or more. */
export function packRows(rows: readonly Row[], buffer: ArrayBuffer): void {
  const view = new DataView(buffer);
  const bytes = Buffer.from(buffer);
  let o = 0;
  for (const r of rows) {
    view.setFloat64(o, r.rev);
    view.setFloat64(o + 8, r.createRev);
    view.setFloat64(o + 16, r.prevRev);
    view.setUint8(o + 24, r.deleted ? 1 : 0);
    const keyLength = bytes.write(r.key, o + HEADER);
    view.setUint32(o + 25, keyLength);
    view.setUint32(o + 29, r.value.byteLength);
    bytes.set(r.value, o + HEADER + keyLength);
    o += HEADER + keyLength + r.value.byteLength;
  }
}

/** Reads `count` rows back. Their values are views into `buffer`. */
export function unpackRows(buffer: ArrayBuffer, count: number): Row[] {
  const view = new DataView(buffer);
  const bytes = Buffer.from(buffer);
  const rows = new Array<Row>(count);
  let o = 0;
  for (let i = 0; i < count; i++) {
    const keyEnd = o + HEADER + view.getUint32(o + 25);
    const end = keyEnd + view.getUint32(o + 29);
    rows[i] = {
      rev: view.getFloat64(o),
      createRev: view.getFloat64(o + 8),
      prevRev: view.getFloat64(o + 16),
      deleted: view.getUint8(o + 24) === 1,
      key: bytes.toString('utf8', o + HEADER, keyEnd),
      value: bytes.subarray(keyEnd, end),
    };
    o = end;
  }
  return rows;
}
