import { RequiredNodeAffinity } from '../../api/selectors/node-selector';
import { scaledValue } from '../shared/int-or-percent';
import { podFromTemplate } from '../shared/pod-control';
import { REVISION_HASH_LABEL } from '../shared/revisions';
import { addToleration, untolerated } from '../shared/tolerations';
import type { Node, Pod, PodSpec, Toleration } from '../shared/types';
import type { DaemonSet } from './types';

const GENERATION_ANNOTATION = 'deprecated.daemonset.template.generation';
const GENERATION_LABEL = 'pod-template-generation';

const EVERYWHERE: readonly [string, string][] = [
  ['not-ready', 'NoExecute'],
  ['unreachable', 'NoExecute'],
  ['disk-pressure', 'NoSchedule'],
  ['memory-pressure', 'NoSchedule'],
  ['pid-pressure', 'NoSchedule'],
  ['unschedulable', 'NoSchedule'],
];

/** Daemon pods stay and start where others do not. */
function daemonTolerations(spec: PodSpec): Toleration[] {
  const taints = spec.hostNetwork ? [...EVERYWHERE, ['network-unavailable', 'NoSchedule'] as const] : EVERYWHERE;
  return taints.reduce<Toleration[]>((list, [key, effect]) => addToleration(list, { key: `node.kubernetes.io/${key}`, operator: 'Exists', effect }), [...(spec.tolerations ?? [])]);
}

/** Judges nodes for one DaemonSet. */
export class Placement {
  private readonly tolerations: Toleration[];
  private readonly affinity: RequiredNodeAffinity | undefined;

  constructor(private readonly ds: DaemonSet) {
    this.tolerations = daemonTolerations(ds.spec.template.spec);
    this.affinity = RequiredNodeAffinity.of(ds.spec.template);
  }

  /** `run`: a pod should be there. `stay`: one that is there may stay. */
  on(node: Node): { run: boolean; stay: boolean } {
    const spec = this.ds.spec.template.spec;
    if (spec.nodeName && spec.nodeName !== node.metadata.name) return { run: false, stay: false };
    if (this.affinity && !this.affinity.matches({ name: node.metadata.name!, labels: node.metadata.labels ?? {} })) return { run: false, stay: false };
    if (!untolerated(node.spec.taints, this.tolerations, ['NoExecute', 'NoSchedule'])) return { run: true, stay: true };
    return { run: false, stay: !untolerated(node.spec.taints, this.tolerations, ['NoExecute']) };
  }

  /** The pod for a node: bound to it by affinity, so that the scheduler still looks at it. */
  pod(node: string, hash: string): Pod {
    const { template } = this.ds.spec;
    const generation = templateGeneration(this.ds);
    const labels = { ...template.metadata?.labels, ...(generation === undefined ? {} : { [GENERATION_LABEL]: generation }), [REVISION_HASH_LABEL]: hash };
    const required = { ...template.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution, nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }] };
    const affinity = { ...template.spec.affinity, nodeAffinity: { ...template.spec.affinity?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: required } };
    return podFromTemplate({ metadata: { ...template.metadata, labels }, spec: { ...template.spec, affinity, tolerations: this.tolerations } }, this.ds);
  }
}

function templateGeneration(ds: DaemonSet): string | undefined {
  const text = ds.metadata.annotations?.[GENERATION_ANNOTATION];
  return text !== undefined && /^-?\d+$/.test(text) ? text : undefined;
}

/** The node that a daemon pod is on or meant for. */
export function targetNode(pod: Pod): string | undefined {
  if (pod.spec.nodeName) return pod.spec.nodeName;
  const terms = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  for (const t of terms) for (const f of t.matchFields ?? []) if (f.key === 'metadata.name' && f.operator === 'In' && f.values?.length === 1) return f.values[0];
  return undefined;
}

/** The pod is of the DaemonSet's present template. */
export function isUpdated(pod: Pod, hash: string, ds: DaemonSet): boolean {
  const generation = templateGeneration(ds);
  const labels = pod.metadata.labels ?? {};
  return labels[REVISION_HASH_LABEL] === hash || (generation !== undefined && labels[GENERATION_LABEL] === generation);
}

/** Pods that may be extra and missing during an update of `n`. */
export function updateLimits(ds: DaemonSet, n: number): { surge: number; unavailable: number } {
  const r = ds.spec.updateStrategy.type === 'RollingUpdate' ? ds.spec.updateStrategy.rollingUpdate : undefined;
  const surge = r?.maxSurge === undefined ? 0 : scaledValue(r.maxSurge, n, true);
  const unavailable = r?.maxUnavailable === undefined ? 0 : scaledValue(r.maxUnavailable, n, true);
  return { surge, unavailable: n > 0 && surge === 0 && unavailable === 0 ? 1 : unavailable };
}

/** On a node first, then the older, then by name. */
export function byAge(a: Pod, b: Pod): number {
  const placed = Number(Boolean(b.spec.nodeName)) - Number(Boolean(a.spec.nodeName));
  const age = (p: Pod): string => `${p.metadata.creationTimestamp} ${p.metadata.name}`;
  return placed || (age(a) < age(b) ? -1 : 1);
}
