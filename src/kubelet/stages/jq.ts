import { sameJson } from '../../client/equality';
import type { Jq } from './jq-parser';
import { parseJq } from './jq-parser';

/** What a compiled expression yields for an input: any number of values. @throws JqError as jq fails */
export type JqProgram = (input: unknown) => unknown[];

/** The input is not what the expression expects, such as iterating over null. */
export class JqError extends Error {}

type Fn = (input: unknown, args: readonly JqProgram[]) => unknown[];

/** @throws Error when the expression is not understood or calls a function that does not exist */
export function compileJq(source: string): JqProgram {
  return compile(parseJq(source), source);
}

function compile(e: Jq, source: string): JqProgram {
  const sub = (x: Jq): JqProgram => compile(x, source);
  switch (e.op) {
    case 'self':
      return (v) => [v];
    case 'literal':
      return () => [e.value];
    case 'index': {
      const of = sub(e.of);
      const key = sub(e.key);
      return (v) => of(v).flatMap((o) => key(v).map((k) => index(o, k)));
    }
    case 'iterate': {
      const of = sub(e.of);
      return (v) => of(v).flatMap(iterate);
    }
    case 'try': {
      const of = sub(e.of);
      return (v) => attempt(() => of(v)) ?? [];
    }
    case 'pipe': {
      const [a, b] = [sub(e.a), sub(e.b)];
      return (v) => a(v).flatMap(b);
    }
    case 'comma': {
      const [a, b] = [sub(e.a), sub(e.b)];
      return (v) => [...a(v), ...b(v)];
    }
    case 'alternative': {
      const [a, b] = [sub(e.a), sub(e.b)];
      return (v) => {
        const found = (attempt(() => a(v)) ?? []).filter(truthy);
        return found.length ? found : b(v);
      };
    }
    case 'and':
    case 'or': {
      const [a, b] = [sub(e.a), sub(e.b)];
      const decides = e.op === 'or';
      return (v) => a(v).flatMap((x) => (truthy(x) === decides ? [decides] : b(v).map(truthy)));
    }
    case 'binary': {
      const [a, b] = [sub(e.a), sub(e.b)];
      return (v) => b(v).flatMap((y) => a(v).map((x) => binary(e.sign, x, y)));
    }
    case 'negate': {
      const of = sub(e.of);
      return (v) => of(v).map((x) => binary('-', 0, x));
    }
    case 'collect': {
      const of = e.of && sub(e.of);
      return (v) => [of ? of(v) : []];
    }
    case 'if': {
      const branches = e.branches.map((b) => ({ condition: sub(b.condition), then: sub(b.then) }));
      const otherwise = e.otherwise ? sub(e.otherwise) : (v: unknown): unknown[] => [v];
      return (v) => (branches.find((b) => b.condition(v).some(truthy))?.then ?? otherwise)(v);
    }
    case 'call': {
      const fn = FUNCTIONS.get(`${e.name}/${e.args.length}`);
      if (!fn) throw new Error(`jq expression ${JSON.stringify(source)}: there is no function ${e.name}/${e.args.length} here; there are ${[...FUNCTIONS.keys()].join(', ')}`);
      const args = e.args.map(sub);
      return (v) => fn(v, args);
    }
  }
}

function attempt<T>(fn: () => T): T | undefined {
  try {
    return fn();
  } catch (e) {
    if (e instanceof JqError) return undefined;
    throw e;
  }
}

function truthy(v: unknown): boolean {
  return v !== undefined && v !== null && v !== false;
}

function typeOf(v: unknown): string {
  return v === null || v === undefined ? 'null' : Array.isArray(v) ? 'array' : typeof v;
}

function index(o: unknown, key: unknown): unknown {
  if (o === null || o === undefined) return null;
  if (Array.isArray(o) && typeof key === 'number') return (o as unknown[])[key < 0 ? o.length + key : key] ?? null;
  if (typeOf(o) === 'object' && typeof key === 'string') return (o as Record<string, unknown>)[key] ?? null;
  throw new JqError(`cannot index ${typeOf(o)} with ${JSON.stringify(key)}`);
}

function iterate(v: unknown): unknown[] {
  if (Array.isArray(v)) return v as unknown[];
  if (typeOf(v) === 'object') return Object.values(v as object);
  throw new JqError(`cannot iterate over ${typeOf(v)}`);
}

const ORDER = ['null', 'boolean', 'number', 'string', 'array', 'object'];

