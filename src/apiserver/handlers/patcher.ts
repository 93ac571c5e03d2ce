import { conflict, notFound } from '../../api/errors/status-error';
import type { GroupResource, StatusError } from '../../api/errors/status-error';
import { apiVersionOf } from '../../api/meta/object';
import type { GVK, KubeObject } from '../../api/meta/object';
import { decodePatched } from '../../api/patch/decode-patched';
import { goQuote } from '../../api/patch/go-format';
import { patchObject } from '../../api/patch/patch-object';
import type { PatchedObject } from '../../api/patch/patch-object';
import { decodeObject } from '../../api/schema/decode';
import type { ObjectSchema, SchemaSet } from '../../api/schema/schema';
import { claimedType, foreignTypeComplaint, typeFields, typeMetaComplaint } from './body-type';
import { managerOf } from './field-manager';
import { keepReset } from './keep-reset';
import type { ObjectResult, PatchBody, RequestContext, WriteParams } from './handlers';
import { writeOptions } from './options';
import type { WriteOptions } from './options';
import type { Writer } from './writer';

/** PATCH of a stored resource or of a subresource stored with it; server-side apply may create. */
export class Patcher {
  constructor(private readonly writer: Writer) {}

  /** @throws BadRequest, Invalid, NotFound, Conflict */
  async patch(ctx: RequestContext, body: PatchBody, p: WriteParams): Promise<ObjectResult> {
    const apply = body.type === 'apply';
    const o = writeOptions('PatchOptions', p, apply);
    const { writer } = this;
    const { view, schema } = writer;
    const manager = managerOf(o.fieldManager, ctx.userAgent);
    const strategy = writer.strategy(ctx);
    const done = await writer.write(ctx, 'update', o, undefined, apply && ctx.subresource === undefined, (c, existing) => {
      if (!existing && !apply) throw notFound(view.resource, ctx.name!);
      const patched = patchObject({
        type: body.type,
        text: body.text,
        value: body.value,
        live: existing,
        gvk: view.definition.gvk,
        schema,
        fieldValidation: o.fieldValidation,
        manager,
        force: o.force,
        subresource: ctx.subresource,
        now: c.clock.now(),
        resetFields: strategy.resetFields,
        convert: view.convert,
      });
      const object = decodePatchedAs(writer.s.schemas, patched, view.definition.gvk, schema, ctx, o);
      if (!existing && object.metadata.uid) throw uidMismatch(view.resource, ctx.name!, object.metadata.uid);
      writer.checkName(object, ctx.name!);
      object.metadata.namespace ||= ctx.namespace;
      writer.prepare(ctx, object);
      if (!patched.tracked) writer.track(c, existing, object, manager, strategy);
      return object;
    });
    return { code: done.created ? 201 : 200, cached: view.show(done.cached) };
  }
}

/** Decodes what a patch made into a fresh object of the kind. */
export function decodePatchedAs(schemas: SchemaSet, patched: PatchedObject, gvk: GVK, schema: ObjectSchema, ctx: RequestContext, o: WriteOptions): KubeObject {
  const fields = typeFields(patched.object);
  const misnamed = typeMetaComplaint(fields);
  if (misnamed) throw patched.refuse(misnamed);
  if (!(patched.object as KubeObject).apiVersion) return withoutVersion(patched, schema, ctx, o);
  const claimed = claimedType(gvk, fields);
  if (claimed !== gvk) throw patched.refuse(foreignTypeComplaint(schemas, gvk, claimed, patched.object));
  const object = decodePatched(patched, o.fieldValidation, (w) => ctx.warn(w), (value, problems) => decodeObject(schema, value, problems));
  object.kind = gvk.kind;
  object.apiVersion = apiVersionOf(gvk);
  object.metadata ??= {};
  keepReset(patched.object, object);
  return object;
}

/** Of an object without a version upstream reads nothing, not even its name. */
function withoutVersion(patched: PatchedObject, schema: ObjectSchema, ctx: RequestContext, o: WriteOptions): KubeObject {
  const fields = Object.keys(patched.object as object).filter((k) => k !== 'kind' && k !== 'apiVersion').sort();
  const problems = fields.map((f) => `unknown field ${goQuote(f)}`);
  if (o.fieldValidation === 'Strict' && problems.length) throw patched.refuse(`strict decoding error: ${problems.join(', ')}`);
  if (o.fieldValidation === 'Warn') problems.forEach((p) => ctx.warn(p));
  return decodeObject(schema, { metadata: {} });
}

function uidMismatch(gr: GroupResource, name: string, uid: string): StatusError {
  return conflict(gr, name, `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`);
}
