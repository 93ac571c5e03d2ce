import type { KubeObject } from '../../api/meta/object';
import { parseJson } from '../../api/schema/json';
import type { Raw } from '../shared/raw';
import { defaultBehavior } from './behavior';
import { DEFAULT_CPU_METRIC } from './horizontal-pod-autoscaler';
import { metricFromV1, metricStatusFromV1, metricStatusToV1, metricToV1 } from './v1-metrics';

const PREFIX = 'autoscaling.alpha.kubernetes.io/';
const METRICS = `${PREFIX}metrics`;
const CURRENT_METRICS = `${PREFIX}current-metrics`;
const CONDITIONS = `${PREFIX}conditions`;
const BEHAVIOR = `${PREFIX}behavior`;
const OWN = [METRICS, CURRENT_METRICS, CONDITIONS, BEHAVIOR];
/** Internal names of the behavior in its annotation, in the order of the Go type. */
const RULE_FIELDS = ['stabilizationWindowSeconds', 'selectPolicy', 'policies', 'tolerance'];
const POLICY_FIELDS = ['type', 'value', 'periodSeconds'];

function isCpuUtilization(m: Raw): boolean {
  return m.type === 'Resource' && m.resource?.name === 'cpu' && m.resource.target?.averageUtilization !== undefined;
}

function upper(name: string): string {
  return name[0]!.toUpperCase() + name.slice(1);
}

function goNames(o: Raw | undefined, fields: readonly string[]): Raw | null {
  return o ? Object.fromEntries(fields.map((f) => [upper(f), o[f] ?? null])) : null;
}

function behaviorText(behavior: Raw): string {
  const rules = (r: Raw | undefined): Raw | null =>
    goNames(r && { ...r, policies: (r.policies as Raw[] | undefined)?.map((p) => goNames(p, POLICY_FIELDS)) }, RULE_FIELDS);
  return JSON.stringify({ ScaleUp: rules(behavior.scaleUp), ScaleDown: rules(behavior.scaleDown) });
}

/** Fields of a parsed object whatever the case of their names, as Go's decoder finds them; nulls count as absent. */
function anyCase(o: unknown, fields: readonly string[]): Raw | undefined {
  if (typeof o !== 'object' || o === null) return undefined;
  const lower = new Map(Object.entries(o).map(([k, v]) => [k.toLowerCase(), v as unknown]));
  const out: Raw = {};
  for (const f of fields) {
    const v = lower.get(f.toLowerCase());
    if (v !== undefined && v !== null) out[f] = v;
  }
  return out;
}

function behaviorFrom(parsed: unknown): Raw | undefined {
  const behavior = anyCase(parsed, ['scaleUp', 'scaleDown']);
  if (!behavior || !Object.keys(behavior).length) return undefined;
  for (const direction of Object.keys(behavior)) {
    const rules = anyCase(behavior[direction], RULE_FIELDS)!;
    if (Array.isArray(rules.policies)) rules.policies = rules.policies.map((p) => anyCase(p, POLICY_FIELDS));
    behavior[direction] = rules;
  }
  return behavior;
}

