import { resourceVersionTooLarge, StatusError } from '../../api/errors/status-error';
import { decodeStored } from '../registry/stored';
import type { Registry } from '../registry/registry';
import { CompactedError, FutureRevisionError } from '../../storage/store';
import { ExpiredError } from '../../storage/watch-cache/watch-cache';
import type { Cached, Predicate, WatchSink } from '../../storage/watch-cache/watch-cache';
import type { Disposable } from '../../util/clock';
import { decodeContinue, encodeContinue } from './continue-token';
import type { ListParams, ListResult, RequestContext } from './handlers';
import { getRevision, listExpired, listRevision, readOptions } from './list-options';
import type { ReadOptions } from './list-options';
import { selectionOf } from './selection';
import type { Selection } from './selection';
import type { View } from './view';
import { badRequest } from '../../api/errors/status-error';

/** get, list and watch of a stored resource, from its watch cache and, for the past, from the store's history. */
export class Reader {
  constructor(
    private readonly registry: Registry,
    private readonly view: View,
  ) {}

  /** The object in the cache; `resourceVersion` N: not older than N. @throws NotFound, Timeout (504) for a version that is not there yet */
  get(ctx: RequestContext, resourceVersion: string | undefined): Cached {
    // Upstream reads these past its watch cache, whose errors are others.
    const rev = this.registry.definition.expires && resourceVersion ? listRevision(resourceVersion) : getRevision(resourceVersion);
    if (rev !== undefined) this.notInTheFuture(rev);
    return this.view.show(this.registry.get(ctx.namespace, ctx.name!, this.view.resource));
  }

  /** Lists as rest-checklist §2 says: newest, not older than, exactly at, or the next page of an earlier list. */
  list(ctx: RequestContext, p: ListParams): ListResult | Promise<ListResult> {
    return this.listWith(ctx, readOptions(p, false));
  }

  /** list, of options that are read already. */
  listWith(ctx: RequestContext, o: ReadOptions): ListResult | Promise<ListResult> {
    const selection = selectionOf(this.registry, this.view.definition, ctx, o.selectors);
    if (o.continue !== undefined) return this.goOn(ctx, selection, o);
    const rev = listRevision(o.resourceVersion);
    if (rev !== undefined && rev > 0) {
      this.notInTheFuture(rev);
      if (o.match === 'Exact' || (o.match === '' && o.limit > 0)) return this.exact(ctx, selection, rev, undefined, o.limit);
    }
    // Any version will do: upstream's watch cache gives all it has. Events are read past it.
    const limit = rev === 0 && !this.registry.definition.expires ? 0 : o.limit;
    return this.newest(selection, limit, undefined);
  }

  /** @throws Expired (410) when the version is too old, errors of selectors and options */
  watch(ctx: RequestContext, p: ListParams, sink: WatchSink): Disposable {
    const o = readOptions(p, true);
    const { predicate } = selectionOf(this.registry, this.view.definition, ctx, o.selectors);
    const rev = getRevision(o.resourceVersion);
    const initial = o.sendInitialEvents ?? (rev === undefined || rev === 0);
    const shown = this.view.sink(sink);
    const cache = this.registry.cache;
    try {
      if (!initial) return cache.watch(predicate, rev || cache.revision, shown);
      if (!o.sendInitialEvents) return cache.watch(predicate, undefined, shown);
      return cache.watch(predicate, undefined, shown, (rev) => {
        if (o.bookmarks) shown.offer({ type: 'BOOKMARK', rev, initialEventsEnd: true });
      });
    } catch (e) {
      if (e instanceof ExpiredError) throw new StatusError(410, 'Expired', e.message);
      throw e;
    }
  }

  private notInTheFuture(rev: number): void {
    if (rev > this.registry.cache.revision) throw resourceVersionTooLarge(rev, this.registry.cache.revision);
  }

  private goOn(ctx: RequestContext, selection: Selection, o: ReadOptions): ListResult | Promise<ListResult> {
    const point = decodeContinue(o.continue!, this.prefixOf(ctx));
    if (o.resourceVersion !== '' && o.resourceVersion !== '0') throw badRequest('specifying resource version is not allowed when using continue');
    if (point.rev < 0) return this.newest(selection, o.limit, point.start);
    return this.exact(ctx, selection, point.rev, point.start, o.limit);
  }

  private newest(selection: Selection, limit: number, start: string | undefined): ListResult {
    const { items, rev } = this.registry.cache.list(limit > 0 || start !== undefined ? { ...selection.predicate, matches: undefined } : selection.predicate);
    if (limit === 0 && start === undefined) return { items: this.shown(items), rev };
    return this.page(selection, start === undefined ? items : items.filter((c) => c.key >= start), rev, limit);
  }

  /** The state at an earlier revision, from the cache when it is the present one. */
  private async exact(ctx: RequestContext, selection: Selection, rev: number, start: string | undefined, limit: number): Promise<ListResult> {
    if (rev === this.registry.cache.revision) return this.newest(selection, limit, start);
    const prefix = this.prefixOf(ctx);
    try {
      const { kvs } = await this.registry.store.list({ start: start ?? prefix, end: endOf(prefix) }, { rev });
      const items = kvs.map((kv) => this.registry.cache.get(kv.key)?.rev === kv.rev ? this.registry.cache.get(kv.key)! : decodeStored(kv)).filter((c) => inPredicate(this.registry, selection.predicate, c));
      return this.page(selection, items, rev, limit);
    } catch (e) {
      if (e instanceof CompactedError) throw listExpired(start === undefined ? undefined : encodeContinue(start, prefix, -1));
      if (e instanceof FutureRevisionError) throw resourceVersionTooLarge(rev, e.current);
      throw e;
    }
  }

  /** Cuts a page out of items in key order; the token names the key after its last item. */
  private page(selection: Selection, all: readonly Cached[], rev: number, limit: number): ListResult {
    const matches = selection.predicate.matches;
    if (limit === 0) return { items: this.shown(matches ? all.filter((c) => matches(c.object)) : all), rev };
    const items: Cached[] = [];
    let i = 0;
    for (; i < all.length && items.length < limit; i++) if (!matches || matches(all[i]!.object)) items.push(all[i]!);
    if (i >= all.length) return { items: this.shown(items), rev };
    const prefix = selection.predicate.prefix ?? this.registry.prefix;
    return {
      items: this.shown(items),
      rev,
      continue: encodeContinue(`${items.at(-1)!.key}\0`, prefix, rev),
      ...(selection.everything ? { remaining: all.length - i } : {}),
    };
  }

  private shown(items: readonly Cached[]): readonly Cached[] {
    return this.view.definition.storedAs ? items.map((c) => this.view.show(c)) : items;
  }

  private prefixOf(ctx: RequestContext): string {
    return ctx.namespace === undefined ? this.registry.prefix : `${this.registry.prefix}${ctx.namespace}/`;
  }
}

function endOf(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}

/** Key and index parts of a predicate, for items that do not come from the cache. */
function inPredicate(r: Registry, p: Predicate, c: Cached): boolean {
  if (p.key !== undefined && c.key !== p.key) return false;
  const { index, fields } = r.definition;
  return p.index === undefined || (index !== undefined && fields![index]!(c.object) === p.index);
}
