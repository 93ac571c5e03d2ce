import { isReason } from '../../api/errors/status-error';
import type { GVR, KubeObject } from '../../api/meta/object';
import { keyOf } from '../../api/meta/object';
import type { Client } from '../../client/client';
import type { Log } from '../../util/log';
import type { StageFunctions, StageStep } from './stage';

/** Carries out what stages say of objects of one resource, one step after the other. */
export class StageRunner {
  constructor(
    private readonly x: { client: Client; log: Log },
    private readonly gvr: GVR,
    private readonly event: (o: KubeObject, e: NonNullable<StageStep['event']>) => void,
    private readonly functions: (o: KubeObject) => StageFunctions,
  ) {}

  /** A step that fails is told in the log, and none of those after it is carried out. */
  async run(stage: string, o: KubeObject, steps: readonly StageStep[]): Promise<void> {
    try {
      let deleted = false;
      for (const step of steps) {
        if (step.event) this.event(o, step.event);
        if (deleted) continue;
        if (step.finalizers) await this.finalizers(o, step.finalizers);
        if (step.delete) {
          deleted = true;
          await this.x.client.delete(this.gvr, o.metadata.namespace, o.metadata.name!, { gracePeriodSeconds: 0, preconditions: { uid: o.metadata.uid! } });
        } else if (step.patch) await this.patch(o, step.patch);
      }
    } catch (e) {
      if (!isReason(e, 'NotFound', 'Conflict')) this.x.log.warn({ stage, object: keyOf(o), err: (e as Error).message }, 'a stage could not be carried out');
    }
  }

  private async patch(o: KubeObject, p: NonNullable<StageStep['patch']>): Promise<void> {
    const { namespace, name, uid } = o.metadata;
    const body = p.body(o, this.functions(o));
    const whole = p.type === 'json' ? body : withUid(body as Record<string, unknown>, uid!);
    await this.x.client.patch(this.gvr, namespace, name!, p.type, whole as object, p.subresource ? { subresource: p.subresource } : {});
  }

  private async finalizers(o: KubeObject, f: NonNullable<StageStep['finalizers']>): Promise<void> {
    const { namespace, name, uid } = o.metadata;
    const before = o.metadata.finalizers ?? [];
    const kept = f.empty ? [] : before.filter((x) => !f.remove?.includes(x));
    const after = [...kept, ...(f.add ?? []).filter((x) => !kept.includes(x))];
    if (after.length === before.length && after.every((x, i) => x === before[i])) return;
    await this.x.client.patch(this.gvr, namespace, name!, 'merge', { metadata: { uid, finalizers: after } });
  }
}

/** So that an object of the same name that has taken its place is left alone. */
function withUid(body: Record<string, unknown>, uid: string): Record<string, unknown> {
  return { ...body, metadata: { ...(body['metadata'] as object | undefined), uid } };
}
