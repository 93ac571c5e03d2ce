import { isReason } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { formatTime } from '../../api/meta/time';
import type { Component, ComponentContext } from '../../client/component';
import type { EventRecorder } from '../../client/event-recorder';
import type { Informer } from '../../client/informer';
import { QueueComponent } from '../../client/queue-component';
import { LEASES, NODES, PODS } from '../../client/resources';
import type { WorkQueue } from '../../client/work-queue';
import type { Disposable } from '../../util/clock';
import { indexByNode, nodeReady, podsOnNode } from '../shared/node';
import type { Node, Pod, Taint } from '../shared/types';
import { NodeHealth, unknownConditions } from './node-health';
import { isNoExecuteOfOurs, noExecuteTaint, noScheduleTaints, withTaints } from './node-taints';
import { Zones } from './zones';

const LEASE_NAMESPACE = 'kube-node-lease';
/** Beta labels that follow the stable ones. */
const LABELS: readonly [string, string][] = [
  ['kubernetes.io/os', 'beta.kubernetes.io/os'],
  ['kubernetes.io/arch', 'beta.kubernetes.io/arch'],
];
/** A zone whose nodes must not be touched is looked at again after this time. */
const ZONE_RECHECK = 5000;

class NodeLifecycleController {
  private readonly nodes: Informer<Node>;
  private readonly pods: Informer<Pod>;
  private readonly leases: Informer<KubeObject>;
  private readonly health = new NodeHealth();
  private readonly zones = new Zones();
  private readonly events: EventRecorder;
  private disrupted = false;

  constructor(
    private readonly x: ComponentContext,
    private readonly queue: WorkQueue,
  ) {
    this.nodes = x.caches.informer<Node>(NODES);
    this.pods = indexByNode(x.caches.informer<Pod>(PODS));
    this.leases = x.caches.informer(LEASES);
    this.events = x.events.recorder('node-controller');
  }

  subscribe(): Disposable[] {
    const observe = (n: Node): void => {
      this.health.observe(n, this.x.clock.now());
      this.zones.observe(n);
      this.queue.add(n.metadata.name!);
    };
    const renewed = (l: KubeObject): void => {
      if (l.metadata.namespace === LEASE_NAMESPACE) this.health.renewed(l.metadata.name!, l['spec']?.renewTime as string | undefined, this.x.clock.now());
    };
    return [
      this.nodes.subscribe({
        added: (n) => {
          this.tell(n, 'RegisteredNode', `Registered Node ${n.metadata.name} in Controller`);
          observe(n);
        },
        updated: observe,
        deleted: (n) => {
          this.tell(n, 'RemovingNode', `Removing Node ${n.metadata.name} from Controller`);
          this.health.forget(n.metadata.name!);
          this.zones.forget(n.metadata.name!);
        },
      }),
      this.leases.subscribe({ added: renewed, updated: renewed }),
    ];
  }

  async reconcile(name: string): Promise<{ after?: number } | void> {
    let n = this.nodes.get(name);
    if (!n) return;
    try {
      n = await this.syncLabels(n);
      const left = this.health.left(n, this.x.clock.now());
      if (left <= 0) n = await this.markUnknown(n);
      this.checkDisruption();
      const wait = await this.syncTaints(n);
      const waits = [wait, left > 0 ? left : undefined].filter((ms) => ms !== undefined);
      return waits.length > 0 ? { after: Math.min(...waits) } : undefined;
    } catch (e) {
      if (!isReason(e, 'NotFound')) throw e;
    }
  }

  private async syncLabels(n: Node): Promise<Node> {
    const have = n.metadata.labels ?? {};
    const labels: Record<string, string> = {};
    for (const [stable, beta] of LABELS) if (have[stable] !== undefined && have[beta] !== have[stable]) labels[beta] = have[stable];
    if (Object.keys(labels).length === 0) return n;
    return this.x.client.patch<Node>(NODES, undefined, n.metadata.name!, 'merge', { metadata: { labels } });
  }

