import { isReason } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { deleteObject, deletedStatus } from '../registry/deletion';
import type { Deletion, DeletionOptions } from '../registry/deletion';
import type { Registry } from '../registry/registry';
import type { Ctx } from '../registry/strategy';
import type { Cached } from '../../storage/watch-cache/watch-cache';
import type { Body, DeleteQuery, ListParams, ListResult, ObjectResult, RequestContext } from './handlers';
import { readOptions } from './list-options';
import { deleteOptions } from './options';
import type { Reader } from './reader';
import { strategyContext } from './services';
import type { HandlerServices } from './services';
import type { View } from './view';

/** delete and deletecollection of a stored resource. */
export class Deleter {
  constructor(
    private readonly s: HandlerServices,
    private readonly registry: Registry,
    private readonly view: View,
    private readonly reader: Reader,
  ) {}

  /** @throws NotFound, Conflict, Invalid options */
  async delete(ctx: RequestContext, body: Body | undefined, query: DeleteQuery): Promise<ObjectResult> {
    const options = deleteOptions(this.s.schemas, body, query);
    const c = strategyContext(this.s, ctx, 'delete', options.dryRun, this.view.resource);
    this.warnOfOrphans(c, options);
    const done = await this.deleteOne(c, ctx.name!, options);
    if (!done.gone) return { code: options.orphanDependents === false ? 202 : 200, cached: this.view.show(done.cached) };
    if (this.view.definition.returnsDeletedObject) return { code: 200, cached: this.view.show(done.cached) };
    return { code: 200, body: deletedStatus(this.view.resource, done.cached) };
  }

  /** Deletes what the selectors of the query match; answers with the list as it was found. */
  async deleteCollection(ctx: RequestContext, body: Body | undefined, query: DeleteQuery, p: ListParams): Promise<ListResult> {
    const selected = readOptions(p, false);
    const options = deleteOptions(this.s.schemas, body, query);
    const { items, rev } = await this.reader.listWith(ctx, selected);
    const c = strategyContext(this.s, ctx, 'delete', options.dryRun, this.view.resource);
    this.warnOfOrphans(c, options);
    const deleted = await Promise.all(items.map((item) => this.deleteListed(c, item, options)));
    return { items: deleted.filter((d) => d !== undefined), rev };
  }

  private async deleteListed(c: Ctx, item: Cached, options: DeletionOptions): Promise<Cached | undefined> {
    try {
      const { namespace, name } = item.object.metadata;
      await this.deleteOne(namespace === c.namespace ? c : { ...c, namespace }, name!, options);
      return item;
    } catch (e) {
      if (isReason(e, 'NotFound')) return undefined;
      throw e;
    }
  }

  private deleteOne(c: Ctx, name: string, options: DeletionOptions): Promise<Deletion> {
    const request = { operation: 'DELETE' as const, definition: this.registry.definition, subresource: c.subresource, namespace: c.namespace, name, user: c.user, dryRun: c.dryRun, ctx: c };
    const validate = async (old: KubeObject): Promise<void> => {
      await this.s.admission.validate({ ...request, old });
    };
    const pending = this.s.admission.admit(request);
    const run = (): Promise<Deletion> => deleteObject(this.registry, c, name, options, validate);
    return pending ? pending.then(run) : run();
  }

  private warnOfOrphans(c: Ctx, options: DeletionOptions): void {
    const text = this.registry.definition.strategy.deletionWarning;
    if (text !== undefined && options.propagationPolicy === undefined && options.orphanDependents === undefined) c.warn(text);
  }
}
