import { own } from '../../shared/own';
import type { KubeObject } from '../../../api/meta/object';
import { formatTime } from '../../../api/meta/time';
import type { Ctx } from '../../../apiserver/registry/strategy';
import { apparmorFieldFor, APPARMOR_PREFIX } from '../../shared/apparmor';
import { semanticEqual } from '../../shared/equality';
import { bumpGeneration } from '../../shared/generation';
import { dropDisabledSpecFields } from '../../shared/pod-disabled-fields';
import { eachContainer } from '../../shared/pod-warnings';
import type { Raw } from '../../shared/raw';
import { podQos } from './qos';

/** A condition of a pod's status as upstream writes new ones. */
export function podCondition(now: number, type: string, status: 'True' | 'False', reason?: string, message?: string): Raw {
  return { type, status, lastProbeTime: null, lastTransitionTime: formatTime(now), ...(reason ? { reason } : {}), ...(message ? { message } : {}) };
}

/** Adds or replaces the condition of that type; the time of the last transition stays when the status does (UpdatePodCondition). */
export function setPodCondition(status: Raw, condition: Raw): void {
  const list = (status.conditions ?? []) as Raw[];
  const i = list.findIndex((c) => c.type === condition.type);
  if (i < 0) status.conditions = [...list, condition];
  else {
    const same = list[i]!.status === condition.status;
    status.conditions = list.with(i, same ? { ...condition, lastTransitionTime: list[i]!.lastTransitionTime } : condition);
  }
}

/** prepareForCreate of pods. */
export function prepareNewPod(c: Ctx, o: KubeObject): void {
  const spec = o.spec as Raw;
  bumpGeneration(o, undefined);
  const status: Raw = { phase: 'Pending', qosClass: o.status?.qosClass || podQos(spec) };
  o.status = status;
  dropDisabledSpecFields(spec, undefined);
  if (spec.schedulingGates?.length) {
    setPodCondition(status, podCondition(c.clock.now(), 'PodScheduled', 'False', 'SchedulingGated', 'Scheduling is blocked due to non-empty scheduling gates'));
  }
  const labels = o.metadata.labels ?? {};
  if (spec.affinity) for (const term of affinityTerms(spec.affinity as Raw)) applyLabelKeys(term, labels);
  for (const t of (spec.topologySpreadConstraints ?? []) as Raw[]) applyLabelKeys(t, labels);
  if (o.metadata.annotations) applyAppArmorAnnotations(c, o);
}

function affinityTerms(affinity: Raw): Raw[] {
  return ['podAffinity', 'podAntiAffinity'].flatMap((kind) => {
    const a = (affinity[kind] ?? {}) as Raw;
    const preferred = ((a.preferredDuringSchedulingIgnoredDuringExecution ?? []) as Raw[]).map((w) => w.podAffinityTerm as Raw | undefined);
    return [...preferred, ...((a.requiredDuringSchedulingIgnoredDuringExecution ?? []) as Raw[])].filter((t): t is Raw => t !== undefined);
  });
}

/** matchLabelKeys stand for requirements with the pod's own values; they are written into the selector once. */
function applyLabelKeys(term: Raw, labels: Record<string, string>): void {
  if (!term.labelSelector) return;
  const add = (keys: string[] | undefined, operator: string): void => {
    for (const key of keys ?? []) {
      const value = own(labels, key);
      if (value !== undefined) term.labelSelector.matchExpressions = [...((term.labelSelector.matchExpressions ?? []) as Raw[]), { key, operator, values: [value] }];
    }
  };
  add(term.matchLabelKeys, 'In');
  add(term.mismatchLabelKeys, 'NotIn');
}

/** Turns AppArmor annotations of old clients into the field, with a warning. */
function applyAppArmorAnnotations(c: Ctx, o: KubeObject): void {
  const spec = o.spec as Raw;
  if (spec.os?.name === 'windows') return;
  eachContainer(spec, 'spec', (container) => {
    const key = APPARMOR_PREFIX + container.name;
    const annotation = o.metadata.annotations![key];
    if (annotation === undefined || container.securityContext?.appArmorProfile) return;
    const profile = apparmorFieldFor(annotation);
    if (profile && semanticEqual(profile, spec.securityContext?.appArmorProfile)) return;
    if (profile) (container.securityContext ??= {}).appArmorProfile = profile;
    c.warn(`metadata.annotations[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`);
  });
}
