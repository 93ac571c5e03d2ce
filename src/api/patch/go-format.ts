import { setKey } from '../meta/set-key';

/**
 * How Go's fmt and encoding/json print JSON values. Upstream puts such text into messages that clients see, and into
 * the keys of FieldsV1, so it has to come out the same.
 */

/** JSON as encoding/json writes it: no spaces, <, >, & and the two line separators escaped. Keys stay in the order of the object. */
export function goJson(v: unknown): string {
  return escapeHtml(JSON.stringify(v));
}

/** JSON of a Go map: like goJson, with the keys of every object sorted. */
export function goJsonSorted(v: unknown): string {
  return escapeHtml(JSON.stringify(v, (_key, x: unknown) => (isMap(x) ? sortedCopy(x) : x)));
}

function sortedCopy(o: Record<string, unknown>): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const k of Object.keys(o).sort(compareText)) setKey(out, k, o[k]);
  return out;
}

const HTML = /[<>&\u2028\u2029]/g;

/** What encoding/json does to finished JSON text. */
export function escapeHtml(json: string): string {
  return json.replace(HTML, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The order of Go strings (bytes of UTF-8), which differs from JavaScript's only for characters beyond the BMP. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const high = x >= 0xd800 && y >= 0xd800;
    return high ? rank(x) - rank(y) : x - y;
  }
  return a.length - b.length;
}

/** Surrogates sort after the rest of the BMP in UTF-8. */
const rank = (unit: number): number => (unit <= 0xdfff ? unit + 0x10000 : unit);

/** A plain object, not a list and not null. */
export function isMap(v: unknown): v is Record<string, unknown> {
  return typeof v === 'object' && v !== null && !Array.isArray(v);
}

/** fmt's %v. Integers print in full: upstream keeps them as int64 where this is used, see `goFloat` for the other places. */
export function goValue(v: unknown, number: (n: number) => string = String): string {
  if (v === null || v === undefined) return '<nil>';
  if (Array.isArray(v)) return `[${v.map((x) => goValue(x, number)).join(' ')}]`;
  if (isMap(v)) {
    const keys = Object.keys(v).sort(compareText);
    return `map[${keys.map((k) => `${k}:${goValue(v[k], number)}`).join(' ')}]`;
  }
  return typeof v === 'number' ? number(v) : String(v);
}

/** fmt's %#v of a value that encoding/json decoded. */
export function goSyntax(v: unknown): string {
  if (v === null || v === undefined) return 'interface {}(nil)';
  if (Array.isArray(v)) return `[]interface {}{${v.map(goSyntax).join(', ')}}`;
  if (isMap(v)) {
    const keys = Object.keys(v).sort(compareText);
    return `map[string]interface {}{${keys.map((k) => `${goQuote(k)}:${goSyntax(v[k])}`).join(', ')}}`;
  }
  if (typeof v === 'string') return goQuote(v);
  return typeof v === 'number' ? goFloat(v) : String(v);
}

/** fmt's %v of a float64: an exponent below -4 or from 6 on is written out, so a million is 1e+06. */
export function goFloat(n: number): string {
  if (n === 0) return Object.is(n, -0) ? '-0' : '0';
  const [mantissa, exponent] = n.toExponential().split('e') as [string, string];
  const e = Number(exponent);
  if (e >= -4 && e < 6) return String(n);
  return `${mantissa}e${e < 0 ? '-' : '+'}${String(Math.abs(e)).padStart(2, '0')}`;
}

/** The name of the Go type behind a value that encoding/json decoded (reflect.TypeOf, %T). */
export function goType(v: unknown, number = 'float64'): string {
  if (v === null || v === undefined) return '<nil>';
  if (Array.isArray(v)) return '[]interface {}';
  if (typeof v === 'object') return 'map[string]interface {}';
  if (typeof v === 'number') return Number.isInteger(v) ? number : 'float64';
  return typeof v === 'boolean' ? 'bool' : 'string';
}

const SHORT: Readonly<Record<string, string>> = {
  '\x07': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v', '\\': '\\\\', '"': '\\"',
};

/** strconv.Quote: what is not printable is escaped. */
export function goQuote(s: string): string {
  if (/^[ !#-[\]-~]*$/.test(s)) return `"${s}"`;
  let out = '';
  for (const c of s) out += SHORT[c] ?? (isPrintable(c) ? c : escapeRune(c.codePointAt(0)!));
  return `"${out}"`;
}

function escapeRune(code: number): string {
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}

/** The time package's own quoting: everything but printable ASCII as bytes. */
export function goTimeQuote(s: string): string {
  let out = '"';
  for (const c of s) {
    if (c === '"' || c === '\\') out += `\\${c}`;
    else if (c >= ' ' && c < '\x80') out += c;
    else for (const b of Buffer.from(c)) out += `\\x${b.toString(16).padStart(2, '0')}`;
  }
  return `${out}"`;
}

/** unicode.IsPrint: letters, marks, numbers, punctuation, symbols and the plain space. */
export const isPrintable = (c: string): boolean => c === ' ' || /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(c);

/** What encoding/json calls the kind of a JSON value that it did not expect. */
export function jsonKind(v: unknown): string {
  if (Array.isArray(v)) return 'array';
  return typeof v === 'boolean' ? 'bool' : typeof v;
}
