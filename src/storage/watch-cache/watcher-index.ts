import type { KubeObject } from '../../api/meta/object';
import type { CacheEvent } from './cache-event';
import { folderOf } from './object-table';
import type { IndexOf, Watcher } from './watcher';

/** Called for a watcher that could not take an event: too slow, or (with `error`) its selector failed. */
export type Unable<T extends KubeObject> = (w: Watcher<T>, error?: unknown) => void;

type Group<T extends KubeObject> = Map<string, Set<Watcher<T>>>;

/** The live watchers, found by what restricts them most, so that an event costs only those it may concern. */
export class WatcherIndex<T extends KubeObject> {
  private readonly byKey: Group<T> = new Map();
  private readonly byIndex: Group<T> = new Map();
  private readonly byFolder: Group<T> = new Map();
  private readonly rest = new Set<Watcher<T>>();
  private count = 0;

  /** `prefix`: the resource's, ending with a slash. */
  constructor(
    private readonly prefix: string,
    private readonly indexOf: IndexOf<T>,
  ) {}

  get size(): number {
    return this.count;
  }

  add(w: Watcher<T>): void {
    this.count++;
    const place = this.placeOf(w);
    if (!place) {
      this.rest.add(w);
      return;
    }
    const set = place.group.get(place.value);
    if (set) set.add(w);
    else place.group.set(place.value, new Set([w]));
  }

  remove(w: Watcher<T>): void {
    const place = this.placeOf(w);
    const set = place ? place.group.get(place.value) : this.rest;
    if (!set?.delete(w)) return;
    this.count--;
    if (place && set.size === 0) place.group.delete(place.value);
  }

  /** Hands the event to everybody it may concern. */
  dispatch(e: CacheEvent<T>, unable: Unable<T>): void {
    const { key } = e.cached;
    if (this.byKey.size) offer(this.byKey.get(key), e, unable);
    if (this.byIndex.size) {
      const now = this.indexOf!(e.cached.object);
      const before = e.prev && this.indexOf!(e.prev.object);
      if (now !== undefined) offer(this.byIndex.get(now), e, unable);
      if (before !== undefined && before !== now) offer(this.byIndex.get(before), e, unable);
    }
    if (this.byFolder.size) offer(this.byFolder.get(folderOf(key)), e, unable);
    offer(this.rest, e, unable);
  }

  all(): Watcher<T>[] {
    return [...[this.byKey, this.byIndex, this.byFolder].flatMap((g) => [...g.values()].flatMap((s) => [...s])), ...this.rest];
  }

  private placeOf({ predicate: p }: Watcher<T>): { group: Group<T>; value: string } | undefined {
    if (p.key !== undefined) return { group: this.byKey, value: p.key };
    if (p.index !== undefined && this.indexOf) return { group: this.byIndex, value: p.index };
    const folder = p.prefix !== undefined && p.prefix.length > this.prefix.length && p.prefix.endsWith('/');
    return folder ? { group: this.byFolder, value: p.prefix! } : undefined;
  }
}

function offer<T extends KubeObject>(set: Set<Watcher<T>> | undefined, e: CacheEvent<T>, unable: Unable<T>): void {
  if (!set) return;
  for (const w of set) {
    if (!w.active) continue;
    try {
      if (!w.take(e)) unable(w);
    } catch (error) {
      // One reader's trouble must not cost the others their event.
      unable(w, error);
    }
  }
}
