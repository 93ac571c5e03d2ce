import { isReason } from '../../api/errors/status-error';
import { keyOf } from '../../api/meta/object';
import { formatTime } from '../../api/meta/time';
import type { Component, ComponentContext } from '../../client/component';
import { sameJson } from '../../client/equality';
import type { EventRecorder } from '../../client/event-recorder';
import type { Informer } from '../../client/informer';
import { QueueComponent } from '../../client/queue-component';
import { NODES, PODS } from '../../client/resources';
import type { WorkQueue } from '../../client/work-queue';
import type { Disposable } from '../../util/clock';
import { indexByNode, podsOnNode } from '../shared/node';
import { podCondition } from '../shared/pod';
import { tolerates } from '../../api/selectors/tolerations';
import type { Node, Pod, Taint } from '../shared/types';

const CONDITION = { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByTaintManager', message: 'Taint manager: deleting due to NoExecute taint' };

class TaintEvictionController {
  private readonly pods: Informer<Pod>;
  private readonly nodes: Informer<Node>;
  private readonly events: EventRecorder;
  /** When which pod is to go, milliseconds since the epoch; by key. */
  private readonly deadlines = new Map<string, { uid: string; at: number }>();

  constructor(
    private readonly x: ComponentContext,
    private readonly queue: WorkQueue,
  ) {
    this.pods = indexByNode(x.caches.informer<Pod>(PODS));
    this.nodes = x.caches.informer<Node>(NODES);
    this.events = x.events.recorder('taint-eviction-controller');
  }

  subscribe(): Disposable[] {
    const node = (n: Node, old?: Node): void => {
      if (sameJson(noExecute(n), noExecute(old))) return;
      for (const p of podsOnNode(this.pods, n.metadata.name!)) this.queue.add(keyOf(p));
    };
    const pod = (p: Pod, old?: Pod): void => {
      if (!p.spec.nodeName || (old?.spec.nodeName === p.spec.nodeName && sameJson(old.spec.tolerations, p.spec.tolerations))) return;
      if (noExecute(this.nodes.get(p.spec.nodeName)).length > 0) this.queue.add(keyOf(p));
    };
    return [
      this.nodes.subscribe({ added: (n) => node(n), updated: node }),
      this.pods.subscribe({
        added: (p) => pod(p),
        updated: pod,
        deleted: (p) => {
          if (this.deadlines.has(keyOf(p))) this.queue.add(keyOf(p));
        },
      }),
    ];
  }

  async reconcile(key: string): Promise<{ after?: number } | void> {
    const pod = this.pods.get(key);
    const known = this.deadlines.get(key);
    if (known && known.uid !== pod?.metadata.uid) this.cancel(key);
    if (!pod || pod.metadata.deletionTimestamp) return this.forget(key);
    const left = toleratedFor(noExecute(this.nodes.get(pod.spec.nodeName ?? '')), pod);
    if (left === Infinity) return this.cancel(key);
    const now = this.x.clock.now();
    let at = this.deadlines.get(key)?.at;
    // A pod that was given time keeps it, unless it is not tolerated at all any more.
    if (at === undefined || left === 0) {
      if (at !== undefined && at > now) this.cancel(key);
      this.deadlines.set(key, { uid: pod.metadata.uid!, at: (at = now + left) });
    }
    if (at > now) return { after: at - now };
    await this.evict(pod);
    this.forget(key);
  }

  private async evict(p: Pod): Promise<void> {
    const { namespace, name, uid, generation } = p.metadata;
    this.events.event(reference(keyOf(p)), 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${keyOf(p)}`);
    try {
      const old = podCondition(p, CONDITION.type);
      if (old?.reason !== CONDITION.reason || old.status !== CONDITION.status) {
        const lastTransitionTime = old?.status === CONDITION.status ? old.lastTransitionTime : formatTime(this.x.clock.now());
        const condition = { ...CONDITION, observedGeneration: generation, lastTransitionTime };
        await this.x.client.patch(PODS, namespace, name!, 'strategic', { metadata: { uid }, status: { conditions: [condition] } }, { subresource: 'status' });
      }
      await this.x.client.delete(PODS, namespace, name!, { preconditions: { uid } });
    } catch (e) {
      if (!isReason(e, 'NotFound', 'Conflict')) throw e;
    }
  }

  private cancel(key: string): void {
    if (this.deadlines.delete(key)) this.events.event(reference(key), 'Normal', 'TaintManagerEviction', `Cancelling deletion of Pod ${key}`);
  }

  private forget(key: string): void {
    this.deadlines.delete(key);
  }
}

const NONE: readonly Taint[] = [];

function noExecute(n: Node | undefined): readonly Taint[] {
  return n?.spec.taints?.filter((t) => t.effect === 'NoExecute') ?? NONE;
}

/** Milliseconds that the pod puts up with all of the taints; Infinity: for ever. */
function toleratedFor(taints: readonly Taint[], pod: Pod): number {
  let least = Infinity;
  for (const taint of taints) {
    const t = pod.spec.tolerations?.find((x) => tolerates(x, taint));
    if (!t) return 0;
    if (t.tolerationSeconds !== undefined) least = Math.min(least, Math.max(0, t.tolerationSeconds) * 1000);
  }
  return least;
}

function reference(key: string): { apiVersion: string; kind: string; namespace: string; name: string } {
  const [namespace, name] = key.split('/') as [string, string];
  return { apiVersion: 'v1', kind: 'Pod', namespace, name };
}

/** Deletes pods from nodes with NoExecute taints that they do not tolerate, or not for ever. */
export function createTaintEvictionController(x: ComponentContext): Component {
  let c: TaintEvictionController;
  return new QueueComponent({
    ...x,
    name: 'taint-eviction-controller',
    workers: 8,
    setup: (queue) => (c = new TaintEvictionController(x, queue)).subscribe(),
    reconcile: (key) => c.reconcile(key),
  });
}
