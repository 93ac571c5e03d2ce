import type { KubeObject } from '../api/meta/object';

type IndexFunction<T> = (o: T) => readonly string[];

/** Objects under one index value, with their array made when asked for and kept until the next change. */
class Bucket<T> {
  readonly objects = new Map<string, T>();
  private array: readonly T[] | undefined;

  set(key: string, o: T): void {
    this.objects.set(key, o);
    this.array = undefined;
  }

  delete(key: string): void {
    this.objects.delete(key);
    this.array = undefined;
  }

  list(): readonly T[] {
    return (this.array ??= [...this.objects.values()]);
  }
}

const NONE: readonly never[] = [];

/** The objects of an informer by key, by namespace and by named indexes. Keeps references, copies nothing. */
export class ObjectStore<T extends KubeObject> {
  private readonly all = new Bucket<T>();
  private readonly namespaces = new Map<string, Bucket<T>>();
  private readonly indexes = new Map<string, { fn: IndexFunction<T>; buckets: Map<string, Bucket<T>> }>();

  get size(): number {
    return this.all.objects.size;
  }

  get(key: string): T | undefined {
    return this.all.objects.get(key);
  }

  keys(): IterableIterator<string> {
    return this.all.objects.keys();
  }

  list(namespace?: string): readonly T[] {
    return namespace === undefined ? this.all.list() : (this.namespaces.get(namespace)?.list() ?? NONE);
  }

  /** @throws Error when no index of that name was added */
  byIndex(index: string, value: string): readonly T[] {
    const i = this.indexes.get(index);
    if (!i) throw new Error(`no index "${index}": add it with addIndex first`);
    return i.buckets.get(value)?.list() ?? NONE;
  }

  /** Adds an index; one of the same name stays as it is, so that components may share it. */
  addIndex(name: string, fn: IndexFunction<T>): void {
    if (this.indexes.has(name)) return;
    const buckets = new Map<string, Bucket<T>>();
    for (const [key, o] of this.all.objects) for (const v of fn(o)) put(buckets, v, key, o);
    this.indexes.set(name, { fn, buckets });
  }

  set(key: string, o: T): void {
    const old = this.all.objects.get(key);
    this.all.set(key, o);
    if (o.metadata.namespace) put(this.namespaces, o.metadata.namespace, key, o);
    for (const { fn, buckets } of this.indexes.values()) {
      const values = fn(o);
      if (old) for (const v of fn(old)) if (!values.includes(v)) drop(buckets, v, key);
      for (const v of values) put(buckets, v, key, o);
    }
  }

  delete(key: string): T | undefined {
    const old = this.all.objects.get(key);
    if (!old) return undefined;
    this.all.delete(key);
    if (old.metadata.namespace) drop(this.namespaces, old.metadata.namespace, key);
    for (const { fn, buckets } of this.indexes.values()) for (const v of fn(old)) drop(buckets, v, key);
    return old;
  }
}

function put<T>(buckets: Map<string, Bucket<T>>, value: string, key: string, o: T): void {
  let b = buckets.get(value);
  if (!b) buckets.set(value, (b = new Bucket()));
  b.set(key, o);
}

function drop<T>(buckets: Map<string, Bucket<T>>, value: string, key: string): void {
  const b = buckets.get(value);
  if (!b) return;
  b.delete(key);
  if (b.objects.size === 0) buckets.delete(value);
}
