import { notFound } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { trackUpdate } from '../../api/patch/track-update';
import { encodeObject } from '../../api/schema/encode';
import type { Cached } from '../../storage/watch-cache/watch-cache';
import { checkNamespace, wipeSystemFields } from '../registry/system-fields';
import type { ResourceDefinition } from '../registry/strategy';
import { noSuchMethod } from './action';
import { decodeBody } from './decode-body';
import { managerOf } from './field-manager';
import type { Body, HandlerMap, ListParams, ListResult, ObjectResult, RequestContext, ResourceHandlers, WriteParams } from './handlers';
import { writeOptions } from './options';
import { readOptions } from './list-options';
import { strategyContext } from './services';
import type { HandlerServices } from './services';
import { checkField, satisfies } from './selection';

/** A resource of which nothing is stored: reviews and bindings are answered, component statuses are computed. */
export class VirtualHandlers implements ResourceHandlers {
  constructor(
    private readonly s: HandlerServices,
    readonly definition: ResourceDefinition,
    private readonly handlers: HandlerMap,
  ) {}

  async create(ctx: RequestContext, body: Body, p: WriteParams): Promise<ObjectResult> {
    const d = this.definition;
    if (!d.virtualCreate && !d.forwardsTo) throw noSuchMethod();
    const o = writeOptions('CreateOptions', p);
    const object = decodeBody(this.s.schemas, d.gvk, this.s.schemas.get(d.schema)!, body, ctx, o);
    if (d.forwardsTo) {
      const { resource, subresource } = d.forwardsTo;
      return this.handlers.get('', 'v1', resource)!.create({ ...ctx, userAgent: ctx.userAgent, signal: ctx.signal, warn: (t) => ctx.warn(t), name: object.metadata.name ?? '', subresource }, body, p);
    }
    wipeSystemFields(object.metadata);
    if (d.namespaced) checkNamespace(object.metadata, ctx.namespace);
    else delete object.metadata.namespace;
    d.strategy.default?.(object);
    const c = strategyContext(this.s, ctx, 'create', o.dryRun);
    trackUpdate({ updated: object, schema: this.s.schemas.get(d.schema)!, manager: managerOf(o.fieldManager, ctx.userAgent), now: c.clock.now() });
    const pending = this.s.admission.admit({ operation: 'CREATE', definition: d, namespace: ctx.namespace, name: object.metadata.name, object, user: c.user, dryRun: c.dryRun, ctx: c });
    if (pending) await pending;
    return { code: 201, body: await d.virtualCreate!(c, object) };
  }

  get(ctx: RequestContext): ObjectResult {
    const found = this.all(ctx).find((o) => o.metadata.name === ctx.name);
    if (!found) throw notFound({ group: this.definition.gvk.group, resource: this.definition.notFoundAs ?? this.definition.plural }, ctx.name!);
    return { code: 200, cached: entry(found) };
  }

  list(ctx: RequestContext, p: ListParams): ListResult {
    const { labels, fields } = readOptions(p, false).selectors;
    for (const { field } of fields) checkField(this.definition, field);
    const chosen = this.all(ctx).filter((o) => labels.matches(o.metadata.labels) && satisfies(fields, this.definition.fields, o));
    return { items: chosen.map(entry), rev: 0 };
  }

  update(): Promise<ObjectResult> {
    throw noSuchMethod();
  }

  patch(): Promise<ObjectResult> {
    throw noSuchMethod();
  }

  delete(): Promise<ObjectResult> {
    throw noSuchMethod();
  }

  deleteCollection(): Promise<ListResult> {
    throw noSuchMethod();
  }

  watch(): never {
    throw noSuchMethod();
  }

  private all(ctx: RequestContext): readonly KubeObject[] {
    if (!this.definition.virtualList) throw noSuchMethod();
    return this.definition.virtualList(strategyContext(this.s, ctx, 'update', false));
  }
}

function entry(object: KubeObject): Cached {
  return { key: object.metadata.name!, rev: 0, object, bytes: Buffer.from(encodeObject(object)) };
}
