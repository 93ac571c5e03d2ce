import { parseTime } from '../../api/meta/time';
import { podCondition } from './pod';
import type { Service } from './service';
import type { Pod } from './types';

interface Seen {
  service: number;
  pods: Map<string, number>;
}

/** Remembers when what endpoints are made of last changed, for the annotation by which propagation is measured (TriggerTimeTracker upstream). */
export class TriggerTimes {
  private readonly seen = new Map<string, Seen>();

  /** Milliseconds since the epoch of the earliest change since the last call for this Service; undefined: nothing changed. */
  next(key: string, service: Service, pods: readonly Pod[]): number | undefined {
    const before = this.seen.get(key);
    const created = parseTime(service.metadata.creationTimestamp ?? '') || 0;
    let earliest = Infinity;
    const times = new Map<string, number>();
    for (const pod of pods) {
      const t = parseTime(podCondition(pod, 'Ready')?.lastTransitionTime ?? '');
      if (!t) continue;
      times.set(pod.metadata.name!, t);
      if (t > (before?.pods.get(pod.metadata.name!) ?? 0)) earliest = Math.min(earliest, t);
    }
    if (created > (before?.service ?? 0)) earliest = Math.min(earliest, created);
    this.seen.set(key, { service: created, pods: times });
    if (!before) return created;
    return earliest === Infinity ? undefined : earliest;
  }

  forget(key: string): void {
    this.seen.delete(key);
  }
}
