import { StatusError } from '../../api/errors/status-error';
import { cloneJson } from '../../api/meta/clone';
import type { KubeObject } from '../../api/meta/object';
import { deleteObject } from '../registry/deletion';
import type { DeletionOptions } from '../registry/deletion';
import { Entry } from '../registry/registry';
import type { ActionContext, ActionSubresource } from '../registry/strategy';
import { decodeBody } from './decode-body';
import type { Body, ObjectResult, RequestContext, WriteParams } from './handlers';
import { writeOptions } from './options';
import { strategyContext } from './services';
import type { Writer } from './writer';

/** Runs a create on an action subresource: binding, eviction, token. */
export async function runAction(writer: Writer, action: ActionSubresource, ctx: RequestContext, body: Body, p: WriteParams): Promise<ObjectResult> {
  const o = writeOptions('CreateOptions', p);
  const { schemas } = writer.s;
  const object = decodeBody(schemas, action.gvk, schemas.get(action.schema)!, body, ctx, o);
  const c = strategyContext(writer.s, ctx, 'create', o.dryRun);
  const { registry } = writer;
  const name = ctx.name!;
  const context: ActionContext = {
    ...c,
    name,
    target: () => registry.get(c.namespace, name).object,
    updateTarget: async (change) => {
      for (;;) {
        const current = registry.get(c.namespace, name);
        const next = cloneJson(current.object);
        change(next);
        if (c.dryRun) return new Entry(current.key, next).object;
        const stored = await registry.replace(current, next);
        if (stored) return stored.object;
      }
    },
    deleteTarget: async (options) => {
      await deleteObject(registry, c, name, deletionFrom(options));
    },
  };
  const pending = writer.s.admission.admit({ operation: 'CREATE', definition: registry.definition, subresource: ctx.subresource, namespace: c.namespace, name, object, user: c.user, dryRun: c.dryRun, ctx: c });
  if (pending) await pending;
  const answer = await action.create(context, object);
  return { code: 201, body: answer ?? SUCCESS };
}

const SUCCESS = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } as unknown as KubeObject;

/** metav1.DeleteOptions (of an Eviction) as the registry takes them. */
function deletionFrom(options: object | undefined): DeletionOptions {
  const o = (options ?? {}) as { gracePeriodSeconds?: number; propagationPolicy?: DeletionOptions['propagationPolicy']; preconditions?: { uid?: string; resourceVersion?: string } };
  return { gracePeriodSeconds: o.gracePeriodSeconds, propagationPolicy: o.propagationPolicy, uid: o.preconditions?.uid, resourceVersion: o.preconditions?.resourceVersion };
}

/** The resource or subresource is known but has no such verb. */
export function noSuchMethod(): StatusError {
  return new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}
