import type { KubeObject } from '../../api/meta/object';
import { sameJson } from '../../client/equality';
import type { Clock, Disposable } from '../../util/clock';
import type { Outcome, ProbeName } from './outcome';
import { outcomeOf } from './outcome';
import { newRunner, Program, runCommand } from './program';
import type { ContainerConfig, ContainerStats, ExecResult, Exit, LogLine, LogOptions, ProbeOutcome, ProbeSpec, Runtime } from './runtime';
import { FOREVER } from './shell-words';
import type { Usage } from './usage';
import { memoryLimitOf, usageOf } from './usage';

const MOST_LINES = 10_000;
const TERM = 15;
const KILL = 9;
/** Milliseconds a simulated program takes to end when asked to: clients that wait for a deletion see the object go. */
const STOP_TAKES = 200;
/** Milliseconds after which a container that takes more memory than it may is killed. */
const OOM_AFTER = 500;
const MiB = 1024 * 1024;

interface Container {
  c: ContainerConfig;
  startedAt: number;
  program: Program | undefined;
  /** What the pod's annotations say of it. */
  told: Outcome;
  exited: (e: Exit) => void;
  timer: Disposable | undefined;
  stopping: boolean;
  /** When it ended; its log stays as it was then. */
  endedAt: number | undefined;
}

/**
 * Runs no real process: a container whose command line is plain (sleep, echo, exit, sh -c with those …) does what it says in the cluster's time,
 * every other one is a server that runs until it is stopped. Probes succeed unless a plain command says otherwise. Annotations of the pod come
 * before all that (see Outcome).
 */
export class SimulatedRuntime implements Runtime {
  readonly scheme = 'kubernest://';
  private readonly containers = new Map<string, Container>();

  constructor(private readonly clock: Clock) {}

  start(c: ContainerConfig, exited: (e: Exit) => void, resumedFrom?: number): void {
    const startedAt = resumedFrom ?? this.clock.now();
    const k: Container = { c, startedAt, program: Program.of(c, startedAt), told: outcomeOf(c.pod, c.name), exited, timer: undefined, stopping: false, endedAt: undefined };
    this.containers.set(c.id, k);
    this.schedule(k);
  }

  podChanged(id: string, pod: KubeObject): void {
    const k = this.containers.get(id);
    if (!k) return;
    const before = k.told;
    k.told = outcomeOf(pod, k.c.name);
    if (k.endedAt !== undefined || k.stopping || (sameJson(k.told.end, before.end) && k.told.endless === before.endless && k.told.memoryBytes === before.memoryBytes)) return;
    k.timer?.dispose();
    k.timer = undefined;
    this.schedule(k);
  }

  /** Has the container end when it is to, if ever. */
  private schedule(k: Container): void {
    const limit = memoryLimitOf(k.c);
    if (limit < Infinity && this.usage(k).memoryBytes > limit) {
      k.timer = this.clock.after(OOM_AFTER, () => this.end(k, { code: 128 + KILL, reason: 'OOMKilled' }));
      return;
    }
    const { end, endless } = k.told;
    const plain = k.program?.end;
    const at = end?.after ?? plain?.at;
    if (endless || at === undefined) return;
    const { after: _, ...exit } = end ?? { after: 0, code: plain!.code };
    k.timer = this.clock.after(Math.max(0, k.startedAt + at - this.clock.now()), () => this.end(k, exit));
  }

  private usage(k: Container): Usage {
    const plain = usageOf(k.c);
    return { cpuNanoCores: k.told.cpuNanoCores ?? plain.cpuNanoCores, memoryBytes: k.told.memoryBytes ?? plain.memoryBytes };
  }

  stop(id: string, grace: number): void {
    const k = this.containers.get(id);
    if (!k || k.endedAt !== undefined) return;
    k.timer?.dispose();
    k.stopping = true;
    k.timer = this.clock.after(Math.min(STOP_TAKES, grace), () => this.end(k, k.program ? { code: 128 + TERM } : { code: 0 }));
  }

  finish(id: string, e: Exit): boolean {
    const k = this.containers.get(id);
    if (!k || k.endedAt !== undefined || k.program || k.told.end || k.told.endless) return false;
    k.timer?.dispose();
    this.end(k, e);
    return true;
  }

  remove(id: string): void {
    this.containers.get(id)?.timer?.dispose();
    this.containers.delete(id);
  }

  async exec(id: string, command: readonly string[]): Promise<ExecResult> {
    const k = this.running(id);
    return runCommand(this.beside(k), command, this.clock);
  }

  logs(id: string, o: LogOptions = {}): readonly LogLine[] {
    const k = this.containers.get(id);
    if (!k?.program) return [];
    const lines = k.program.lines(k.endedAt ?? this.clock.now(), Math.min(o.tail ?? MOST_LINES, MOST_LINES));
    return o.since === undefined ? lines : lines.filter((l) => l.time >= o.since!);
  }

  /** See usageOf; a mebibyte of disk. */
  stats(id: string): ContainerStats {
    return { ...this.usage(this.running(id)), diskBytes: MiB };
  }

  probe(id: string, probe: ProbeSpec, kind?: ProbeName): ProbeOutcome {
    const k = this.containers.get(id);
    if (!k || k.endedAt !== undefined) return { ok: false, output: 'container is not running' };
    const told = kind && k.told.probes[kind];
    if (told) return { ...told, steady: told.ok };
    const command = probe.exec?.command;
    if (!command?.length) return { ok: true, steady: true, output: '' };
    const runner = this.beside(k);
    const before = runner.elapsed;
    const timeout = (probe.timeoutSeconds ?? 1) * 1000;
    let output = '';
    try {
      const steps = runner.argv(command);
      for (;;) {
        const s = steps.next();
        if (s.done) return { ok: s.value === 0, output };
        if ('line' in s.value) output += `${s.value.line}\n`;
        else if ('endless' in s.value || s.value.wait === FOREVER || runner.elapsed - before > timeout) {
          return { ok: false, output: `command timed out: ${JSON.stringify(command.join(' '))} timed out after ${timeout / 1000}s` };
        }
      }
    } catch {
      // Not a command that can be told to fail.
      return { ok: true, steady: true, output: '' };
    }
  }

  private beside(k: Container): ReturnType<typeof newRunner> {
    return k.program ? k.program.beside(this.clock.now()) : newRunner(k.c, k.startedAt);
  }

  private running(id: string): Container {
    const k = this.containers.get(id);
    if (!k || k.endedAt !== undefined) throw new Error(`container ${this.scheme}${id} is not running`);
    return k;
  }

  private end(k: Container, e: Exit): void {
    k.timer = undefined;
    k.endedAt = this.clock.now();
    k.exited(e);
  }
}