/** A parsed annotation; undefined when it is absent or no JSON: upstream ignores such ones. */
function parsed(o: KubeObject, annotation: string): unknown {
  const text = o.metadata.annotations?.[annotation];
  if (text === undefined) return undefined;
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function withoutOwnAnnotations(o: KubeObject): Record<string, string> {
  return Object.fromEntries(Object.entries(o.metadata.annotations ?? {}).filter(([k]) => !OWN.includes(k)));
}

function withAnnotations(o: KubeObject, annotations: Record<string, string>): KubeObject['metadata'] {
  const { annotations: _, ...metadata } = o.metadata;
  return Object.keys(annotations).length ? { ...metadata, annotations } : metadata;
}

/** A v2 autoscaler as autoscaling/v1 shows it: what v1 has no fields for goes into annotations. Shares parts with `o`. */
export function autoscalerFromV2(o: KubeObject): KubeObject {
  const { spec, status = {} } = o as KubeObject & { spec: Raw; status?: Raw };
  const metrics = (spec.metrics ?? []) as Raw[];
  const annotations = withoutOwnAnnotations(o);
  const others = metrics.filter((m) => !isCpuUtilization(m)).map(metricToV1);
  if (others.length) annotations[METRICS] = JSON.stringify(others);
  const current = (status.currentMetrics ?? []) as Raw[];
  if (current.length) annotations[CURRENT_METRICS] = JSON.stringify(current.map(metricStatusToV1));
  if (spec.behavior) annotations[BEHAVIOR] = behaviorText(spec.behavior);
  const conditions = (status.conditions ?? []) as Raw[];
  if (conditions.length) annotations[CONDITIONS] = JSON.stringify(conditions.map(shownCondition));
  const { scaleTargetRef, minReplicas, maxReplicas } = spec;
  const v1Spec: Raw = { scaleTargetRef, minReplicas, maxReplicas };
  const cpu = metrics.find(isCpuUtilization);
  if (cpu) v1Spec.targetCPUUtilizationPercentage = cpu.resource.target.averageUtilization;
  const v1Status: Raw = {};
  if (status.observedGeneration !== undefined) v1Status.observedGeneration = status.observedGeneration;
  if (status.lastScaleTime !== undefined) v1Status.lastScaleTime = status.lastScaleTime;
  v1Status.currentReplicas = status.currentReplicas ?? 0;
  v1Status.desiredReplicas = status.desiredReplicas ?? 0;
  for (const m of current) {
    const utilization = m.type === 'Resource' && m.resource?.name === 'cpu' ? m.resource.current?.averageUtilization : undefined;
    if (utilization !== undefined) v1Status.currentCPUUtilizationPercentage = utilization;
  }
  return { kind: o.kind, apiVersion: 'autoscaling/v1', metadata: withAnnotations(o, annotations), spec: v1Spec, status: v1Status };
}

function shownCondition(c: Raw): Raw {
  const shown: Raw = { type: c.type, status: c.status, lastTransitionTime: c.lastTransitionTime ?? null };
  if (c.reason) shown.reason = c.reason;
  if (c.message) shown.message = c.message;
  return shown;
}

/** A v1 autoscaler as it is stored, with what its annotations carry in the fields of v2. Shares parts with `o`. */
export function autoscalerToV2(o: KubeObject): KubeObject {
  const { scaleTargetRef, minReplicas, maxReplicas, targetCPUUtilizationPercentage: cpu } = o.spec as Raw;
  const metrics: Raw[] = [];
  const others = parsed(o, METRICS);
  if (Array.isArray(others)) metrics.push(...(others as Raw[]).map(metricFromV1));
  if (cpu !== undefined) metrics.push({ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: cpu } } });
  const spec: Raw = { scaleTargetRef, minReplicas, maxReplicas, metrics: metrics.length ? metrics : [structuredClone(DEFAULT_CPU_METRIC)] };
  const behavior = behaviorFrom(parsed(o, BEHAVIOR));
  if (behavior) {
    spec.behavior = behavior;
    defaultBehavior(behavior);
  }
  return { kind: o.kind, apiVersion: 'autoscaling/v2', metadata: withAnnotations(o, withoutOwnAnnotations(o)), spec, status: statusToV2(o) };
}

function statusToV2(o: KubeObject): Raw {
  const { observedGeneration, lastScaleTime, currentReplicas, desiredReplicas, currentCPUUtilizationPercentage: cpu } = (o.status ?? {}) as Raw;
  const status: Raw = {};
  if (observedGeneration !== undefined) status.observedGeneration = observedGeneration;
  if (lastScaleTime !== undefined) status.lastScaleTime = lastScaleTime;
  if (currentReplicas) status.currentReplicas = currentReplicas;
  status.desiredReplicas = desiredReplicas ?? 0;
  const current = parsed(o, CURRENT_METRICS);
  if (Array.isArray(current)) status.currentMetrics = (current as Raw[]).map(metricStatusFromV1);
  else status.currentMetrics = cpu === undefined ? null : [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: cpu } } }];
  const conditions = parsed(o, CONDITIONS);
  if (Array.isArray(conditions)) status.conditions = conditions;
  return status;
}
