import { formatYaml } from '../../api/yaml/encode';

export type TemplateFunction = (...args: unknown[]) => unknown;

/** Text of a value as fmt.Print shows it. */
export function printed(v: unknown): string {
  if (v === undefined || v === null) return '<no value>';
  if (typeof v === 'string') return v;
  if (typeof v === 'number' || typeof v === 'boolean') return String(v);
  if (Array.isArray(v)) return `[${v.map(printed).join(' ')}]`;
  return `map[${Object.entries(v as object).sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, x]) => `${k}:${printed(x)}`).join(' ')}]`;
}

/** What counts as true in a template: anything but absent, false, zero and empty values. */
export function isTrue(v: unknown): boolean {
  if (v === undefined || v === null || v === false || v === 0 || v === '') return false;
  return typeof v !== 'object' || Object.keys(v).length > 0;
}

function index(v: unknown, ...keys: unknown[]): unknown {
  return keys.reduce<unknown>((o, k) => (o === undefined || o === null ? undefined : (o as Record<string, unknown>)[k as string]), v);
}

function compare(a: unknown, b: unknown): number {
  if (typeof a !== typeof b || (typeof a !== 'number' && typeof a !== 'string')) throw new Error(`template: ${printed(a)} and ${printed(b)} cannot be compared`);
  return a < (b as typeof a) ? -1 : a > (b as typeof a) ? 1 : 0;
}

/** Verbs %s, %d, %v, %q and %%. */
function printf(format: unknown, ...args: unknown[]): string {
  let n = 0;
  return String(format).replace(/%(?:([sdvq])|%)/g, (_, verb?: string) => (verb === undefined ? '%' : verb === 'q' ? JSON.stringify(printed(args[n++])) : printed(args[n++])));
}

function quote(v: unknown): string {
  const json = JSON.stringify(v ?? null);
  return json.startsWith('"') ? json : JSON.stringify(json);
}

/** A value as YAML, each line indented by so many double blanks, on lines of its own. */
function yaml(v: unknown, indent: unknown = 0): string {
  const text = formatYaml(v ?? null);
  const pad = ' '.repeat(Number(indent) * 2);
  return pad ? `\n${text}`.replaceAll('\n', `\n${pad}`) : text;
}

const number = (v: unknown): number => {
  const n = Number(v ?? 0);
  if (Number.isNaN(n)) throw new Error(`template: ${printed(v)} is not a number`);
  return n;
};
const text = (v: unknown): string => (v === undefined || v === null ? '' : printed(v));
const list = (v: unknown): unknown[] => (Array.isArray(v) ? (v as unknown[]) : []);

/** The functions of text/template, those of sprig that are of use here, and KWOK's own that need nothing around them. */
export const TEMPLATE_FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  and: (...args) => args[args.findIndex((a, i) => !isTrue(a) || i === args.length - 1)],
  or: (...args) => args[args.findIndex((a, i) => isTrue(a) || i === args.length - 1)],
  not: (v) => !isTrue(v),
  eq: (a, ...others) => others.some((b) => a === b),
  ne: (a, b) => a !== b,
  lt: (a, b) => compare(a, b) < 0,
  le: (a, b) => compare(a, b) <= 0,
  gt: (a, b) => compare(a, b) > 0,
  ge: (a, b) => compare(a, b) >= 0,
  index,
  len: (v) => (typeof v === 'object' && v !== null ? Object.keys(v).length : text(v).length),
  slice: (v, from = 0, to?: unknown) => (typeof v === 'string' || Array.isArray(v) ? v.slice(number(from), to === undefined ? undefined : number(to)) : v),
  print: (...args) => args.map(printed).join(''),
  println: (...args) => `${args.map(printed).join(' ')}\n`,
  printf,
  Quote: quote,
  YAML: yaml,
  quote: (...args) => args.map((a) => JSON.stringify(text(a))).join(' '),
  squote: (...args) => args.map((a) => `'${text(a)}'`).join(' '),
  dict: (...args) => Object.fromEntries(args.flatMap((k, i) => (i % 2 === 0 ? [[text(k), args[i + 1]]] : []))),
  list: (...args) => args,
  get: (o, key) => index(o, key) ?? '',
  hasKey: (o, key) => typeof o === 'object' && o !== null && text(key) in o,
  keys: (o) => Object.keys((o ?? {}) as object),
  default: (fallback, v) => (isTrue(v) ? v : fallback),
  coalesce: (...args) => args.find(isTrue),
  empty: (v) => !isTrue(v),
  ternary: (yes, no, condition) => (isTrue(condition) ? yes : no),
  upper: (s) => text(s).toUpperCase(),
  lower: (s) => text(s).toLowerCase(),
  title: (s) => text(s).replace(/\b\w/g, (c) => c.toUpperCase()),
  trim: (s) => text(s).trim(),
  trimPrefix: (p, s) => (text(s).startsWith(text(p)) ? text(s).slice(text(p).length) : text(s)),
  trimSuffix: (p, s) => (text(s).endsWith(text(p)) ? text(s).slice(0, text(s).length - text(p).length) : text(s)),
  trunc: (n, s) => (number(n) < 0 ? text(s).slice(number(n)) : text(s).slice(0, number(n))),
  replace: (a, b, s) => text(s).replaceAll(text(a), text(b)),
  repeat: (n, s) => text(s).repeat(number(n)),
  contains: (part, s) => text(s).includes(text(part)),
  hasPrefix: (part, s) => text(s).startsWith(text(part)),
  hasSuffix: (part, s) => text(s).endsWith(text(part)),
  join: (sep, v) => list(v).map(text).join(text(sep)),
  splitList: (sep, s) => text(s).split(text(sep)),
  has: (item, v) => list(v).includes(item),
  first: (v) => list(v)[0],
  last: (v) => list(v).at(-1),
  append: (v, item) => [...list(v), item],
  until: (n) => Array.from({ length: number(n) }, (_, i) => i),
  add: (...args) => args.reduce<number>((a, b) => a + number(b), 0),
  add1: (v) => number(v) + 1,
  sub: (a, b) => number(a) - number(b),
  mul: (...args) => args.reduce<number>((a, b) => a * number(b), 1),
  div: (a, b) => Math.trunc(number(a) / number(b)),
  mod: (a, b) => number(a) % number(b),
  max: (...args) => Math.max(...args.map(number)),
  min: (...args) => Math.min(...args.map(number)),
  int: (v) => Math.trunc(number(v)),
  int64: (v) => Math.trunc(number(v)),
  toString: text,
  toJson: (v) => JSON.stringify(v ?? null),
  fromJson: (s) => JSON.parse(text(s)) as unknown,
  toYaml: (v) => formatYaml(v ?? null).trimEnd(),
  indent: (n, s) => text(s).replace(/^/gm, ' '.repeat(number(n))),
  nindent: (n, s) => `\n${text(s).replace(/^/gm, ' '.repeat(number(n)))}`,
  b64enc: (s) => Buffer.from(text(s)).toString('base64'),
  b64dec: (s) => Buffer.from(text(s), 'base64').toString(),
};
