import type { KubeObject } from '../../api/meta/object';
import { AtRevision } from './entry';
import type { Cached, CachedEvent } from './watch-cache';

/** A change as most watchers see it. Those to whom an object comes into view, or goes out of it, share the derived events. */
export class CacheEvent<T extends KubeObject> implements CachedEvent<T> {
  frames?: Map<string, unknown>;
  private added: CachedEvent<T> | undefined;
  private deleted: CachedEvent<T> | undefined;

  constructor(
    readonly type: 'ADDED' | 'MODIFIED' | 'DELETED',
    readonly cached: Cached<T>,
    readonly prev: Cached<T> | undefined,
    readonly rev: number,
  ) {}

  /** For watchers that did not see the object before. */
  asAdded(): CachedEvent<T> {
    if (this.type === 'ADDED') return this;
    return (this.added ??= { type: 'ADDED', cached: this.cached, rev: this.rev });
  }

  /** For watchers that do not see it any more: the state they knew, with the revision of the change. */
  asDeleted(): CachedEvent<T> {
    if (this.type === 'DELETED') return this;
    return (this.deleted ??= { type: 'DELETED', cached: new AtRevision(this.prev!, this.rev), prev: this.prev, rev: this.rev });
  }
}
