import type { Clock } from '../../util/clock';
import type { ContainerConfig, ExecResult, LogLine } from './runtime';
import { NotUnderstood } from './shell-parser';
import { ShellRunner } from './shell-runner';
import { FOREVER } from './shell-words';

/** Programs that take more steps than that are taken to run for ever. */
const MOST_STEPS = 100_000;

/**
 * What a container's command line does, as far as that is plain: it can be played again from its start, so that a restarted process knows where
 * it stands.
 */
export class Program {
  private constructor(
    private readonly argv: readonly string[],
    private readonly c: ContainerConfig,
    private readonly startedAt: number,
    /** Milliseconds after the start at which it ends, and its exit code; undefined when it never does. */
    readonly end: { at: number; code: number } | undefined,
  ) {}

  /** The program of a container, or undefined when its image decides what runs, or the command is not understood. */
  static of(c: ContainerConfig, startedAt: number): Program | undefined {
    const argv = [...c.command, ...c.args];
    if (!argv.length) return undefined;
    try {
      const runner = newRunner(c, startedAt);
      const steps = runner.argv(argv);
      for (let n = 0; n < MOST_STEPS; n++) {
        const s = steps.next();
        if (s.done) return new Program(argv, c, startedAt, { at: runner.elapsed, code: s.value });
        if ('endless' in s.value || ('wait' in s.value && s.value.wait === FOREVER)) break;
      }
      return new Program(argv, c, startedAt, undefined);
    } catch (e) {
      if (e instanceof NotUnderstood) return undefined;
      throw e;
    }
  }

  /** What it has written up to `now`, at most the last `most` lines. */
  lines(now: number, most: number): LogLine[] {
    const out: LogLine[] = [];
    this.play(now, (line) => {
      out.push(line);
      if (out.length > 2 * most) out.splice(0, out.length - most);
    });
    return out.slice(-most);
  }

  /** Runs a command beside it, seeing the files that it has made by `now`. */
  beside(now: number): ShellRunner {
    return this.play(now, () => {});
  }

  private play(now: number, line: (l: LogLine) => void): ShellRunner {
    const runner = newRunner(this.c, this.startedAt);
    const steps = runner.argv(this.argv);
    try {
      for (let n = 0; n < MOST_STEPS; n++) {
        const s = steps.next();
        if (s.done || this.startedAt + runner.elapsed > now) break;
        if ('line' in s.value) line({ time: this.startedAt + runner.elapsed, stream: s.value.stream, text: s.value.line });
      }
    } catch (e) {
      if (!(e instanceof NotUnderstood)) throw e;
    }
    return runner;
  }
}

/** Runs a command in a container to its end, waiting as it waits. */
export async function runCommand(runner: ShellRunner, argv: readonly string[], clock: Clock): Promise<ExecResult> {
  const out = { stdout: '', stderr: '' };
  try {
    const steps = runner.argv(argv);
    for (;;) {
      const s = steps.next();
      if (s.done) return { code: s.value, ...out };
      if ('line' in s.value) out[s.value.stream] += `${s.value.line}\n`;
      else if ('wait' in s.value && s.value.wait !== FOREVER) await clock.sleep(s.value.wait);
    }
  } catch (e) {
    if (!(e instanceof NotUnderstood)) throw e;
    return { code: 127, stdout: out.stdout, stderr: `exec: ${JSON.stringify(argv[0])}: executable file not found in $PATH\n` };
  }
}

export function newRunner(c: ContainerConfig, startedAt: number): ShellRunner {
  const env = new Map(c.env.map((e) => [e.name, e.value ?? '']));
  const hostname = (c.pod['spec'].hostname as string | undefined) ?? c.pod.metadata.name!;
  return new ShellRunner({ env, hostname, timeAt: (offset) => startedAt + offset });
}
