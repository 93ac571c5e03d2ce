import { DOWNSCALE_STABILIZATION } from './history';
import type { History } from './history';
import type { HorizontalPodAutoscaler, ScalingRules } from './types';

interface Said {
  status: 'True' | 'False';
  reason: string;
  message: string;
}

/** What becomes of a recommendation, and the conditions that tell why. */
export interface Normalized {
  desired: number;
  ableToScale: Said;
  scalingLimited: Said;
}

const READY: Said = { status: 'True', reason: 'ReadyForNewScale', message: 'recommended size matches current size' };
const HIGHEST = 'recent recommendations were higher than current one, applying the highest recent recommendation';
const LOWEST = 'recent recommendations were lower than current one, applying the lowest recent recommendation';
const WITHIN = ['DesiredWithinRange', 'the desired count is within the acceptable range'] as const;
const TOO_MANY = ['TooManyReplicas', 'the desired replica count is more than the maximum replica count'] as const;
const TOO_FEW = ['TooFewReplicas', 'the desired replica count is less than the minimum replica count'] as const;
const TOO_FAST_UP = ['ScaleUpLimit', 'the desired replica count is increasing faster than the maximum scale rate'] as const;
const TOO_FAST_DOWN = ['ScaleDownLimit', 'the desired replica count is decreasing faster than the maximum scale rate'] as const;

type Limited = [desired: number, said: readonly [reason: string, message: string]];

/** Brings a recommendation within the limits of the autoscaler and of what it has done lately. */
export function normalize(hpa: HorizontalPodAutoscaler, history: History, current: number, recommended: number, now: number): Normalized {
  const rules = rulesOf(hpa);
  const range = { least: hpa.spec.minReplicas ?? 1, most: hpa.spec.maxReplicas };
  let stable: number;
  let able = READY;
  let limited: Limited;
  if (rules) {
    stable = history.stabilized(recommended, current, seconds(rules.up, 0), seconds(rules.down, DOWNSCALE_STABILIZATION), now);
    if (stable !== recommended) able = recommended >= current ? { status: 'True', reason: 'ScaleUpStabilized', message: LOWEST } : { status: 'True', reason: 'ScaleDownStabilized', message: HIGHEST };
    limited = byRules(history, rules, range, current, stable, now);
  } else {
    stable = history.highest(recommended, now);
    if (stable !== recommended) able = { status: 'True', reason: 'ScaleDownStabilized', message: HIGHEST };
    limited = byFactor(range, current, stable);
  }
  const [desired, [reason, message]] = limited;
  return { desired, ableToScale: able, scalingLimited: { status: desired === stable ? 'False' : 'True', reason, message } };
}

/** The autoscaler's own rules; undefined when it has none. */
export function rulesOf(hpa: HorizontalPodAutoscaler): { up: ScalingRules; down: ScalingRules } | undefined {
  const { behavior } = hpa.spec;
  return behavior && { up: behavior.scaleUp ?? {}, down: behavior.scaleDown ?? {} };
}

const seconds = (r: ScalingRules, otherwise: number): number => (r.stabilizationWindowSeconds === undefined ? otherwise : r.stabilizationWindowSeconds * 1000);

/** Without rules, replicas double at most, or become four. */
function byFactor(range: { least: number; most: number }, current: number, desired: number): Limited {
  const limit = Math.max(2 * current, 4);
  const most = Math.min(range.most, limit);
  if (desired < range.least) return [range.least, TOO_FEW];
  if (desired > most) return [most, range.most > limit ? TOO_FAST_UP : TOO_MANY];
  return [desired, WITHIN];
}

function byRules(history: History, rules: { up: ScalingRules; down: ScalingRules }, range: { least: number; most: number }, current: number, desired: number, now: number): Limited {
  if (desired > current) {
    const limit = Math.max(current, history.mostAllowed(current, rules.up, now));
    const most = Math.min(range.most, limit);
    if (desired > most) return [most, range.most > limit ? TOO_FAST_UP : TOO_MANY];
  } else if (desired < current) {
    const limit = Math.min(current, history.leastAllowed(current, rules.down, now));
    const least = Math.max(range.least, limit);
    if (desired < least) return [least, range.least < limit ? TOO_FAST_DOWN : TOO_FEW];
  }
  return [desired, WITHIN];
}
