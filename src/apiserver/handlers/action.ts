import { badRequest, StatusError } from '../../api/errors/status-error';
import { cloneJson } from '../../api/meta/clone';
import { apiVersionOf } from '../../api/meta/object';
import type { KubeObject } from '../../api/meta/object';
import { trackUpdate } from '../../api/patch/track-update';
import { parseJson } from '../../api/schema/json';
import { deleteObject } from '../registry/deletion';
import { Entry } from '../registry/entry';
import { OTHER_NAMESPACE } from '../registry/system-fields';
import type { Registry } from '../registry/registry';
import type { ActionContext, ActionSubresource } from '../registry/strategy';
import { decodeBody } from './decode-body';
import type { Body, ObjectResult, RequestContext, WriteParams } from './handlers';
import { managerOf } from './field-manager';
import { checkedDeleteOptions, writeOptions } from './options';
import { strategyContext } from './services';
import type { Writer } from './writer';

/** Runs a create on an action subresource: binding, eviction, token. */
export async function runAction(writer: Writer, action: ActionSubresource, ctx: RequestContext, body: Body, p: WriteParams): Promise<ObjectResult> {
  const o = writeOptions('CreateOptions', p);
  const { schemas } = writer.s;
  const object = decodeBody(schemas, action.gvk, schemas.get(action.schema)!, inOwnVersion(action, body), ctx, o);
  const c = strategyContext(writer.s, ctx, 'create', o.dryRun, writer.view.resource);
  if (object.metadata.namespace && c.namespace !== undefined && object.metadata.namespace !== c.namespace) throw badRequest(OTHER_NAMESPACE);
  const { registry } = writer;
  const name = ctx.name!;
  const context: ActionContext = {
    ...c,
    name,
    target: () => registry.get(c.namespace, name).object,
    updateTarget: (change) => changeStored(registry, c.namespace, name, change, c.dryRun),
    updateOther: (r, namespace, other, change) => changeStored(writer.s.registryOf(r), namespace, other, change, false),
    deleteTarget: async (options) => {
      const o = checkedDeleteOptions(options ?? {});
      await deleteObject(registry, { ...c, dryRun: c.dryRun || o.dryRun }, name, o);
    },
  };
  action.default?.(object);
  trackUpdate({ updated: object, schema: schemas.get(action.schema)!, manager: managerOf(o.fieldManager, ctx.userAgent), subresource: ctx.subresource, now: c.clock.now() });
  const pending = writer.s.admission.admit({ operation: 'CREATE', definition: registry.definition, subresource: ctx.subresource, namespace: c.namespace, name, object, user: c.user, dryRun: c.dryRun, ctx: c });
  if (pending) await pending;
  const answer = await action.create(context, object);
  return { code: 201, body: answer ?? SUCCESS };
}

/** The body as if it were of the action's own version, when it is of another one that is taken as the same. */
function inOwnVersion(action: ActionSubresource, body: Body): Body {
  if (!action.alsoAccepts) return body;
  const problems = [...(body.problems ?? [])];
  let value: unknown;
  try {
    value = body.value ?? parseJson(body.text ?? '', problems, body.bytes);
  } catch {
    return body; // decodeBody words what is wrong with it
  }
  const { apiVersion } = (value ?? {}) as { apiVersion?: unknown };
  if (typeof apiVersion !== 'string' || !action.alsoAccepts.includes(apiVersion)) return body;
  return { ...body, text: undefined, value: { ...(value as object), apiVersion: apiVersionOf(action.gvk) }, problems };
}

/** Reads, changes and stores an object until nobody else has written it meanwhile. */
async function changeStored(registry: Registry, namespace: string | undefined, name: string, change: (o: KubeObject) => void, dryRun: boolean): Promise<KubeObject> {
  for (;;) {
    const current = registry.get(namespace, name);
    const next = cloneJson(current.object);
    change(next);
    if (dryRun) return new Entry(current.key, next).object;
    const stored = await registry.replace(current, next);
    if (stored) return stored.object;
  }
}

const SUCCESS = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } as unknown as KubeObject;

/** The resource or subresource is known but has no such verb. */
export function noSuchMethod(): StatusError {
  return new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}
