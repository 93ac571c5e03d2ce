import type { Disposable } from '../../util/clock';
import type { Registry } from '../registry/registry';
import type { ResourceDefinition, Subresource } from '../registry/strategy';
import type { WatchSink } from '../../storage/watch-cache/watch-cache';
import { noSuchMethod, runAction } from './action';
import { Deleter } from './deleter';
import type { Body, DeleteQuery, ListParams, ListResult, ObjectResult, PatchBody, RequestContext, ResourceHandlers, WriteParams } from './handlers';
import { Patcher } from './patcher';
import { Reader } from './reader';
import { ScaleHandler } from './scale';
import type { HandlerServices } from './services';
import { View } from './view';
import { Writer } from './writer';

/** The verbs of a resource that is stored, in one of its versions. */
export class StoredHandlers implements ResourceHandlers {
  private readonly reader: Reader;
  private readonly writer: Writer;
  private readonly patcher: Patcher;
  private readonly deleter: Deleter;
  private readonly scale?: ScaleHandler;

  constructor(
    s: HandlerServices,
    readonly definition: ResourceDefinition,
    private readonly registry: Registry,
    /** Every served version of the stored objects. */
    versions: readonly ResourceDefinition[] = [definition],
  ) {
    const view = new View(definition, versions, s.schemas);
    const schema = s.schemas.get(definition.schema);
    if (!schema) throw new Error(`${definition.plural}: there is no schema ${definition.schema} in openapi/`);
    this.reader = new Reader(registry, view);
    this.writer = new Writer(s, registry, view, schema);
    this.patcher = new Patcher(this.writer);
    this.deleter = new Deleter(s, registry, view, this.reader);
    const scale = definition.subresources?.['scale'];
    if (scale?.type === 'scale') this.scale = new ScaleHandler(this.writer, scale);
  }

  get(ctx: RequestContext, o: { resourceVersion?: string }): ObjectResult {
    if (this.subresource(ctx)?.type === 'scale') return this.scale!.get(ctx);
    return { code: 200, cached: this.reader.get(ctx, o.resourceVersion) };
  }

  list(ctx: RequestContext, p: ListParams): ListResult | Promise<ListResult> {
    return this.reader.list(ctx, p);
  }

  watch(ctx: RequestContext, p: ListParams, sink: WatchSink): Disposable {
    return this.reader.watch(ctx, p, sink);
  }

  /** Up to which revision watchers of this resource have been told everything. */
  revision(): number {
    return this.registry.cache.revision;
  }

  async create(ctx: RequestContext, body: Body, p: WriteParams): Promise<ObjectResult> {
    const sub = this.subresource(ctx);
    if (!sub) return this.writer.create(ctx, body, p);
    if (sub.type !== 'action') throw noSuchMethod();
    return runAction(this.writer, sub, ctx, body, p);
  }

  async update(ctx: RequestContext, body: Body, p: WriteParams): Promise<ObjectResult> {
    const sub = this.subresource(ctx);
    if (!sub || sub.type === 'update') return this.writer.update(ctx, body, p);
    if (sub.type === 'scale') return this.scale!.update(ctx, body, p);
    throw noSuchMethod();
  }

  async patch(ctx: RequestContext, body: PatchBody, p: WriteParams): Promise<ObjectResult> {
    const sub = this.subresource(ctx);
    if (!sub || sub.type === 'update') return this.patcher.patch(ctx, body, p);
    if (sub.type === 'scale') return this.scale!.patch(ctx, body, p);
    throw noSuchMethod();
  }

  async delete(ctx: RequestContext, body: Body | undefined, query: DeleteQuery): Promise<ObjectResult> {
    if (ctx.subresource !== undefined) throw noSuchMethod();
    return this.deleter.delete(ctx, body, query);
  }

  async deleteCollection(ctx: RequestContext, body: Body | undefined, query: DeleteQuery, p: ListParams): Promise<ListResult> {
    return this.deleter.deleteCollection(ctx, body, query, p);
  }

  private subresource(ctx: RequestContext): Subresource | undefined {
    return ctx.subresource === undefined ? undefined : this.definition.subresources![ctx.subresource];
  }
}