  /** Nothing was heard of the node for too long. */
  private async markUnknown(n: Node): Promise<Node> {
    const now = this.x.clock.now();
    const conditions = unknownConditions(n, now);
    if (!conditions) return n;
    const wasReady = nodeReady(n) === 'True';
    const next = await this.x.client.update<Node>(NODES, { ...n, status: { ...n.status, conditions } }, { subresource: 'status' });
    this.zones.observe(next);
    if (wasReady) {
      this.events.event(reference(n), 'Normal', 'NodeNotReady', `Node ${n.metadata.name} status is now: NodeNotReady`);
      await this.markPodsNotReady(n.metadata.name!, now);
    }
    return next;
  }

  private async markPodsNotReady(node: string, now: number): Promise<void> {
    for (const pod of podsOnNode(this.pods, node)) {
      const conditions = pod.status?.conditions;
      if (!conditions?.some((c) => c.type === 'Ready' && c.status !== 'False')) continue;
      const next = conditions.map((c) => (c.type === 'Ready' ? { ...c, status: 'False', lastTransitionTime: formatTime(now) } : c));
      try {
        await this.x.client.update(PODS, { ...pod, status: { ...pod.status, conditions: next } }, { subresource: 'status' });
      } catch (e) {
        if (isReason(e, 'NotFound')) continue;
        if (!isReason(e, 'Conflict')) throw e;
        // Someone who knows more has written it meanwhile.
        this.x.log.debug({ pod: pod.metadata.name, node }, 'pod of an unreachable node changed meanwhile');
      }
      this.events.event(pod, 'Warning', 'NodeNotReady', 'Node is not ready');
    }
  }

  private async syncTaints(n: Node): Promise<number | undefined> {
    const now = this.x.clock.now();
    const wanted = noScheduleTaints(n);
    const present = (n.spec.taints ?? []).filter(isNoExecuteOfOurs);
    let wait: number | undefined;
    const drive = this.disrupted ? undefined : noExecuteTaint(n);
    // One of our taints in the place of another costs nothing; a first one must wait for its turn.
    if (drive && present.length === 0) {
      const turn = this.zones.take(n, now);
      if (turn === 0) wanted.push(drive);
      else wait = turn ?? ZONE_RECHECK;
    } else if (drive) wanted.push(drive);
    else if (nodeReady(n) === undefined) wanted.push(...present);
    const taints = withTaints(n, wanted, now);
    if (taints) await this.writeTaints(n, taints);
    return wait;
  }

  private async writeTaints(n: Node, taints: readonly Taint[]): Promise<void> {
    const patch = { metadata: { resourceVersion: n.metadata.resourceVersion }, spec: { taints: taints.length > 0 ? taints : null } };
    await this.x.client.patch(NODES, undefined, n.metadata.name!, 'merge', patch);
  }

  /** When no node at all is ready no pod is driven away; when the first comes back all get time to report. */
  private checkDisruption(): void {
    const now = this.zones.allDisrupted();
    if (now === this.disrupted) return;
    this.disrupted = now;
    this.x.log.info({ component: 'node-lifecycle-controller' }, now ? 'no node is ready: pods stay where they are' : 'nodes are ready again');
    if (!now) this.health.reset(this.x.clock.now());
    for (const n of this.nodes.list()) this.queue.add(n.metadata.name!);
  }

  private tell(n: Node, reason: string, what: string): void {
    this.events.event(reference(n), 'Normal', reason, `Node ${n.metadata.name} event: ${what}`);
  }
}

function reference(n: Node): { apiVersion: string; kind: string; name?: string; uid?: string } {
  return { apiVersion: 'v1', kind: 'Node', name: n.metadata.name, uid: n.metadata.uid };
}

/** Notices nodes that are no longer heard of and taints nodes by their conditions. */
export function createNodeLifecycleController(x: ComponentContext): Component {
  let c: NodeLifecycleController;
  return new QueueComponent({
    ...x,
    name: 'node-lifecycle-controller',
    workers: 8,
    setup: (queue) => (c = new NodeLifecycleController(x, queue)).subscribe(),
    reconcile: (key) => c.reconcile(key),
  });
}
