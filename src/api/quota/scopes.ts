import type { KubeObject } from '../meta/object';
import { selectorFrom } from '../selectors/label-selector';
import { isBestEffort } from './pod-resources';

export interface ScopeRequirement {
  scopeName: string;
  operator: string;
  values?: readonly string[];
}

export interface QuotaSpec {
  hard?: Record<string, string>;
  scopes?: readonly string[];
  scopeSelector?: { matchExpressions?: readonly ScopeRequirement[] };
}

/** All scopes of a quota as requirements. */
export function scopesOf(spec: QuotaSpec): ScopeRequirement[] {
  return [...(spec.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' })), ...(spec.scopeSelector?.matchExpressions ?? [])];
}

/** Whether the object is in every scope of the quota. Scopes are of pods; VolumeAttributesClass is one of claims; others are in none. */
export function inScopes(resource: string, o: KubeObject, spec: QuotaSpec): boolean {
  return scopesOf(spec).every((s) => (resource === 'pods' ? podInScope(o, s) : resource === 'persistentvolumeclaims' && claimInScope(o, s)));
}

function podInScope(pod: KubeObject, s: ScopeRequirement): boolean {
  const spec = pod['spec'] as { activeDeadlineSeconds?: number; priorityClassName?: string };
  switch (s.scopeName) {
    case 'Terminating':
      return spec.activeDeadlineSeconds !== undefined;
    case 'NotTerminating':
      return spec.activeDeadlineSeconds === undefined;
    case 'BestEffort':
      return isBestEffort(pod);
    case 'NotBestEffort':
      return !isBestEffort(pod);
    case 'PriorityClass':
      return matches(s, spec.priorityClassName ? [spec.priorityClassName] : []);
    case 'CrossNamespacePodAffinity':
      return crossesNamespaces(pod);
    default:
      return false;
  }
}

function claimInScope(claim: KubeObject, s: ScopeRequirement): boolean {
  if (s.scopeName !== 'VolumeAttributesClass') return false;
  const status = claim['status'] as { currentVolumeAttributesClassName?: string; modifyVolumeStatus?: { targetVolumeAttributesClassName?: string } } | undefined;
  const names = [claim['spec']?.volumeAttributesClassName as string | undefined, status?.currentVolumeAttributesClassName, status?.modifyVolumeStatus?.targetVolumeAttributesClassName];
  return matches(s, names.filter((n) => n !== undefined));
}

/** One of the values satisfies the requirement; with none, what an absent label would. */
function matches(s: ScopeRequirement, values: readonly string[]): boolean {
  if (s.operator === 'Exists') return values.length > 0;
  const selector = selectorFrom({ matchExpressions: [{ key: 'v', operator: s.operator, values: s.values }] });
  return values.length === 0 ? selector.matches({}) : values.some((v) => selector.matches({ v }));
}

interface AffinityTerm {
  namespaces?: string[];
  namespaceSelector?: object;
}

function crossesNamespaces(pod: KubeObject): boolean {
  const affinity = pod['spec']?.affinity as Record<string, Record<string, (AffinityTerm & { podAffinityTerm?: AffinityTerm })[] | undefined> | undefined> | undefined;
  const crosses = (t: AffinityTerm | undefined): boolean => (t?.namespaces?.length ?? 0) > 0 || t?.namespaceSelector !== undefined;
  return ['podAffinity', 'podAntiAffinity'].some(
    (kind) =>
      (affinity?.[kind]?.['requiredDuringSchedulingIgnoredDuringExecution'] ?? []).some(crosses) ||
      (affinity?.[kind]?.['preferredDuringSchedulingIgnoredDuringExecution'] ?? []).some((t) => crosses(t.podAffinityTerm)),
  );
}
