import { invalidValue } from '../../api/errors/field-error';
import { conflict, invalid } from '../../api/errors/status-error';
import { cloneJson } from '../../api/meta/clone';
import { apiVersionOf } from '../../api/meta/object';
import type { KubeObject } from '../../api/meta/object';
import { patchObject } from '../../api/patch/patch-object';
import { managedFieldsAfterScale, managedFieldsOfScale } from '../../api/patch/scale-fields';
import type { ReplicasPaths } from '../../api/patch/scale-fields';
import { trackUpdate } from '../../api/patch/track-update';
import type { ObjectSchema } from '../../api/schema/schema';
import { subdomainName, validateObjectMeta } from '../registry/object-meta';
import { checkNamespace } from '../registry/system-fields';
import type { ScaleSubresource } from '../registry/strategy';
import { decodeBody } from './decode-body';
import { managerOf } from './field-manager';
import type { Body, ObjectResult, PatchBody, RequestContext, WriteParams } from './handlers';
import { writeOptions } from './options';
import type { WriteOptions } from './options';
import { decodePatchedAs } from './patcher';
import type { Writer } from './writer';

export const SCALE = { group: 'autoscaling', version: 'v1', kind: 'Scale' };
/** Where every built-in kind keeps its replica count. */
const REPLICAS = ['spec', 'replicas'];
const SCHEMA = 'io.k8s.api.autoscaling.v1.Scale';

/** The scale view of one resource: an autoscaling/v1 Scale made from, and written back into, the stored object. */
export class ScaleHandler {
  private readonly schema: ObjectSchema;

  constructor(
    private readonly writer: Writer,
    private readonly scale: ScaleSubresource,
  ) {
    this.schema = writer.s.schemas.get(SCHEMA)!;
  }

  get(ctx: RequestContext): ObjectResult {
    return { code: 200, body: this.of(this.writer.registry.get(ctx.namespace, ctx.name!).object) };
  }

  async update(ctx: RequestContext, body: Body, p: WriteParams): Promise<ObjectResult> {
    const o = writeOptions('UpdateOptions', p);
    const schemas = this.writer.s.schemas;
    const wanted = decodeBody(schemas, SCALE, this.schema, body, ctx, o);
    this.checkIdentity(ctx, wanted);
    return this.store(ctx, o, wanted.metadata.uid, () => ({ scale: wanted, tracked: false }));
  }

  async patch(ctx: RequestContext, body: PatchBody, p: WriteParams): Promise<ObjectResult> {
    const o = writeOptions('PatchOptions', p, body.type === 'apply');
    const { schema } = this;
    const manager = managerOf(o.fieldManager, ctx.userAgent);
    return this.store(ctx, o, undefined, (live) => {
      const patched = patchObject({ type: body.type, text: body.text, value: body.value, live, gvk: SCALE, schema, fieldValidation: o.fieldValidation, manager, force: o.force, subresource: 'scale', now: this.writer.s.clock.now() });
      return { scale: decodePatchedAs(this.writer.s.schemas, patched, SCALE, schema, ctx, o), tracked: patched.tracked };
    });
  }

  private async store(ctx: RequestContext, o: WriteOptions, uid: string | undefined, wanted: (live: KubeObject) => { scale: KubeObject; tracked: boolean }): Promise<ObjectResult> {
    // The parent's own strategy decides about generation; the write is attributed to the scale subresource.
    const parent: RequestContext = { ...ctx, subresource: undefined };
    const { writer } = this;
    const paths: ReplicasPaths = { [apiVersionOf(writer.view.definition.gvk)]: REPLICAS };
    const done = await writer.write(parent, 'update', o, uid, false, (c, existing) => {
      const live = this.of(existing!);
      live.metadata.managedFields = managedFieldsOfScale(existing!.metadata.managedFields, paths);
      const { scale, tracked } = wanted(live);
      this.checkIdentity(ctx, scale);
      const replicas = (scale.spec?.replicas as number | undefined) ?? 0;
      const errors = validateObjectMeta(scale.metadata, true, subdomainName);
      if (replicas < 0) errors.push(invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0'));
      if (errors.length) throw invalid(SCALE, ctx.name!, errors);
      const { uid } = existing!.metadata;
      if (scale.metadata.uid && scale.metadata.uid !== uid) {
        const { group, resource } = this.writer.registry.resource;
        throw conflict({ group, resource: `${resource}/scale` }, ctx.name!, `Precondition failed: UID in precondition: ${scale.metadata.uid}, UID in object meta: ${uid}`);
      }
      if (!tracked) trackUpdate({ live, updated: scale, schema: this.schema, manager: managerOf(o.fieldManager, ctx.userAgent), subresource: 'scale', now: c.clock.now() });
      const next = cloneJson(existing!);
      this.scale.setReplicas(next, replicas);
      next.metadata.managedFields = managedFieldsAfterScale(existing!.metadata.managedFields, scale.metadata.managedFields, existing!.apiVersion, paths);
      if (!next.metadata.managedFields) delete next.metadata.managedFields;
      if (scale.metadata.resourceVersion) next.metadata.resourceVersion = scale.metadata.resourceVersion;
      else delete next.metadata.resourceVersion;
      return next;
    });
    return { code: 200, body: this.of(done.cached.object) };
  }

  private checkIdentity(ctx: RequestContext, scale: KubeObject): void {
    checkNamespace(scale.metadata, ctx.namespace);
    this.writer.checkName(scale, ctx.name!);
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
