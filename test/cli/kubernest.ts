import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const root = join(__dirname, '..', '..');

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  /** Resolves when stderr has that text. */
  until(text: string): Promise<void>;
  ended: Promise<Outcome>;
}

/** The command as it is built, with a home folder of its own. */
export class Kubernest {
  readonly home = mkdtempSync(join(tmpdir(), 'kubernest-home-'));
  private static main: string;
  private readonly children = new Set<ChildProcess>();

  /** Builds when the sources are newer. */
  static async build(): Promise<void> {
    const scripts = (await import(join(root, 'scripts', 'build-if-stale.mjs'))) as { main: string; stale(): boolean; build(): Promise<{ code: number; output: string }> };
    Kubernest.main = scripts.main;
    if (!scripts.stale()) return;
    const { code, output } = await scripts.build();
    if (code !== 0) throw new Error(`the build failed:\n${output}`);
  }

  /** Begins a command; `until` resolves when its output says so, `ended` at its end. */
  begin(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
    const child = spawn(process.execPath, [Kubernest.main, ...args], { env: { PATH: process.env['PATH'], HOME: this.home, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.children.add(child);
    const o: Outcome = { code: null, stdout: '', stderr: '' };
    child.stdout.on('data', (d) => (o.stdout += d));
    child.stderr.on('data', (d) => (o.stderr += d));
    const ended = new Promise<Outcome>((resolve) =>
      child.on('close', (code) => {
        this.children.delete(child);
        resolve({ ...o, code });
      }),
    );
    const until = (text: string): Promise<void> =>
      new Promise((resolve, reject) => {
        const look = (): void => void (o.stderr.includes(text) && resolve());
        child.stderr.on('data', look);
        look();
        void ended.then((e) => reject(new Error(`ended with ${e.code}: ${e.stderr}`)));
      });
    return { child, until, ended };
  }

  run(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Outcome> {
    return this.begin(args, env).ended;
  }

  /** Ends what still runs and removes the home folder. */
  async end(): Promise<void> {
    for (const c of [...this.children]) {
      const ended = new Promise((r) => c.once('close', r));
      if (c.kill('SIGKILL')) await ended;
    }
    rmSync(this.home, { recursive: true, force: true });
  }
}
