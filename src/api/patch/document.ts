import type { SchemaNode } from '../schema/schema';
import { compareText, escapeHtml, isMap } from './go-format';
import { setKey } from '../meta/set-key';

export type Container = Record<string, unknown> | unknown[];

/**
 * A JSON document under change. The original is never touched: a container is copied when it is first opened, so the result shares
 * everything that was not opened with it.
 *
 * Upstream parses a document lazily in the same way and writes parsed objects with their keys sorted, all else as it stood; error
 * messages quote that text, so it is remembered here which ones were opened.
 */
export class PatchedDocument {
  private readonly opened = new Set<object>();
  private sorted: ReadonlySet<object> = NONE;

  constructor(private root: unknown) {}

  get value(): unknown {
    return this.root;
  }

  /** The root, opened. */
  openRoot(): Container {
    if (!isContainer(this.root)) throw new Error('the document is no object or list');
    return (this.root = this.own(this.root));
  }

  replaceRoot(value: Container): void {
    this.root = this.own(value);
  }

  /** The container at a key or index, opened; undefined when there is none. `parent` has to be open. */
  open(parent: Container, key: string | number): Container | undefined {
    const child = (parent as Record<string | number, unknown>)[key];
    if (!isContainer(child)) return undefined;
    const own = this.own(child);
    if (own !== child) setKey(parent, key, own);
    return own;
  }

  /** An opened copy of a container; the same when it is open already. */
  own(c: Container): Container {
    if (this.opened.has(c)) return c;
    const copy = Array.isArray(c) ? [...c] : { ...c };
    this.opened.add(copy);
    return copy;
  }

  /** A deep copy that shares nothing, in the order in which the original would be written. */
  clone(v: unknown): unknown {
    if (Array.isArray(v)) return v.map((x) => this.clone(x));
    if (!isMap(v)) return v;
    const out: Record<string, unknown> = {};
    for (const k of this.keys(v)) setKey(out, k, this.clone(v[k]));
    return out;
  }

  /** The document as upstream would write it. `maps`: what it would write sorted although it was not opened, see goMapsIn. */
  text(maps: ReadonlySet<object> = NONE): string {
    this.sorted = maps;
    return escapeHtml(this.write(this.root));
  }

  private write(v: unknown): string {
    if (Array.isArray(v)) return `[${v.map((x) => this.write(x)).join(',')}]`;
    if (!isMap(v)) return JSON.stringify(v ?? null);
    const keys = this.keys(v).filter((k) => v[k] !== undefined);
    return `{${keys.map((k) => `${JSON.stringify(k)}:${this.write(v[k])}`).join(',')}}`;
  }

  private keys(o: Record<string, unknown>): string[] {
    const keys = Object.keys(o);
    return this.opened.has(o) || this.sorted.has(o) ? keys.sort(compareText) : keys;
  }
}

const NONE: ReadonlySet<object> = new Set();

/** The values in a stored object that are maps in Go, which writes those sorted, and structs in the order of their fields. */
export function goMapsIn(s: SchemaNode, v: unknown, found = new Set<object>()): Set<object> {
  if (Array.isArray(v)) {
    if (s.kind === 'list') for (const x of v) goMapsIn(s.items, x, found);
  } else if (isMap(v)) {
    if (s.kind === 'map') found.add(v);
    if (s.kind === 'map') for (const k in v) goMapsIn(s.values, v[k], found);
    else if (s.kind === 'object') for (const [name, f] of s.properties) goMapsIn(f.schema, v[name], found);
  }
  return found;
}

export function isContainer(v: unknown): v is Container {
  return typeof v === 'object' && v !== null;
}
