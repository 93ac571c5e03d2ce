import { badRequest } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { resetsManagedFields } from '../../api/patch/apply/managers';
import { trackUpdate } from '../../api/patch/track-update';
import type { ObjectSchema } from '../../api/schema/schema';
import type { AdmissionRequest } from '../admission/admission';
import { checkNamespace, wipeSystemFields } from '../registry/system-fields';
import type { Registry } from '../registry/registry';
import type { Ctx, Strategy, UpdateSubresource } from '../registry/strategy';
import { decodeBody } from './decode-body';
import { managerOf } from './field-manager';
import type { Body, ObjectResult, RequestContext, WriteParams } from './handlers';
import { writeOptions } from './options';
import type { WriteOptions } from './options';
import { dedupOwnerReferences } from './owner-references';
import { strategyContext } from './services';
import type { HandlerServices } from './services';
import type { View } from './view';

/** create and update of a stored resource, and the steps that patches share with them. */
export class Writer {
  /** The stored kind's strategy, with the checks of the version that is written through where it has its own. */
  private readonly rules: Strategy;

  constructor(
    readonly s: HandlerServices,
    readonly registry: Registry,
    readonly view: View,
    readonly schema: ObjectSchema,
  ) {
    const { storedAs, strategy } = view.definition;
    const kept = registry.definition.strategy;
    this.rules = storedAs && strategy.validate ? { ...kept, validate: strategy.validate, metadata: strategy.metadata, validateName: strategy.validateName } : kept;
  }

  /** @throws BadRequest, Invalid, AlreadyExists, Forbidden */
  async create(ctx: RequestContext, body: Body, p: WriteParams): Promise<ObjectResult> {
    const o = writeOptions('CreateOptions', p);
    const object = this.decode(ctx, body, o);
    const c = strategyContext(this.s, ctx, 'create', o.dryRun, this.view.resource);
    wipeSystemFields(object.metadata);
    object.metadata.namespace ||= ctx.namespace;
    this.prepare(ctx, object);
    this.track(c, undefined, object, managerOf(o.fieldManager, ctx.userAgent), this.view.definition.strategy);
    const stored = this.view.toStored(object);
    const request = this.admissionRequest(c, 'CREATE', stored, undefined);
    const pending = this.s.admission.admit(request);
    if (pending) await pending;
    const cached = await this.registry.create(c, stored, (x) => this.s.admission.validate({ ...request, object: x, name: x.metadata.name }), this.rules);
    return { code: 201, cached: this.view.show(cached) };
  }

  /** PUT of the object or of a subresource that is stored with it. @throws NotFound, Conflict, Invalid */
  async update(ctx: RequestContext, body: Body, p: WriteParams): Promise<ObjectResult> {
    const o = writeOptions('UpdateOptions', p);
    const first = this.decode(ctx, body, o);
    if (this.view.definition.namespaced) checkNamespace(first.metadata, ctx.namespace);
    this.checkName(first, ctx.name!);
    const manager = managerOf(o.fieldManager, ctx.userAgent);
    let object: KubeObject | undefined = first;
    const done = await this.write(ctx, 'update', o, first.metadata.uid, false, (c, existing) => {
      // A retry starts from the body again: the hooks have changed the object since.
      const next = object ?? this.decode(ctx, body, o);
      object = undefined;
      next.metadata.namespace ||= ctx.namespace;
      this.prepare(ctx, next);
      this.track(c, existing, next, manager, this.strategy(ctx));
      return next;
    });
    return { code: done.created ? 201 : 200, cached: this.view.show(done.cached) };
  }

  /**
   * The common way of PUT and PATCH: reads, lets `build` make the new object (in this version) out of the present one,
   * admits, validates and stores it, again when somebody else was faster.
   */
  write(
    ctx: RequestContext,
    verb: 'update',
    o: WriteOptions,
    uid: string | undefined,
    forceCreate: boolean,
    build: (c: Ctx, existing: KubeObject | undefined) => KubeObject,
  ): ReturnType<Registry['update']> {
    const c = strategyContext(this.s, ctx, verb, o.dryRun, this.view.resource);
    const strategy = this.strategy(ctx);
    let request!: AdmissionRequest;
    return this.registry.update(c, ctx.name!, {
      uid,
      strategy,
      forceCreate,
      build: (existing) => {
        const stored = this.view.toStored(build(c, existing && this.view.fromStored(existing)));
        request = this.admissionRequest(c, existing ? 'UPDATE' : 'CREATE', stored, existing);
        const pending = this.s.admission.admit(request);
        return pending ? pending.then(() => stored) : stored;
      },
      validate: (object, old) => this.s.admission.validate({ ...request, object, old }),
    });
  }

  decode(ctx: RequestContext, body: Body, o: WriteOptions): KubeObject {
    return decodeBody(this.s.schemas, this.view.definition.gvk, this.schema, body, ctx, o);
  }

  /** Defaults and the small repairs that come before managed fields are tracked. */
  prepare(ctx: RequestContext, object: KubeObject): void {
    this.view.definition.strategy.default?.(object);
    dedupOwnerReferences(object, ctx);
  }

  track(c: Ctx, live: KubeObject | undefined, updated: KubeObject, manager: string, strategy: Strategy): void {
    // Upstream has the object in its internal form by now: what conversion adds, as annotations of autoscaling/v1, is tracked with the rest.
    const seen = this.view.definition.storedAs ? this.view.fromStored(this.view.toStored(updated)) : updated;
    const reset = resetsManagedFields(updated);
    trackUpdate({ live, updated: seen, schema: this.schema, manager, subresource: c.subresource, now: c.clock.now(), resetFields: strategy.resetFields, reset, convert: this.view.convert });
    if (seen === updated) return;
    if (seen.metadata.managedFields) updated.metadata.managedFields = seen.metadata.managedFields;
    else delete updated.metadata.managedFields;
  }

  /** The strategy in force: that of the subresource, with what it leaves open taken from the kind's. */
  strategy(ctx: RequestContext): Strategy {
    if (ctx.subresource === undefined) return this.rules;
    const sub = this.registry.definition.subresources?.[ctx.subresource] as UpdateSubresource;
    return sub.strategy;
  }

  /** The object must bear the name in the path. @throws BadRequest */
  checkName(object: KubeObject, name: string): void {
    const given = object.metadata.name;
    if (!given) throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
    if (given !== name) throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
  }

  private admissionRequest(c: Ctx, operation: 'CREATE' | 'UPDATE', object: KubeObject, old: KubeObject | undefined): AdmissionRequest {
    return {
      operation,
      definition: this.registry.definition,
      subresource: c.subresource,
      namespace: c.namespace,
      name: object.metadata.name,
      object,
      old,
      user: c.user,
      dryRun: c.dryRun,
      ctx: c,
    };
  }
}
