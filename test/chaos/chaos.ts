import type { KubeObject } from '../../src/api/meta/object';
import type { Pod } from '../../src/controllers/shared/types';
import { SeededRandom } from '../../src/util/random';
import type { Process } from '../cluster/simulation';
import { PROCESSES, Simulation } from '../cluster/simulation';
import type { Faults, Line } from './faulty-client';
import { faultyClient } from './faulty-client';

const FAULTS: Faults = { conflict: 0.05, timeout: 0.04, broken: 0.04, read: 0.02, watch: 0.003, latency: 40 };

/** A cluster whose parts are killed and begun anew, over lines that lose and delay; all of it drawn from one seed. */
export class Chaos {
  s!: Simulation;
  /** Pods as stored, by namespace/name. */
  pods: ReadonlyMap<string, Pod> = new Map<string, Pod>();
  /** What must never be and was. */
  readonly violations: string[] = [];
  private readonly lines = new Map<Process, Line>();
  private readonly random: SeededRandom;
  private faults: Faults | undefined;

  private constructor(seed: number) {
    this.random = new SeededRandom(seed * 7919 + 1);
  }

  static async start(seed: number, nodes = 3, addons: readonly string[] = []): Promise<Chaos> {
    const c = new Chaos(seed);
    c.s = await Simulation.start({
      seed,
      nodes,
      addons,
      wrap: (process, clock) => {
        const line: Line = { faults: c.faults, killed: false };
        c.lines.set(process, line);
        return (client) => faultyClient(client, line, { clock, random: c.random });
      },
    });
    return c;
  }

  /** Objects of a resource as stored, by key; kept up to date from now on. `changed` is called after every change. */
  follow(resource: string, changed: () => void = () => undefined): Map<string, KubeObject> {
    const found = new Map<string, KubeObject>();
    const pattern = new RegExp(`^(put|delete) /registry/${resource}/(.*)$`);
    this.s.plane.changes((key, bytes) => {
      const change = pattern.exec(key);
      if (!change) return;
      if (change[1] === 'delete') found.delete(change[2]!);
      else found.set(change[2]!, JSON.parse(Buffer.from(bytes).toString()) as KubeObject);
      changed();
    });
    return found;
  }

  /** After every change of a pod `check` tells what is wrong, if anything. */
  never(check: () => string | undefined): void {
    this.pods = this.follow('pods', () => this.note(check())) as Map<string, Pod>;
  }

  /** What is wrong, if anything; once in a row. */
  note(wrong: string | undefined): void {
    if (wrong !== undefined && this.violations.at(-1) !== wrong) this.violations.push(wrong);
  }

  /** Kills, stops and begins processes `times` times, one or several at once, while requests go wrong. */
  async rage(times: number, meanwhile: (i: number) => Promise<void> = async () => undefined): Promise<void> {
    this.weather(FAULTS);
    for (let i = 0; i < times; i++) {
      await this.s.run(50 + this.random.int(3000));
      await meanwhile(i);
      const victims = PROCESSES.filter(() => this.random.next() < 0.5);
      for (const p of victims) {
        if (this.random.next() < 0.7) {
          this.lines.get(p)!.killed = true;
          this.s.drop(p);
        } else await this.s.end(p);
      }
      await this.s.run(this.random.int(4000));
      for (const p of victims) await this.s.begin(p);
    }
    this.weather(undefined);
  }

  list(namespace: string): Pod[] {
    return [...this.pods.values()].filter((p) => p.metadata.namespace === namespace);
  }

  private weather(faults: Faults | undefined): void {
    this.faults = faults;
    for (const line of this.lines.values()) line.faults = faults;
  }
}

/** Neither ended nor being deleted. */
export function isLive(p: KubeObject): boolean {
  const phase = p['status']?.phase as string | undefined;
  return p.metadata.deletionTimestamp === undefined && phase !== 'Succeeded' && phase !== 'Failed';
}