function compare(a: unknown, b: unknown): number {
  const [ta, tb] = [typeOf(a), typeOf(b)];
  if (ta !== tb) return ORDER.indexOf(ta) - ORDER.indexOf(tb);
  if (ta === 'number') return (a as number) - (b as number);
  if (ta === 'boolean') return Number(a) - Number(b);
  const [x, y] = ta === 'string' ? [a as string, b as string] : [JSON.stringify(a), JSON.stringify(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function binary(sign: string, a: unknown, b: unknown): unknown {
  switch (sign) {
    case '==':
      return sameJson(a ?? null, b ?? null);
    case '!=':
      return !sameJson(a ?? null, b ?? null);
    case '<':
      return compare(a, b) < 0;
    case '<=':
      return compare(a, b) <= 0;
    case '>':
      return compare(a, b) > 0;
    case '>=':
      return compare(a, b) >= 0;
    case '+':
      if (a === null || a === undefined) return b;
      if (b === null || b === undefined) return a;
      if (typeof a === 'string' && typeof b === 'string') return a + b;
      if (Array.isArray(a) && Array.isArray(b)) return [...(a as unknown[]), ...(b as unknown[])];
      if (typeOf(a) === 'object' && typeOf(b) === 'object') return { ...(a as object), ...(b as object) };
  }
  if (typeof a !== 'number' || typeof b !== 'number') throw new JqError(`${typeOf(a)} and ${typeOf(b)} cannot be combined by ${sign}`);
  if ((sign === '/' || sign === '%') && b === 0) throw new JqError('division by zero');
  return sign === '+' ? a + b : sign === '-' ? a - b : sign === '*' ? a * b : sign === '/' ? a / b : Math.trunc(a) % Math.trunc(b);
}

const one = (fn: (v: unknown) => unknown): Fn => (v) => [fn(v)];
const textual = (name: string, fn: (v: string, arg: string) => unknown): Fn => (v, [arg]) =>
  arg!(v).map((a) => {
    if (typeof v !== 'string' || typeof a !== 'string') throw new JqError(`${name} needs strings`);
    return fn(v, a);
  });

function length(v: unknown): number {
  if (v === null || v === undefined) return 0;
  if (typeof v === 'string') return [...v].length;
  if (typeof v === 'number') return Math.abs(v);
  if (typeof v === 'boolean') throw new JqError('boolean has no length');
  return Object.keys(v as object).length;
}

function contains(a: unknown, b: unknown): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a.includes(b);
  if (Array.isArray(a) && Array.isArray(b)) return b.every((y) => a.some((x) => contains(x, y)));
  if (typeOf(a) === 'object' && typeOf(b) === 'object') return Object.entries(b as object).every(([k, y]) => k in (a as object) && contains((a as Record<string, unknown>)[k], y));
  return sameJson(a, b);
}

const FUNCTIONS: ReadonlyMap<string, Fn> = new Map<string, Fn>([
  ['select/1', (v, [f]) => f!(v).flatMap((x) => (truthy(x) ? [v] : []))],
  ['map/1', (v, [f]) => [iterate(v).flatMap(f!)]],
  ['any/0', (v) => [iterate(v).some(truthy)]],
  ['all/0', (v) => [iterate(v).every(truthy)]],
  ['any/1', (v, [f]) => [iterate(v).some((x) => f!(x).some(truthy))]],
  ['all/1', (v, [f]) => [iterate(v).every((x) => f!(x).every(truthy))]],
  ['has/1', (v, [f]) => f!(v).map((k) => (Array.isArray(v) ? typeof k === 'number' && k < v.length : typeOf(v) === 'object' && (k as string) in (v as object)))],
  ['not/0', one((v) => !truthy(v))],
  ['empty/0', () => []],
  ['length/0', one(length)],
  ['keys/0', one((v) => (Array.isArray(v) ? v.map((_, i) => i) : Object.keys((v ?? {}) as object).sort()))],
  ['first/0', one((v) => index(v, 0))],
  ['last/0', one((v) => index(v, -1))],
  ['first/1', (v, [f]) => f!(v).slice(0, 1)],
  ['type/0', one(typeOf)],
  ['tostring/0', one((v) => (typeof v === 'string' ? v : JSON.stringify(v ?? null)))],
  ['tonumber/0', one(toNumber)],
  ['ascii_downcase/0', one((v) => String(v).toLowerCase())],
  ['ascii_upcase/0', one((v) => String(v).toUpperCase())],
  ['startswith/1', textual('startswith', (v, a) => v.startsWith(a))],
  ['endswith/1', textual('endswith', (v, a) => v.endsWith(a))],
  ['split/1', textual('split', (v, a) => v.split(a))],
  ['test/1', textual('test', (v, a) => new RegExp(a).test(v))],
  ['join/1', (v, [f]) => f!(v).map((s) => iterate(v).map((x) => x ?? '').join(s as string))],
  ['contains/1', (v, [f]) => f!(v).map((x) => contains(v, x))],
  ['add/0', one((v) => iterate(v).reduce((a, b) => binary('+', a, b), null))],
  ['min/0', one((v) => iterate(v).reduce((a, b) => (a === undefined || compare(b, a) < 0 ? b : a), undefined) ?? null)],
  ['max/0', one((v) => iterate(v).reduce((a, b) => (a === undefined || compare(b, a) >= 0 ? b : a), undefined) ?? null)],
  ['to_entries/0', one((v) => Object.entries(v as object).map(([key, value]) => ({ key, value: value as unknown })))],
]);

function toNumber(v: unknown): number {
  const n = typeof v === 'number' ? v : typeof v === 'string' && v.trim() ? Number(v) : NaN;
  if (Number.isNaN(n)) throw new JqError(`${JSON.stringify(v)} cannot be parsed as a number`);
  return n;
}
