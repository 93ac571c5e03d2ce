import { podFromTemplate } from '../shared/pod-control';
import { REVISION_HASH_LABEL } from '../shared/revisions';
import type { Pod, PodSpec } from '../shared/types';
import type { ClaimTemplate, StatefulSet } from './types';

const NAME_LABEL = 'statefulset.kubernetes.io/pod-name';
const INDEX_LABEL = 'apps.kubernetes.io/pod-index';

/** Name of the set and number that a pod's name is made of; -1 when it is not made so. */
export function parsePodName(name: string): { set: string; ordinal: number } {
  const m = /^(.*)-(\d+)$/.exec(name);
  const ordinal = m ? Number(m[2]) : -1;
  return m && ordinal < 2 ** 31 ? { set: m[1]!, ordinal } : { set: m?.[1] ?? '', ordinal: -1 };
}

export function ordinalOf(pod: Pod): number {
  return parsePodName(pod.metadata.name!).ordinal;
}

export function isMember(set: StatefulSet, pod: Pod): boolean {
  return parsePodName(pod.metadata.name!).set === set.metadata.name;
}

export function wanted(set: StatefulSet): number {
  return set.spec.replicas ?? 1;
}

export function startOrdinal(set: StatefulSet): number {
  return set.spec.ordinals?.start ?? 0;
}

export function inRange(set: StatefulSet, pod: Pod): boolean {
  const n = ordinalOf(pod) - startOrdinal(set);
  return n >= 0 && n < wanted(set);
}

export function claimName(set: StatefulSet, template: ClaimTemplate, ordinal: number): string {
  return `${template.metadata.name}-${set.metadata.name}-${ordinal}`;
}

/** The name of the revision that the pod is of. */
export function podRevision(pod: Pod): string | undefined {
  return pod.metadata.labels?.[REVISION_HASH_LABEL];
}

export function identityMatches(set: StatefulSet, pod: Pod): boolean {
  const { set: name, ordinal } = parsePodName(pod.metadata.name!);
  return ordinal >= 0 && name === set.metadata.name && pod.metadata.labels?.[NAME_LABEL] === pod.metadata.name;
}

export function storageMatches(set: StatefulSet, pod: Pod): boolean {
  const ordinal = ordinalOf(pod);
  const claims = new Map((pod.spec.volumes ?? []).map((v) => [v.name, v.persistentVolumeClaim?.claimName]));
  return (set.spec.volumeClaimTemplates ?? []).every((t) => claims.get(t.metadata.name!) === claimName(set, t, ordinal));
}

/** The pod with the labels and volumes that its place in the set asks for. */
export function withIdentity(set: StatefulSet, pod: Pod): Pod {
  const ordinal = ordinalOf(pod);
  const labels = { ...pod.metadata.labels, [NAME_LABEL]: pod.metadata.name!, [INDEX_LABEL]: String(ordinal) };
  const templates = set.spec.volumeClaimTemplates ?? [];
  const spec: PodSpec = { ...pod.spec };
  if (templates.length > 0) {
    const own = templates.map((t) => ({ name: t.metadata.name!, persistentVolumeClaim: { claimName: claimName(set, t, ordinal) } }));
    const names = new Set(own.map((v) => v.name));
    spec.volumes = [...own, ...(pod.spec.volumes ?? []).filter((v) => !names.has(v.name))];
  }
  return { ...pod, metadata: { ...pod.metadata, labels }, spec };
}

/** The pod of that number, of a revision given by its template and name. */
export function newPod(set: StatefulSet, revision: { name: string; template: StatefulSet['spec']['template'] }, ordinal: number): Pod {
  const pod = podFromTemplate(revision.template, set);
  const name = `${set.metadata.name}-${ordinal}`;
  pod.metadata = { ...pod.metadata, name, namespace: set.metadata.namespace, labels: { ...pod.metadata.labels, [REVISION_HASH_LABEL]: revision.name } };
  return withIdentity(set, { ...pod, spec: { ...pod.spec, hostname: name, subdomain: set.spec.serviceName } });
}
