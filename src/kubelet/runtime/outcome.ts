import { parseGoDuration } from '../../api/meta/go-duration';
import type { KubeObject } from '../../api/meta/object';
import { parseQuantity, quantityMilliValue, quantityValue } from '../../api/quantity';

/**
 * Annotations that say what becomes of a pod's simulated containers, whatever their command line says. Each is for all containers, or with
 * `.NAME` behind it for one.
 */
const PREFIX = 'kubernest.io/';

export type ProbeName = 'startup' | 'liveness' | 'readiness';

/** What annotations say of one container; what they leave open is absent. */
export interface Outcome {
  /** How it ends, and how many milliseconds after its start. */
  end?: { after: number; code: number; reason?: string; message?: string };
  /** It runs for ever: nothing but the node ends it. */
  endless?: true;
  /** What its probes say. */
  probes: Partial<Record<ProbeName, { ok: boolean; output: string }>>;
  /** Milliseconds that pulling its image takes, and why it cannot be pulled. */
  pullTakes?: number;
  pullError?: string;
  /** What it uses: CPU in billionths of a core, memory in bytes. */
  cpuNanoCores?: number;
  memoryBytes?: number;
  /** Annotations that make no sense, and what they should be. */
  problems: string[];
}

const NOTHING: Outcome = { probes: {}, problems: [] };

export function outcomeOf(pod: KubeObject, container: string): Outcome {
  const { annotations } = pod.metadata;
  let any = false;
  for (const name in annotations) if (name.startsWith(PREFIX)) any = true;
  return any ? new Reader(annotations!, container).outcome() : NOTHING;
}

class Reader {
  private readonly o: Outcome = { probes: {}, problems: [] };

  constructor(
    private readonly annotations: Readonly<Record<string, string>>,
    private readonly container: string,
  ) {}

  outcome(): Outcome {
    const { o } = this;
    this.end();
    for (const name of ['startup', 'liveness', 'readiness'] as const) {
      const text = this.text(name);
      if (text === undefined) continue;
      const [, verdict, output] = /^(succeed|fail)(?::\s*(.*))?$/.exec(text) ?? [];
      if (verdict) o.probes[name] = { ok: verdict === 'succeed', output: output ?? (verdict === 'fail' ? 'as the pod is annotated' : '') };
      else this.wrong(name, text, '"succeed", "fail" or "fail: WORDS"');
    }
    const takes = this.read('pull-duration', parseGoDuration, 'a duration such as 20s');
    if (takes !== undefined) o.pullTakes = takes;
    const error = this.text('pull-error');
    if (error !== undefined) o.pullError = error;
    const cpu = this.read('cpu-usage', amount(quantityMilliValue), 'a quantity such as 250m');
    if (cpu !== undefined) o.cpuNanoCores = cpu * 1e6;
    const memory = this.read('memory-usage', amount(quantityValue), 'a quantity such as 300Mi');
    if (memory !== undefined) o.memoryBytes = memory;
    return o;
  }

  private end(): void {
    const code = this.read('exit-code', exitCode, 'a number from 0 to 255');
    if (this.text('duration') === 'forever') {
      this.o.endless = true;
      return;
    }
    const after = this.read('duration', parseGoDuration, 'a duration such as 90s, or "forever"');
    const reason = this.text('exit-reason');
    const message = this.text('exit-message');
    if (code === undefined && after === undefined && reason === undefined) return;
    this.o.end = { after: Math.max(0, after ?? 0), code: code ?? (reason === 'OOMKilled' ? 137 : reason ? 1 : 0), ...(reason ? { reason } : {}), ...(message ? { message } : {}) };
  }

  private text(name: string): string | undefined {
    return this.annotations[`${PREFIX}${name}.${this.container}`] ?? this.annotations[PREFIX + name];
  }

  private read(name: string, parse: (text: string) => number, wanted: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    try {
      return parse(text);
    } catch {
      this.wrong(name, text, wanted);
      return undefined;
    }
  }

  private wrong(name: string, text: string, wanted: string): void {
    this.o.problems.push(`annotation ${PREFIX}${name} is ${JSON.stringify(text)}; it must be ${wanted}`);
  }
}

function exitCode(text: string): number {
  const n = /^\d{1,3}$/.test(text) ? Number(text) : NaN;
  if (!(n <= 255)) throw new Error(`invalid exit code ${text}`);
  return n;
}

function amount(value: (text: string) => number): (text: string) => number {
  return (text) => {
    parseQuantity(text);
    return value(text);
  };
}
