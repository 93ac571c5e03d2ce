import type { ScalingPolicy, ScalingRules } from './types';

/** Without other rules, replicas only go down to the highest recommendation of this time. */
export const DOWNSCALE_STABILIZATION = 300_000;

/** A number of replicas, or a change of it, and when. */
interface Sample {
  replicas: number;
  at: number;
}

/** What one autoscaler has recommended and done. As upstream, a sample that no longer counts gives its place to the next. */
export class History {
  private readonly recommendations: Sample[] = [];
  private readonly ups: Sample[] = [];
  private readonly downs: Sample[] = [];

  constructor(current: number, now: number) {
    this.recommendations.push({ replicas: current, at: now });
  }

  /** The highest of the recent recommendations and this one. */
  highest(recommended: number, now: number): number {
    const since = now - DOWNSCALE_STABILIZATION;
    const recent = this.recommendations.filter((r) => r.at >= since).map((r) => r.replicas);
    put(this.recommendations, (r) => r.at < since, { replicas: recommended, at: now });
    return Math.max(recommended, ...recent);
  }

  /** The current number, moved no further than all recommendations of both windows (milliseconds) agree on. */
  stabilized(recommended: number, current: number, upWindow: number, downWindow: number, now: number): number {
    let low = recommended;
    let high = recommended;
    for (const r of this.recommendations) {
      if (r.at > now - upWindow) low = Math.min(low, r.replicas);
      if (r.at > now - downWindow) high = Math.max(high, r.replicas);
    }
    put(this.recommendations, (r) => r.at < now - upWindow && r.at < now - downWindow, { replicas: recommended, at: now });
    return Math.min(high, Math.max(low, current));
  }

  /** Remembers a change, for policies that limit what changes in a period. */
  scaled(from: number, to: number, rules: { up: ScalingRules; down: ScalingRules }, now: number): void {
    const up = to > from;
    const period = Math.max(0, ...((up ? rules.up : rules.down).policies ?? []).map((p) => p.periodSeconds)) * 1000;
    put(up ? this.ups : this.downs, (s) => s.at < now - period, { replicas: Math.abs(to - from), at: now });
  }

  /** Where an increase must end. */
  mostAllowed(current: number, rules: ScalingRules, now: number): number {
    return this.limit(current, rules, now, rules.selectPolicy === 'Min' ? Math.min : Math.max, (start, p) =>
      p.type === 'Percent' ? Math.ceil(start * (1 + p.value / 100)) : start + p.value,
    );
  }

  /** Where a decrease must end. */
  leastAllowed(current: number, rules: ScalingRules, now: number): number {
    return this.limit(current, rules, now, rules.selectPolicy === 'Min' ? Math.max : Math.min, (start, p) =>
      p.type === 'Percent' ? Math.trunc(start * (1 - p.value / 100)) : start - p.value,
    );
  }

  private limit(current: number, rules: ScalingRules, now: number, select: (...n: number[]) => number, limit: (start: number, p: ScalingPolicy) => number): number {
    if (rules.selectPolicy === 'Disabled') return current;
    const limits = (rules.policies ?? []).map((p) => {
      const within = (samples: readonly Sample[]): number => samples.reduce((sum, s) => (s.at > now - p.periodSeconds * 1000 ? sum + s.replicas : sum), 0);
      return limit(current - within(this.ups) + within(this.downs), p);
    });
    return select(...limits);
  }
}

function put(samples: Sample[], isOld: (s: Sample) => boolean, sample: Sample): void {
  const i = samples.findLastIndex(isOld);
  if (i < 0) samples.push(sample);
  else samples[i] = sample;
}
