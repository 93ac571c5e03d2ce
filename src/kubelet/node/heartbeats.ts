import { isReason } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { formatMicroTime } from '../../api/meta/time';
import type { Client } from '../../client/client';
import { LEASES } from '../../client/resources';
import type { Clock, Disposable } from '../../util/clock';
import type { Log } from '../../util/log';
import type { ManagedNode } from './managed-node';

const NAMESPACE = 'kube-node-lease';
/** How often the next nodes in turn are looked at. */
const TICK = 250;
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
  private ticker: Disposable | undefined;
  private position = 0;
  /** Nodes due by now, with the fraction that the last tick left over. */
  private due = 0;
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
    this.ring.push(beat);
    this.ticker ??= this.clock.every(TICK, () => this.tick());
    this.fresh.push(beat);
    this.welcome();
  }

  remove(name: string): void {
    const beat = this.byName.get(name);
    if (!beat) return;
    this.byName.delete(name);
    this.ring.splice(this.ring.indexOf(beat), 1);
    if (this.ring.length === 0) this.halt();
  }

  async stop(): Promise<void> {
    this.halt();
    this.ring.length = this.fresh.length = 0;
    this.byName.clear();
    if (this.active > 0) await new Promise<void>((resolve) => this.idlers.push(resolve));
  }

  private halt(): void {
    this.ticker?.dispose();
    this.ticker = undefined;
  }

  private welcome(): void {
    while (this.active < PARALLEL && this.fresh.length) {
      const beat = this.fresh.shift()!;
      if (this.byName.get(beat.node.name) === beat) void this.beat(beat);
    }
  }

  private tick(): void {
    this.due = Math.min(this.ring.length, this.due + (this.ring.length * TICK) / this.o.renewInterval);
    for (; this.due >= 1; this.due--) {
      this.position = (this.position + 1) % this.ring.length;
      void this.beat(this.ring[this.position]!);
    }
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
