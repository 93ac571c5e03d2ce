import type { EventRecorder } from '../../client/event-recorder';
import type { Clock, Disposable } from '../../util/clock';
import { isCritical } from '../admission/node-admission';
import type { ManagedNode } from '../node/managed-node';
import type { PressureCondition } from '../node/pressure';
import type { PodWorker } from '../pod/pod-worker';
import type { Runtime } from '../runtime/runtime';
import type { Candidate } from './ranking';
import { evictionMessage, kibibytes, rank, STARVED } from './ranking';

/** How often a node looks whether somebody has to go. */
const INTERVAL = 10_000;
/** memory.available that a kubelet keeps free, and the part of the disk, in percent. */
const MEMORY_KEPT = 100 * 1024 * 1024;
const DISK_KEPT = 10;

/** Sends pods away from a node for as long as it is short of something: one at a time (eviction manager of the kubelet, hard thresholds). */
export class EvictionManager {
  private timer: Disposable | undefined;

  constructor(
    private readonly x: { clock: Clock; runtime: Runtime },
    private readonly node: ManagedNode,
    private readonly recorder: EventRecorder,
    private readonly workers: () => Iterable<PodWorker>,
  ) {}

  /** The node's pressures may have changed. */
  check(): void {
    if (!this.node.pressures.length) this.stop();
    else if (!this.timer) {
      this.timer = this.x.clock.every(INTERVAL, () => this.round());
      this.round();
    }
  }

  stop(): void {
    this.timer?.dispose();
    this.timer = undefined;
  }

  private round(): void {
    const [condition] = this.node.pressures;
    if (!condition) return;
    this.recorder.event({ kind: 'Node', apiVersion: 'v1', name: this.node.name, uid: this.node.name }, 'Warning', 'EvictionThresholdMet', `Attempting to reclaim ${STARVED[condition]}`);
    // Whoever is on its way out already may free what is missing.
    const workers = [...this.workers()].filter((w) => w.active);
    if (workers.some((w) => w.evicted)) return;
    const candidates = workers.filter((w) => !w.ending && !isCritical(w.pod)).map((worker) => ({ worker, pod: worker.pod, uses: this.usesOf(worker, condition) }));
    const first = rank(candidates, condition)[0];
    first?.worker.evict(evictionMessage(first, condition, this.threshold(condition)));
  }

  private usesOf(w: PodWorker, condition: PressureCondition): Candidate['uses'] {
    return w.containers.filter((r) => r.running).map((r) => {
      const stats = this.x.runtime.stats(r.id);
      return { container: r.spec.name, bytes: condition === 'MemoryPressure' ? stats.memoryBytes : condition === 'DiskPressure' ? stats.diskBytes : 0 };
    });
  }

  /** How much has to stay free; half of it is left. */
  private threshold(condition: PressureCondition): { quantity: string; available: string } | undefined {
    if (condition === 'MemoryPressure') return { quantity: '100Mi', available: kibibytes(MEMORY_KEPT / 2) };
    if (condition !== 'DiskPressure') return undefined;
    const kept = Math.floor((this.node.capacityOf('ephemeral-storage') * DISK_KEPT) / 100);
    return { quantity: String(kept), available: kibibytes(Math.floor(kept / 2048) * 1024) };
  }
}
