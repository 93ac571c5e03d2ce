import { formatTime } from '../../api/meta/time';
import type { Condition } from '../shared/types';
import type { HorizontalPodAutoscaler, MetricStatus } from './types';

type Status = HorizontalPodAutoscaler['status'];

/** The status of an autoscaler while it is looked at. */
export class AutoscalerStatus {
  private conditions: Condition[];

  constructor(
    private readonly before: Status,
    private readonly now: number,
  ) {
    this.conditions = [...(before.conditions ?? [])];
  }

  /** The time of a condition is that of its last change of status. */
  set(type: string, status: 'True' | 'False', reason: string, message: string): void {
    const i = this.conditions.findIndex((c) => c.type === type);
    const old = this.conditions[i];
    const lastTransitionTime = old?.status === status ? old.lastTransitionTime : formatTime(this.now);
    const next = { type, status, lastTransitionTime, reason, message };
    if (old) this.conditions[i] = next;
    else this.conditions.push(next);
  }

  /** The conditions changed, the numbers as they were. */
  unchanged(): Status {
    return this.filled(this.before);
  }

  counted(current: number, desired: number, metrics: MetricStatus[] | undefined, scaled: boolean): Status {
    const lastScaleTime = scaled ? formatTime(this.now) : this.before.lastScaleTime;
    return this.filled({
      ...(lastScaleTime === undefined ? {} : { lastScaleTime }),
      ...(current ? { currentReplicas: current } : {}),
      desiredReplicas: desired,
      ...(metrics ? { currentMetrics: metrics } : {}),
    });
  }

  private filled({ currentMetrics, conditions: _, ...rest }: Status): Status {
    return { ...rest, ...(currentMetrics ? { currentMetrics } : {}), ...(this.conditions.length > 0 ? { conditions: this.conditions } : {}) };
  }
}
