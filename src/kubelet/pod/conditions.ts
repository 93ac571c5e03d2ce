import type { KubeObject } from '../../api/meta/object';
import type { ContainerRecord } from './container';
import type { Phase } from './phase';

export interface Condition {
  type: string;
  observedGeneration?: number;
  status: 'True' | 'False';
  reason?: string;
  message?: string;
  lastTransitionTime: string;
}

type Verdict = Omit<Condition, 'type' | 'lastTransitionTime'>;

const TRUE: Verdict = { status: 'True' };

/**
 * The conditions a node keeps of a pod, in the order in which a simulated node lists them. Condition times change only with their status.
 * @param sandbox whether the pod has its network
 * @param initialized whether a main container has been started before
 */
export function nodeConditions(
  pod: KubeObject,
  records: readonly ContainerRecord[],
  phase: Phase,
  sandbox: boolean,
  initialized: boolean,
  now: string,
  before: ReadonlyMap<string, Condition>,
): Condition[] {
  const containersReady = areReady(records, phase);
  const verdicts: [string, Verdict][] = [
    ['Initialized', isInitialized(records, phase, initialized)],
    ['Ready', containersReady.status === 'True' ? gatesReady(pod) : containersReady],
    ['ContainersReady', containersReady],
    ['PodReadyToStartContainers', { status: sandbox ? 'True' : 'False' }],
    ['PodScheduled', TRUE],
  ];
  return verdicts.map(([type, v]) => withTime({ type, ...v }, now, before));
}

/** A condition with the time since when its status is what it is. */
export function withTime(c: Omit<Condition, 'lastTransitionTime'>, now: string, before: ReadonlyMap<string, Condition>): Condition {
  const old = before.get(c.type);
  return { ...c, lastTransitionTime: old?.status === c.status ? old.lastTransitionTime : now };
}

/** Whether the pod is being restarted in place (KEP-5532). */
export function restartingAllCondition(restarting: boolean, phase: Phase): Omit<Condition, 'lastTransitionTime'> {
  const type = 'AllContainersRestarting';
  if (phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' };
  if (!restarting) return { type, status: 'False' };
  return { type, status: 'True', reason: 'RestartAllContainersStarted', message: 'container exited with restart policy rule' };
}

function isInitialized(records: readonly ContainerRecord[], phase: Phase, begun: boolean): Verdict {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' };
  if (begun) return TRUE;
  const incomplete = records.filter((r) => (r.kind === 'init' && r.state.terminated?.exitCode !== 0) || (r.kind === 'sidecar' && !r.started));
  if (!incomplete.length) return TRUE;
  return { status: 'False', reason: 'ContainersNotInitialized', message: `containers with incomplete status: [${incomplete.map((r) => r.spec.name).join(' ')}]` };
}

function areReady(records: readonly ContainerRecord[], phase: Phase): Verdict {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const unready = records.filter((r) => (r.kind === 'main' || r.kind === 'sidecar') && !r.ready);
  if (!unready.length) return TRUE;
  return { status: 'False', reason: 'ContainersNotReady', message: `containers with unready status: [${unready.map((r) => r.spec.name).join(' ')}]` };
}

/** Readiness gates are conditions that others set; the pod is ready when all of them are True. */
function gatesReady(pod: KubeObject): Verdict {
  const gates = pod['spec'].readinessGates as { conditionType: string }[] | undefined;
  if (!gates?.length) return TRUE;
  const conditions = (pod['status']?.conditions ?? []) as { type: string; status: string }[];
  const missing: string[] = [];
  for (const { conditionType } of gates) {
    const c = conditions.find((x) => x.type === conditionType);
    if (!c) missing.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    else if (c.status !== 'True') missing.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${c.status}`);
  }
  return missing.length ? { status: 'False', reason: 'ReadinessGatesNotReady', message: missing.join(', ') } : TRUE;
}
