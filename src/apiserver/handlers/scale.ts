import { invalidValue } from '../../api/errors/field-error';
import { badRequest, invalid } from '../../api/errors/status-error';
import { cloneJson } from '../../api/meta/clone';
import type { KubeObject } from '../../api/meta/object';
import type { ScaleSubresource } from '../registry/strategy';
import { decodeBody, decodeValue } from './decode-body';
import { managerOf } from './field-manager';
import type { Body, ObjectResult, PatchBody, RequestContext, WriteParams } from './handlers';
import { writeOptions } from './options';
import type { WriteOptions } from './options';
import { patchSubresource } from './patcher';
import type { Writer } from './writer';

export const SCALE = { group: 'autoscaling', version: 'v1', kind: 'Scale' };
const SCHEMA = 'io.k8s.api.autoscaling.v1.Scale';

/** The scale view of one resource: an autoscaling/v1 Scale made from, and written back into, the stored object. */
export class ScaleHandler {
  constructor(
    private readonly writer: Writer,
    private readonly scale: ScaleSubresource,
  ) {}

  get(ctx: RequestContext): ObjectResult {
    return { code: 200, body: this.of(this.writer.registry.get(ctx.namespace, ctx.name!).object) };
  }

  async update(ctx: RequestContext, body: Body, p: WriteParams): Promise<ObjectResult> {
    const o = writeOptions('UpdateOptions', p);
    const schemas = this.writer.s.schemas;
    const wanted = decodeBody(schemas, SCALE, schemas.get(SCHEMA)!, body, ctx, o);
    const given = wanted.metadata.name;
    if (given && given !== ctx.name) throw badRequest(`the name of the object (${given}) does not match the name on the URL (${ctx.name})`);
    return this.store(ctx, o, wanted.metadata.uid, () => wanted);
  }

  async patch(ctx: RequestContext, body: PatchBody, p: WriteParams): Promise<ObjectResult> {
    const o = writeOptions('PatchOptions', p, body.type === 'apply');
    const schemas = this.writer.s.schemas;
    const schema = schemas.get(SCHEMA)!;
    return this.store(ctx, o, undefined, (live) => {
      const { value, problems } = patchSubresource(body, live, schema, o);
      return decodeValue(schemas, SCALE, schema, value, ctx, o, problems);
    });
  }

  private async store(ctx: RequestContext, o: WriteOptions, uid: string | undefined, wanted: (live: KubeObject) => KubeObject): Promise<ObjectResult> {
    // The parent's own strategy decides about generation; the write is attributed to the scale subresource.
    const parent: RequestContext = { ...ctx, subresource: undefined };
    const manager = managerOf(o.fieldManager, ctx.userAgent);
    const done = await this.writer.write(parent, 'update', o, uid, false, (c, existing) => {
      const scale = wanted(this.of(existing!));
      const replicas = (scale.spec?.replicas as number | undefined) ?? 0;
      if (replicas < 0) {
        throw invalid(SCALE, ctx.name!, [invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0')]);
      }
      const next = cloneJson(existing!);
      this.scale.setReplicas(next, replicas);
      if (scale.metadata.resourceVersion) next.metadata.resourceVersion = scale.metadata.resourceVersion;
      else delete next.metadata.resourceVersion;
      this.writer.track({ ...c, subresource: 'scale' }, existing, next, manager, this.writer.view.definition.strategy);
      return next;
    });
    return { code: 200, body: this.of(done.cached.object) };
  }

  private of(o: KubeObject): KubeObject {
    const m = o.metadata;
    const replicas = this.scale.replicas(o);
    const selector = this.scale.selector(o);
    return {
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      metadata: { name: m.name, namespace: m.namespace, uid: m.uid, resourceVersion: m.resourceVersion, creationTimestamp: m.creationTimestamp },
      spec: replicas ? { replicas } : {},
      status: { replicas: this.scale.statusReplicas(o), ...(selector === undefined ? {} : { selector }) },
    };
  }
}
