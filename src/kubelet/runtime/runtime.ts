import type { KubeObject } from '../../api/meta/object';

/** What a runtime is told about a container that it is to run. */
export interface ContainerConfig {
  /** The container's id; unique for ever. */
  id: string;
  pod: KubeObject;
  nodeName: string;
  name: string;
  image: string;
  command: readonly string[];
  args: readonly string[];
  env: readonly { name: string; value?: string }[];
}

/** How a container ended. */
export interface Exit {
  code: number;
  signal?: number;
  /** 'Completed' or 'Error' by the code when absent; e.g. 'OOMKilled'. */
  reason?: string;
  message?: string;
}

export interface ExecResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface LogLine {
  /** Milliseconds since the epoch. */
  time: number;
  stream: 'stdout' | 'stderr';
  text: string;
}

export interface LogOptions {
  /** Only the last so many lines. */
  tail?: number;
  /** Only lines from that time on, in milliseconds since the epoch. */
  since?: number;
}

export interface ContainerStats {
  /** CPU in use, in billionths of a core. */
  cpuNanoCores: number;
  /** Memory in use, in bytes. */
  memoryBytes: number;
  /** What it has written to its own layer and its log, in bytes. */
  diskBytes: number;
}

/** A probe's handler: v1.Probe as JSON. */
export interface ProbeSpec {
  exec?: { command?: string[] };
  httpGet?: { path?: string; port: number | string; host?: string; scheme?: string };
  tcpSocket?: { port: number | string; host?: string };
  grpc?: { port: number; service?: string };
  initialDelaySeconds?: number;
  timeoutSeconds?: number;
  periodSeconds?: number;
  successThreshold?: number;
  failureThreshold?: number;
  terminationGracePeriodSeconds?: number;
}

export interface ProbeOutcome {
  ok: boolean;
  /** It stays so for as long as the container runs. */
  steady?: boolean;
  /** What a failed probe says, e.g. "HTTP probe failed with statuscode: 500". */
  output: string;
}

/**
 * What runs containers for the simulated nodes. The default one simulates them; another may run real processes or call a container engine.
 * Containers are known by their ids.
 */
export interface Runtime {
  /** Prefix of container ids in pod statuses, as in `containerd://`. */
  readonly scheme: string;
  /**
   * Starts a container; `exited` is called once, never before this returns. `resumedFrom`: it was started at that time, in milliseconds since
   * the epoch, by an earlier process and is to run on.
   */
  start(c: ContainerConfig, exited: (e: Exit) => void, resumedFrom?: number): void;
  /** Asks a container to end and ends it after `grace` milliseconds; `exited` tells when. Unknown ones are ignored. */
  stop(id: string, grace: number): void;
  /** Ends a container that only runs for want of anything better (its program is unknown); false when it is none of those. */
  finish(id: string, e: Exit): boolean;
  /** Forgets a container and its log; one that runs is ended without a word. */
  remove(id: string): void;
  /** @throws Error when the container does not run */
  exec(id: string, command: readonly string[], stdin?: string): Promise<ExecResult>;
  logs(id: string, o?: LogOptions): readonly LogLine[];
  stats(id: string): ContainerStats;
  /** Answers at once or with a promise; `kind`: which of the container's probes it is, if any. */
  probe(id: string, probe: ProbeSpec, kind?: 'startup' | 'liveness' | 'readiness'): ProbeOutcome | Promise<ProbeOutcome>;
  /** The pod's labels or annotations have changed. */
  podChanged(id: string, pod: KubeObject): void;
}
