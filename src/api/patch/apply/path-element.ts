import { compareText, goFloat, goJson, goQuote, isMap } from '../go-format';

/**
 * One step of a field path in the notation of FieldsV1: `f:name` a field, `k:{"name":"a"}` the item of a keyed list,
 * `v:"a"` the item of a set, `i:0` an index. The text is canonical, so equal steps are equal strings.
 */
export type PathElement = string;

/** What the step itself is called when a node is owned and has owned fields below it too. */
export const SELF = '.';

export function fieldElement(name: string): PathElement {
  return `f:${name}`;
}

/** The item of a set. */
export function valueElement(value: unknown): PathElement {
  return typeof value === 'string' && SAFE.test(value) ? `v:"${value}"` : `v:${goJson(value)}`;
}

/** The item of a keyed list; `names` in alphabetical order. */
export function keyElement(names: readonly string[], values: readonly unknown[]): PathElement {
  let out = 'k:{';
  for (let i = 0; i < names.length; i++) {
    const v = values[i];
    out += `${i ? ',' : ''}"${names[i]!}":`;
    out += typeof v === 'string' ? (SAFE.test(v) ? `"${v}"` : goJson(v)) : typeof v === 'number' ? String(v) : goJson(v);
  }
  return `${out}}`;
}

/** Text that JSON does not escape; the test is cheaper than stringify. */
const SAFE = /^[\w ./:@-]*$/;

/**
 * Canonical form of a step as a client wrote it; undefined when its type is unknown (it is then ignored, as upstream does).
 * @throws Error when it is malformed
 */
export function parseElement(text: string): PathElement | undefined {
  if (text.length < 2) throw new Error('key must be 2 characters long:');
  if (text[1] !== ':') throw new Error(`missing colon: ${text}`);
  const rest = text.slice(2);
  switch (text[0]) {
    case 'f':
      return text;
    case 'v':
      return valueElement(JSON.parse(rest));
    case 'k':
      return canonicalKey(rest);
    case 'i':
      if (!/^[+-]?\d+$/.test(rest)) throw new Error(`strconv.Atoi: parsing ${goQuote(rest)}: invalid syntax`);
      return `i:${Number(rest)}`;
    default:
      return undefined;
  }
}

function canonicalKey(json: string): PathElement {
  const fields: unknown = JSON.parse(json);
  if (!isMap(fields)) throw new Error(`expect { or n, but found ${json[0] ?? ''}`);
  const names = Object.keys(fields).sort(compareText);
  return names.some((n) => !SAFE.test(n))
    ? `k:{${names.map((n) => `${goJson(n)}:${goJson(fields[n])}`).join(',')}}`
    : keyElement(names, names.map((n) => fields[n]));
}

/** A step as messages show it: `.spec`, `[port=80,protocol="TCP"]`, `[="a"]`, `[0]`. */
export function showElement(e: PathElement): string {
  const rest = e.slice(2);
  switch (e[0]) {
    case 'f':
      return `.${rest}`;
    case 'k': {
      const fields = Object.entries(JSON.parse(rest) as Record<string, unknown>);
      return `[${fields.map(([name, v]) => `${name}=${showValue(v)}`).join(',')}]`;
    }
    case 'v':
      return `[=${showValue(JSON.parse(rest))}]`;
    default:
      return `[${rest}]`;
  }
}

/** A path as messages show it: `.spec.ports[port=80,protocol="TCP"].name`. */
export function showPath(path: readonly PathElement[]): string {
  return path.map(showElement).join('');
}

function showValue(v: unknown): string {
  if (v === null) return 'null';
  if (Array.isArray(v)) return `[${v.map(showValue).join(',')}]`;
  if (isMap(v)) return Object.entries(v).map(([k, x]) => `${k}=${showValue(x)}`).join('');
  if (typeof v === 'number') return goFloat(v);
  return typeof v === 'string' ? goQuote(v) : String(v);
}

const RANK: Readonly<Record<string, number>> = { f: 0, k: 1, v: 2, i: 3 };

/** Sorts steps as FieldsV1 has them: fields by name, then keys, values and indices by what they hold. */
export function sortElements(elements: PathElement[]): PathElement[] {
  if (elements.length < 2) return elements;
  if (elements.every((e) => e[0] === 'f')) return elements.sort(compareText);
  return elements
    .map((text) => ({ text, rank: RANK[text[0]!] ?? 4, value: text[0] === 'f' ? undefined : (JSON.parse(text.slice(2)) as unknown) }))
    .sort((a, b) => a.rank - b.rank || (a.rank === 0 ? compareText(a.text, b.text) : a.rank === 1 ? compareKeys(a.value, b.value) : compareValues(a.value, b.value)))
    .map((e) => e.text);
}

function compareKeys(a: unknown, b: unknown): number {
  const x = Object.entries(a as Record<string, unknown>);
  const y = Object.entries(b as Record<string, unknown>);
  for (let i = 0; i < x.length && i < y.length; i++) {
    const c = compareText(x[i]![0], y[i]![0]) || compareValues(x[i]![1], y[i]![1]);
    if (c) return c;
  }
  return x.length - y.length;
}

/** Total order of JSON values: numbers, strings, booleans, lists, maps, null. */
function compareValues(a: unknown, b: unknown): number {
  const x = kindRank(a);
  const y = kindRank(b);
  if (x !== y) return x - y;
  if (typeof a === 'number') return a - (b as number);
  if (typeof a === 'string') return compareText(a, b as string);
  if (typeof a === 'boolean') return Number(a) - Number(b);
  return compareText(JSON.stringify(a), JSON.stringify(b));
}

function kindRank(v: unknown): number {
  if (typeof v === 'number') return 0;
  if (typeof v === 'string') return 1;
  if (typeof v === 'boolean') return 2;
  if (Array.isArray(v)) return 3;
  return v === null ? 5 : 4;
}
