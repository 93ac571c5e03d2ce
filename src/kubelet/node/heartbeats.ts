import { isReason } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { formatMicroTime } from '../../api/meta/time';
import type { Client } from '../../client/client';
import { LEASES } from '../../client/resources';
import type { Clock, Disposable } from '../../util/clock';
import type { Log } from '../../util/log';
import type { ManagedNode } from './managed-node';

const NAMESPACE = 'kube-node-lease';
/** Milliseconds between two rounds at least: of many nodes several are due in each. */
const ROUND = 250;
/** First signs of life at a time. */
const PARALLEL = 32;

interface Beat {
  node: ManagedNode;
  lease: KubeObject | undefined;
  busy: boolean;
  /** When the node's status was last reported, in monotonic milliseconds. */
  statusAt: number;
}

export interface HeartbeatOptions {
  leaseDurationSeconds: number;
  renewInterval: number;
  statusInterval: number;
}

/** Signs of life of all nodes: their Leases, and now and then their status. The nodes take turns, so that the load is even however many there are. */
export class Heartbeats {
  private readonly ring: Beat[] = [];
  private readonly byName = new Map<string, Beat>();
  /** Nodes that have not yet given a sign of life. */
  private readonly fresh: Beat[] = [];
  private timer: { at: number; disposable: Disposable } | undefined;
  private position = 0;
  /** Nodes that were due at `counted`, in monotonic milliseconds: a fraction, as the next one's turn has come in part. */
  private due = 0;
  private counted = 0;
  private active = 0;
  private idlers: (() => void)[] = [];

  constructor(
    private readonly client: Client,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly o: HeartbeatOptions,
    private readonly reportStatus: (node: ManagedNode) => void,
  ) {}

  /** The node's Lease is written soon; later signs of life come in turn. */
  add(node: ManagedNode): void {
    const beat: Beat = { node, lease: undefined, busy: false, statusAt: this.clock.monotonic() };
    this.byName.set(node.name, beat);
    this.count();
    this.ring.push(beat);
    this.schedule();
    this.fresh.push(beat);
    this.welcome();
  }

  remove(name: string): void {
    const beat = this.byName.get(name);
    if (!beat) return;
    this.byName.delete(name);
    this.count();
    this.ring.splice(this.ring.indexOf(beat), 1);
    this.schedule();
  }

  async stop(): Promise<void> {
    this.ring.length = this.fresh.length = 0;
    this.byName.clear();
    this.schedule();
    if (this.active > 0) await new Promise<void>((resolve) => this.idlers.push(resolve));
  }

  private welcome(): void {
    while (this.active < PARALLEL && this.fresh.length) {
      const beat = this.fresh.shift()!;
      if (this.byName.get(beat.node.name) === beat) void this.beat(beat);
    }
  }

  /** Brings `due` up to now; called before the number of nodes changes. */
  private count(): void {
    const now = this.clock.monotonic();
    this.due = Math.min(this.ring.length, this.due + ((now - this.counted) * this.ring.length) / this.o.renewInterval);
    this.counted = now;
  }

  /** Has a round when the next node is due; one that is to come sooner stays. */
  private schedule(): void {
    const nodes = this.ring.length;
    const at = this.counted + Math.max(ROUND, Math.ceil(((1 - this.due) * this.o.renewInterval) / nodes));
    if (nodes > 0 && this.timer && this.timer.at <= at) return;
    this.timer?.disposable.dispose();
    this.timer = nodes > 0 ? { at, disposable: this.clock.after(at - this.counted, () => this.round()) } : undefined;
  }

  private round(): void {
    this.timer = undefined;
    this.count();
    for (; this.due >= 1; this.due--) {
      this.position = (this.position + 1) % this.ring.length;
      void this.beat(this.ring[this.position]!);
    }
    this.schedule();
  }

  private async beat(b: Beat): Promise<void> {
    if (b.busy) return;
    b.busy = true;
    this.active++;
    try {
      await this.renew(b);
      const now = this.clock.monotonic();
      if (now - b.statusAt >= this.o.statusInterval) {
        b.statusAt = now;
        this.reportStatus(b.node);
      }
    } catch (e) {
      b.lease = undefined;
      // A Lease whose namespace is not there yet, or a server out of reach: the next turn tries again.
      this.log.warn({ node: b.node.name, err: (e as Error).message }, 'node heartbeat failed');
    } finally {
      b.busy = false;
      this.active--;
      this.welcome();
      if (this.active === 0) for (const resolve of this.idlers.splice(0)) resolve();
    }
  }

  private async renew(b: Beat): Promise<void> {
    const renewTime = formatMicroTime(this.clock.now());
    if (b.lease) {
      try {
        b.lease = await this.client.update(LEASES, { ...b.lease, spec: { ...b.lease['spec'], renewTime } });
        return;
      } catch (e) {
        if (!isReason(e, 'Conflict', 'NotFound')) throw e;
      }
    }
    const { name, object } = b.node;
    const found = await this.client.get(LEASES, NAMESPACE, name).catch((e: unknown) => {
      if (isReason(e, 'NotFound')) return undefined;
      throw e;
    });
    const spec = { holderIdentity: name, leaseDurationSeconds: this.o.leaseDurationSeconds, renewTime };
    b.lease = found
      ? await this.client.update(LEASES, { ...found, spec: { ...found['spec'], ...spec } })
      : await this.client.create(LEASES, {
          apiVersion: 'coordination.k8s.io/v1',
          kind: 'Lease',
          metadata: { name, namespace: NAMESPACE, ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid: object.metadata.uid! }] },
          spec,
        });
  }
}
