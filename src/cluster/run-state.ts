import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockFile } from '../storage/sqlite/lock';
import type { FileLock } from '../storage/sqlite/lock';
import { StoreError } from '../storage/store-error';
import { DATABASE_FILE, RUN_FILE } from './files';

/** What a running cluster tells other commands about itself; in its data folder while it runs. */
export interface RunState {
  name: string;
  pid: number;
  server: string;
  /** RFC 3339 */
  since: string;
}

export function writeRunState(dir: string, state: RunState): void {
  writeFileSync(join(dir, RUN_FILE), `${JSON.stringify(state)}\n`, { mode: 0o600 });
}

export function removeRunState(dir: string): void {
  rmSync(join(dir, RUN_FILE), { force: true });
}

/** What the cluster on this data folder wrote when it started; undefined when it wrote nothing that can be read. */
function readRunState(dir: string): RunState | undefined {
  const file = join(dir, RUN_FILE);
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as RunState;
  } catch {
    // Killed while it wrote: the lock tells whether it runs, and this is only what we know beyond that.
    return undefined;
  }
}

/** What is on a data folder: a lock on it when nothing runs there, or what is known of the cluster that does. */
export type Occupancy = { lock: FileLock } | { lock?: undefined; state: RunState | undefined };

/**
 * Tells whether a cluster runs on this data folder, by the lock of its store: process numbers come round again, and a killed cluster
 * leaves its run.json behind. The caller releases the lock. @throws StoreError when the folder cannot be used
 */
export function occupy(dir: string): Occupancy {
  try {
    return { lock: lockFile(join(dir, DATABASE_FILE)) };
  } catch (e) {
    if (e instanceof StoreError && e.code === 'Locked') return { state: readRunState(dir) };
    throw e;
  }
}
