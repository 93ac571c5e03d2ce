import type { KubeObject } from '../../api/meta/object';
import { SortedKeys } from '../sorted-keys';
import type { Cached } from './watch-cache';

interface Bucket<T extends KubeObject> {
  keys: SortedKeys;
  /** The objects in key order, until the next change. */
  listed?: readonly Cached<T>[];
}

/** '/registry/pods/default/web' → '/registry/pods/default/' */
export function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}

/**
 * The present objects of one resource, in a bucket per namespace (one for all when cluster-scoped). Ordered lists are made when
 * asked for and kept until the bucket changes: a list costs no sorting, and nothing at all when nothing has changed.
 */
export class ObjectTable<T extends KubeObject> {
  private readonly objects = new Map<string, Cached<T>>();
  private readonly buckets = new Map<string, Bucket<T>>();
  /** In this order the buckets' lists one after another are in key order, since the names of folders end with a slash. */
  private readonly folders = new SortedKeys();
  private listed: readonly Cached<T>[] | undefined;

  get size(): number {
    return this.objects.size;
  }

  get(key: string): Cached<T> | undefined {
    return this.objects.get(key);
  }

  set(cached: Cached<T>): void {
    const { key } = cached;
    const folder = folderOf(key);
    let bucket = this.buckets.get(folder);
    if (!bucket) {
      bucket = { keys: new SortedKeys() };
      this.buckets.set(folder, bucket);
      this.folders.add(folder);
    }
    if (!this.objects.has(key)) bucket.keys.add(key);
    this.objects.set(key, cached);
    bucket.listed = this.listed = undefined;
  }

  delete(key: string): void {
    if (!this.objects.delete(key)) return;
    const folder = folderOf(key);
    const bucket = this.buckets.get(folder)!;
    bucket.keys.remove(key);
    bucket.listed = this.listed = undefined;
    if (bucket.keys.size === 0) {
      this.buckets.delete(folder);
      this.folders.remove(folder);
    }
  }

  /** Everything in key order. */
  all(): readonly Cached<T>[] {
    if (!this.listed) {
      const folders = this.folders.all();
      this.listed = folders.length === 1 ? this.in(folders[0]!) : folders.flatMap((f) => this.in(f));
    }
    return this.listed;
  }

  /** The objects of one folder in key order. */
  in(folder: string): readonly Cached<T>[] {
    const bucket = this.buckets.get(folder);
    if (!bucket) return [];
    return (bucket.listed ??= bucket.keys.all().map((k) => this.objects.get(k)!));
  }
}
