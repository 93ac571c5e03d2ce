import type { KubeObject } from '../../api/meta/object';
import type { CacheEvent } from './cache-event';
import type { Cached, CachedEvent, Predicate, WatchSink } from './watch-cache';

/** Value of the resource's dispatch index; undefined: the resource has none. */
export type IndexOf<T extends KubeObject> = ((object: T) => string | undefined) | undefined;

/** Whether a reader with this predicate sees the object. */
export function sees<T extends KubeObject>(p: Predicate<T>, cached: Cached<T>, indexOf: IndexOf<T>): boolean {
  if (p.key !== undefined && p.key !== cached.key) return false;
  if (p.prefix !== undefined && !cached.key.startsWith(p.prefix)) return false;
  if (p.index !== undefined && indexOf && indexOf(cached.object) !== p.index) return false;
  return !p.matches || p.matches(cached.object);
}

/** One watch on a cache: turns changes of the resource into what this reader is to be told. */
export class Watcher<T extends KubeObject> {
  active = true;
  /** What happens while it is still told the state it begins with. */
  private held?: CacheEvent<T>[];
  private readonly dependsOnObject: boolean;

  constructor(
    readonly predicate: Predicate<T>,
    private readonly sink: WatchSink<T>,
    private readonly indexOf: IndexOf<T>,
    /** Revision up to which it has been told everything. */
    public after: number,
  ) {
    this.dependsOnObject = predicate.matches !== undefined || (predicate.index !== undefined && indexOf !== undefined);
  }

  /** Tells the reader what the change means to it. False: it is too slow. */
  take(e: CacheEvent<T>): boolean {
    if (this.held) {
      this.held.push(e);
      return true;
    }
    if (e.rev <= this.after) return true;
    this.after = e.rev;
    const told = this.translate(e);
    return !told || this.sink.offer(told);
  }

  /** Whether it can be told the state it begins with in pieces. */
  get inPieces(): boolean {
    return this.sink.room !== undefined;
  }

  /** Whether the reader has room for more of the state; otherwise `resume` is called when it has. */
  room(resume: () => void): boolean {
    return this.sink.room!(resume);
  }

  /** Keeps what happens until release(). */
  hold(): void {
    this.held = [];
  }

  /** Tells the reader what was kept. False: it is too slow. */
  release(): boolean {
    const held = this.held!;
    this.held = undefined;
    return held.every((e) => !this.active || this.take(e));
  }

  offer(e: CachedEvent<T>): boolean {
    return this.sink.offer(e);
  }

  end(reason: string): void {
    if (!this.active) return;
    this.active = false;
    this.sink.close(reason);
  }

  private translate(e: CacheEvent<T>): CachedEvent<T> | undefined {
    const { predicate, indexOf } = this;
    if (!this.dependsOnObject) return sees(predicate, e.cached, indexOf) ? e : undefined;
    const before = e.prev !== undefined && sees(predicate, e.prev, indexOf);
    const now = e.type !== 'DELETED' && sees(predicate, e.cached, indexOf);
    if (now) return before ? e : e.asAdded();
    return before ? e.asDeleted() : undefined;
  }
}
