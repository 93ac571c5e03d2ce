import type { KubeObject } from '../../api/meta/object';
import type { Clock } from '../../util/clock';
import type { ConfigSource } from './config-source';
import { UNKNOWN } from './config-source';
import type { PodEvents } from './pod-events';
import { volumeProblem } from './volumes';

/** Pauses between two tries to mount a volume: doubled from the first to the longest (exponentialbackoff of the volume manager). */
const FIRST = 500;
const LONGEST = 122_000;

/** Lets a pod's containers start once everything is there that its volumes are made of. */
export class VolumeGate {
  private told = '';
  private pause = 0;
  private next = 0;

  constructor(
    private readonly x: { config: ConfigSource; events: PodEvents; clock: Clock },
    private readonly wakeAt: (time: number) => void,
  ) {}

  /** Whether everything is there; what is missing is told with every try, and the pauses between tries grow. */
  isOpen(pod: KubeObject): boolean {
    const missing = volumeProblem(this.x.config, pod);
    if (!missing) return true;
    if (missing === UNKNOWN) return false;
    const now = this.x.clock.now();
    if (this.told !== missing.message) {
      this.told = missing.message;
      this.pause = 0;
      this.next = now;
    }
    if (now >= this.next) {
      this.x.events.pod(pod, 'Warning', missing.reason, missing.message);
      this.pause = this.pause ? Math.min(LONGEST, this.pause * 2) : FIRST;
      this.next = now + this.pause;
    }
    this.wakeAt(this.next);
    return false;
  }

  clear(): void {
    this.told = '';
  }
}
