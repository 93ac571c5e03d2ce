import { GoJsonReader } from './go-json-reader';
import { MAX_JSON_DEPTH } from './nesting';

/**
 * Parses JSON. Fields that stand twice in an object are pushed to `problems` as `duplicate field "data.k"` and merged the way Go's
 * decoder does (maps and structs together, anything else: the last one wins). `bytes`: what `text` was read from, where that may not be UTF-8:
 * complaints name bytes.
 * @throws SyntaxError in the words of Go's encoding/json, which is also how text nested beyond MAX_JSON_DEPTH is refused
 */
export function parseJson(text: string, problems?: string[], bytes?: Buffer): unknown {
  try {
    return read(text, problems, bytes);
  } catch (e) {
    throw e instanceof RangeError ? new SyntaxError(`invalid character '${deepest(text)}' exceeded max depth`) : e;
  }
}

/** An escape for half a character that has no other half beside it; there may be more of them than this finds. */
const LONE_SURROGATE = /\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]/;
const HALF = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Halves of characters become U+FFFD, as in Go: they cannot be written as UTF-8, and stored bytes would say something else than the object. */
function wellFormed(this: Record<string, unknown>, _key: string, v: unknown): unknown {
  if (typeof v === 'string') return v.replace(HALF, '\ufffd');
  if (typeof v !== 'object' || v === null || Array.isArray(v)) return v;
  const o = v as Record<string, unknown>;
  if (!Object.keys(o).some((k) => k.search(HALF) >= 0)) return o;
  return Object.fromEntries(Object.keys(o).map((k) => [k.replace(HALF, '\ufffd'), o[k]]));
}

function read(text: string, problems: string[] | undefined, bytes: Buffer | undefined): unknown {
  let value: unknown;
  try {
    value = LONE_SURROGATE.test(text) ? JSON.parse(text, wellFormed) : JSON.parse(text);
  } catch {
    // Said again by a reader that words its complaints as Go does; it accepts nothing that JSON.parse refuses.
    return new GoJsonReader((bytes ?? Buffer.from(text)).toString('latin1'), []).read();
  }
  if (countColons(text) === countKeys(value, 0)) return value;
  return new GoJsonReader(text, problems ?? []).read();
}

/** The bracket that opens most of a text nested beyond measure. */
function deepest(text: string): string {
  return text.lastIndexOf('{') > text.lastIndexOf('[') ? '{' : '[';
}

/** Colons outside strings: one for every key written. */
function countColons(text: string): number {
  let n = 0;
  for (let i = text.indexOf('"'), from = 0; ; i = text.indexOf('"', from)) {
    const stop = i < 0 ? text.length : i;
    for (let j = from; j < stop; j++) if (text.charCodeAt(j) === 58) n++;
    if (i < 0) return n;
    from = endOfString(text, i + 1);
  }
}

function endOfString(text: string, from: number): number {
  for (let end = text.indexOf('"', from); ; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === 92) slashes++;
    if (slashes % 2 === 0) return end + 1;
  }
}

/** @throws RangeError beyond MAX_JSON_DEPTH levels */
function countKeys(v: unknown, depth: number): number {
  if (typeof v !== 'object' || v === null) return 0;
  if (depth === MAX_JSON_DEPTH) throw new RangeError('too deep');
  let n = 0;
  if (Array.isArray(v)) {
    for (const x of v) if (typeof x === 'object') n += countKeys(x, depth + 1);
    return n;
  }
  const o = v as Record<string, unknown>;
  for (const k in o) {
    n++;
    const x = o[k];
    if (typeof x === 'object') n += countKeys(x, depth + 1);
  }
  return n;
}
