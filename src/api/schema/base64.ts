/**
 * Standard base64 with padding as Go's decoder takes it: line breaks are skipped. Returns it without them and in canonical form,
 * or the offset of the byte at fault.
 */
export function canonicalBase64(v: string): string | number {
  let quad = 0;
  let clean = true;
  const length = v.length;
  for (let i = 0; i < length; i++) {
    const c = v.charCodeAt(i);
    if ((c >= 97 && c <= 122) || (c >= 65 && c <= 90) || (c >= 48 && c <= 57) || c === 43 || c === 47) {
      quad = (quad + 1) & 3;
    } else if (c === 10 || c === 13) {
      clean = false;
    } else {
      return c === 61 ? padding(v, i, quad) : i;
    }
  }
  if (quad !== 0) return length - quad;
  return clean ? v : v.replace(/[\r\n]/g, '');
}

/** Checks what begins with the padding at `i`, `quad` letters after the last full group; bits that nobody reads are cleared. */
function padding(v: string, i: number, quad: number): string | number {
  if (quad < 2) return i;
  let next = afterBreaks(v, i + 1);
  if (quad === 2) {
    if (next === v.length) return next;
    if (v[next] !== '=') return next - 1;
    next = afterBreaks(v, next + 1);
  }
  return next < v.length ? next : Buffer.from(v, 'base64').toString('base64');
}

function afterBreaks(v: string, from: number): number {
  let i = from;
  while (v[i] === '\n' || v[i] === '\r') i++;
  return i;
}
