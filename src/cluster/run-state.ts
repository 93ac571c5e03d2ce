import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a running cluster tells other commands about itself; in its data folder while it runs. */
export interface RunState {
  name: string;
  pid: number;
  server: string;
  /** RFC 3339 */
  since: string;
}

const FILE = 'run.json';

export function writeRunState(dir: string, state: RunState): void {
  writeFileSync(join(dir, FILE), `${JSON.stringify(state)}\n`, { mode: 0o600 });
}

export function removeRunState(dir: string): void {
  rmSync(join(dir, FILE), { force: true });
}

/** The state of the cluster that runs on this data folder; undefined when none does (a file left by a killed one is ignored). */
export function readRunState(dir: string): RunState | undefined {
  const file = join(dir, FILE);
  if (!existsSync(file)) return undefined;
  const state = JSON.parse(readFileSync(file, 'utf8')) as RunState;
  return isAlive(state.pid) ? state : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (e) {
    return (e as NodeJS.ErrnoException).code === 'EPERM';
  }
}
