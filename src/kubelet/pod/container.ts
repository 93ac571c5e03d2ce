import { formatTime } from '../../api/meta/time';
import type { Exit, ProbeSpec } from '../runtime/runtime';
import { CrashBackoff } from './crash-backoff';

/** v1.Container as far as a node reads it. */
export interface ContainerSpec {
  name: string;
  image: string;
  imagePullPolicy?: string;
  command?: string[];
  args?: string[];
  restartPolicy?: string;
  env?: EnvVar[];
  envFrom?: { prefix?: string; configMapRef?: { name?: string; optional?: boolean }; secretRef?: { name?: string; optional?: boolean } }[];
  resources?: Resources;
  resizePolicy?: { resourceName: string; restartPolicy: string }[];
  livenessProbe?: ProbeSpec;
  readinessProbe?: ProbeSpec;
  startupProbe?: ProbeSpec;
  restartPolicyRules?: RestartRule[];
  lifecycle?: { postStart?: LifecycleHandler; preStop?: LifecycleHandler };
}

/** v1.ContainerRestartRule. */
export interface RestartRule {
  action: string;
  exitCodes?: { operator: string; values?: number[] };
}

/** v1.LifecycleHandler. */
export interface LifecycleHandler {
  sleep?: { seconds: number };
  exec?: { command?: string[] };
  httpGet?: NonNullable<ProbeSpec['httpGet']>;
}

/** v1.ResourceRequirements as far as a node reads it. */
export interface Resources {
  requests?: Record<string, string>;
  limits?: Record<string, string>;
}

export interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: {
    configMapKeyRef?: { name?: string; key: string; optional?: boolean };
    secretKeyRef?: { name?: string; key: string; optional?: boolean };
    fieldRef?: { fieldPath: string };
    resourceFieldRef?: { resource: string };
  };
}

/** How containers of a pod differ: init ones run to their end one by one, sidecars are init ones that stay, ephemeral ones are added for debugging. */
export type ContainerKind = 'init' | 'sidecar' | 'main' | 'ephemeral';

export interface Terminated {
  exitCode: number;
  signal?: number;
  reason: string;
  message?: string;
  startedAt: string;
  finishedAt: string;
  containerID: string;
}

/** v1.ContainerState as JSON: exactly one is set. */
export interface ContainerState {
  waiting?: { reason: string; message?: string };
  running?: { startedAt: string };
  terminated?: Terminated;
}

/** A container of a pod and what has become of it. */
export class ContainerRecord {
  state: ContainerState;
  last: Terminated | undefined;
  restarts = 0;
  /** Without the runtime's scheme; of the container that runs or ran last. */
  id = '';
  imageID = '';
  ready = false;
  /** The startup probe has succeeded, or there is none. */
  started = false;
  startedAt = 0;
  /** When it ended, in milliseconds since the epoch. */
  endedAt = 0;
  /** A pull is under way. */
  pull: { until: number; takes: number } | undefined;
  crashes = new CrashBackoff();
  /** After a failed pull: when it failed, and how often. */
  pullFailure: { at: number; times: number; message: string; told: boolean } | undefined;
  /** The node ends the container itself: with this exit code, and with or without the usual back-off. */
  killing: { code: number; free: boolean } | undefined;
  /** It has been told to end. */
  stopping = false;
  /** It was said that it is held back after its last end. */
  toldBackoff = false;
  /** The resources that the node has set aside for it, and those that it has by now. */
  allocated: Resources | undefined;
  actual: Resources | undefined;
  /** The container before this one; its log is kept. */
  previousId = '';

  constructor(
    readonly kind: ContainerKind,
    public spec: ContainerSpec,
    waitingReason: string,
  ) {
    this.state = { waiting: { reason: waitingReason } };
    this.allocated = spec.resources;
  }

  get running(): boolean {
    return this.state.running !== undefined;
  }

  /** How it ended last, whether it is to be restarted or not. */
  get ended(): Terminated | undefined {
    return this.state.terminated ?? (this.state.waiting ? this.last : undefined);
  }
}

/** The containers of a pod spec in the order of their lists. */
export function recordsOf(spec: { initContainers?: ContainerSpec[]; containers: ContainerSpec[]; ephemeralContainers?: ContainerSpec[] }): ContainerRecord[] {
  const init = spec.initContainers ?? [];
  const reason = init.length ? 'PodInitializing' : 'ContainerCreating';
  return [
    ...init.map((c) => new ContainerRecord(c.restartPolicy === 'Always' ? 'sidecar' : 'init', c, 'PodInitializing')),
    ...spec.containers.map((c) => new ContainerRecord('main', c, reason)),
    ...(spec.ephemeralContainers ?? []).map((c) => new ContainerRecord('ephemeral', c, 'ContainerCreating')),
  ];
}

/** Notes how a running container ended, `now` in milliseconds since the epoch; the node's own reason for ending it decides the code. */
export function markExited(r: ContainerRecord, e: Exit, now: number, scheme: string): void {
  const exitCode = r.killing?.code ?? e.code;
  r.endedAt = now;
  r.state = {
    terminated: {
      exitCode,
      ...(e.signal ? { signal: e.signal } : {}),
      reason: e.reason ?? (exitCode === 0 ? 'Completed' : 'Error'),
      ...(e.message ? { message: e.message } : {}),
      startedAt: formatTime(r.startedAt),
      finishedAt: formatTime(now),
      containerID: `${scheme}${r.id}`,
    },
  };
  r.ready = r.started = false;
}

/**
 * Takes a changed spec over into the records: images may be changed, resources resized, ephemeral containers added. Returns the running
 * containers that have to be replaced.
 */
export function applySpec(records: ContainerRecord[], spec: Parameters<typeof recordsOf>[0]): ContainerRecord[] {
  const replaced: ContainerRecord[] = [];
  for (const fresh of recordsOf(spec)) {
    const r = records.find((o) => o.spec.name === fresh.spec.name);
    if (!r) {
      records.push(fresh);
      continue;
    }
    const changed = r.spec.image !== fresh.spec.image;
    r.spec = fresh.spec;
    if (!changed) continue;
    r.pullFailure = r.pull = undefined;
    if (!r.running) continue;
    r.killing = { code: 0, free: true };
    replaced.push(r);
  }
  return replaced;
}
