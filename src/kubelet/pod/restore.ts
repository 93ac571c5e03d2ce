import type { KubeObject } from '../../api/meta/object';
import { parseTime } from '../../api/meta/time';
import type { Condition } from './conditions';
import type { ContainerRecord, ContainerState, Resources } from './container';
import { recordsOf } from './container';
import { CrashBackoff } from './crash-backoff';

interface ContainerStatus {
  name: string;
  state?: ContainerState;
  lastState?: ContainerState;
  ready?: boolean;
  started?: boolean;
  restartCount?: number;
  imageID?: string;
  containerID?: string;
  allocatedResources?: Record<string, string>;
  resources?: Resources;
}

/** The part of a pod's status that an earlier process has written; undefined when none has. */
export function restoreStatus(pod: KubeObject): { phase: string; startTime: string; podIP?: string; reason?: string; message?: string; conditions: Condition[] } | undefined {
  const s = pod['status'] as KubeObject['status'];
  if (!s?.startTime || !(s.containerStatuses?.length || s.initContainerStatuses?.length)) return undefined;
  return { phase: s.phase, startTime: s.startTime, podIP: s.podIP, reason: s.reason, message: s.message, conditions: ((s.conditions ?? []) as Condition[]).map(plain) };
}

/** A pod's containers as its status tells of them. */
export function restoreRecords(pod: KubeObject, scheme: string): ContainerRecord[] {
  const s = (pod['status'] ?? {}) as Record<string, ContainerStatus[] | undefined>;
  const statuses = [...(s['initContainerStatuses'] ?? []), ...(s['containerStatuses'] ?? []), ...(s['ephemeralContainerStatuses'] ?? [])];
  const records = recordsOf(pod['spec'] as Parameters<typeof recordsOf>[0]);
  for (const r of records) {
    const status = statuses.find((x) => x.name === r.spec.name);
    if (status) restore(r, status, scheme, pod.metadata.uid!);
  }
  return records;
}

function restore(r: ContainerRecord, s: ContainerStatus, scheme: string, uid: string): void {
  if (s.state?.running ?? s.state?.terminated ?? s.state?.waiting) r.state = s.state!;
  r.last = s.lastState?.terminated;
  r.restarts = s.restartCount ?? 0;
  r.imageID = s.imageID ?? '';
  if (s.allocatedResources ?? s.resources) r.allocated = r.actual = { ...s.resources, ...(s.allocatedResources ? { requests: s.allocatedResources } : {}) };
  r.ready = s.ready ?? false;
  r.started = s.started ?? false;
  r.id = s.containerID?.startsWith(scheme) ? s.containerID.slice(scheme.length) : (s.containerID ?? '');
  if (r.state.running) {
    r.startedAt = parseTime(r.state.running.startedAt);
    // A status from elsewhere may lack the id; the container needs one all the same.
    r.id ||= `${uid}-${r.spec.name}`;
  }
  const ended = r.ended;
  if (ended) r.endedAt = parseTime(ended.finishedAt);
  r.crashes = CrashBackoff.after(r.restarts, r.state.running ? r.startedAt : r.endedAt);
}

/** A condition with what a node writes of it. */
function plain(c: Condition): Condition {
  const { type, observedGeneration, status, reason, message, lastTransitionTime } = c;
  return { type, ...(observedGeneration === undefined ? {} : { observedGeneration }), status, ...(reason ? { reason } : {}), ...(message ? { message } : {}), lastTransitionTime };
}
