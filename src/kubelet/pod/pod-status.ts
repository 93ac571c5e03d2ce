import type { KubeObject } from '../../api/meta/object';
import { sameJson } from '../../client/equality';
import type { Condition } from './conditions';
import { nodeConditions, restartingAllCondition, withTime } from './conditions';
import type { ContainerKind, ContainerRecord, Resources } from './container';
import type { Phase } from './phase';

/** What a node says of a pod: the part of v1.PodStatus that is its own. */
export interface NodePodStatus {
  observedGeneration?: number;
  phase: Phase;
  conditions: Condition[];
  message?: string;
  reason?: string;
  hostIP?: string;
  hostIPs?: { ip: string }[];
  podIP?: string;
  podIPs?: { ip: string }[];
  startTime: string;
  initContainerStatuses?: object[];
  containerStatuses?: object[];
  ephemeralContainerStatuses?: object[];
}

export interface PodFacts {
  pod: KubeObject;
  records: readonly ContainerRecord[];
  phase: Phase;
  startTime: string;
  hostIP: string;
  podIP: string;
  /** A main container has been started before. */
  begun: boolean;
  /** Whether all containers are being restarted; absent where no rule can lead to that. */
  restartingAll?: boolean;
  /** Conditions of a resize under way. */
  resize: readonly Condition[];
  /** It has its network and nothing has ended it. */
  sandbox: boolean;
  /** The node has ended it. */
  failure?: { reason: string; message: string; disruption?: boolean };
  scheme: string;
  imageName(image: string): string;
}

export function buildStatus(f: PodFacts, now: string, before: NodePodStatus | undefined): NodePodStatus {
  const old = new Map((before?.conditions ?? []).map((c) => [c.type, c]));
  const conditions = nodeConditions(f.pod, f.records, f.phase, f.sandbox, f.begun, now, old);
  if (f.restartingAll !== undefined) conditions.push(withTime(restartingAllCondition(f.restartingAll, f.phase), now, old));
  conditions.push(...f.resize);
  if (f.failure?.disruption) conditions.push({ type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet', message: f.failure.message, lastTransitionTime: old.get('DisruptionTarget')?.lastTransitionTime ?? now });
  const lists = (kinds: readonly ContainerKind[]): object[] => f.records.filter((r) => kinds.includes(r.kind)).map((r) => containerStatus(r, f));
  const init = lists(['init', 'sidecar']);
  const ephemeral = lists(['ephemeral']);
  return {
    ...(f.pod.metadata.generation === undefined ? {} : { observedGeneration: f.pod.metadata.generation }),
    phase: f.phase,
    conditions,
    ...(f.failure ? { message: f.failure.message, reason: f.failure.reason } : {}),
    hostIP: f.hostIP,
    hostIPs: [{ ip: f.hostIP }],
    ...(f.podIP ? { podIP: f.podIP, podIPs: [{ ip: f.podIP }] } : {}),
    startTime: f.startTime,
    ...(init.length ? { initContainerStatuses: init } : {}),
    containerStatuses: lists(['main']),
    ...(ephemeral.length ? { ephemeralContainerStatuses: ephemeral } : {}),
  };
}

/** The status of a pod that a node would not have. */
export function rejectedStatus(pod: KubeObject, startTime: string, why: { reason: string; message: string }): NodePodStatus {
  const { generation } = pod.metadata;
  return { ...(generation === undefined ? {} : { observedGeneration: generation }), phase: 'Failed', conditions: [], message: why.message, reason: why.reason, startTime };
}

function containerStatus(r: ContainerRecord, f: PodFacts): object {
  return {
    name: r.spec.name,
    state: r.state,
    ...(r.last ? { lastState: { terminated: r.last } } : {}),
    ready: r.kind === 'init' ? r.state.terminated?.exitCode === 0 : r.ready,
    restartCount: r.restarts,
    image: r.id ? f.imageName(r.spec.image) : r.spec.image,
    imageID: r.id ? r.imageID : '',
    ...(r.id ? { containerID: `${f.scheme}${r.id}` } : {}),
    started: r.running && r.started,
    ...(r.running && r.allocated?.requests ? { allocatedResources: r.allocated.requests } : {}),
    ...(r.running && (r.actual?.requests ?? r.actual?.limits) ? { resources: plainResources(r.actual!) } : {}),
  };
}

function plainResources({ requests, limits }: Resources): Resources {
  return { ...(limits ? { limits } : {}), ...(requests ? { requests } : {}) };
}

/**
 * A strategic merge patch of the status that makes `before` into `now`, or undefined when nothing differs. Of the conditions only those are sent
 * that changed; PodScheduled only when the pod has none yet.
 */
export function statusPatch(now: NodePodStatus, before: NodePodStatus | undefined, scheduledKnown: boolean): Record<string, unknown> | undefined {
  const patch: Record<string, unknown> = {};
  for (const key of Object.keys(now) as (keyof NodePodStatus)[]) {
    if (key !== 'conditions' && !sameJson(now[key], before?.[key])) patch[key] = now[key];
  }
  for (const key of Object.keys(before ?? {}) as (keyof NodePodStatus)[]) if (now[key] === undefined) patch[key] = null;
  const old = new Map((before?.conditions ?? []).map((c) => [c.type, c]));
  const changed = now.conditions.filter((c) => {
    if (c.type === 'PodScheduled') return !scheduledKnown && !old.has(c.type);
    return !sameJson(c, old.get(c.type));
  });
  // Conditions of a resize that is over.
  const gone = [...old.keys()].filter((type) => !now.conditions.some((c) => c.type === type)).map((type) => ({ $patch: 'delete', type }));
  // What a condition no longer has must be named to be taken away.
  if (changed.length + gone.length) patch['conditions'] = [...gone, ...changed.map((c) => ({ ...c, ...(old.get(c.type)?.reason && !c.reason ? { reason: null } : {}), ...(old.get(c.type)?.message && !c.message ? { message: null } : {}) }))];
  return Object.keys(patch).length ? patch : undefined;
}
