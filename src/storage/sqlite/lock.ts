import Database from 'better-sqlite3';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { StoreError } from '../store-error';
import { toStoreError } from './sqlite-error';

/** Held as long as the store is open. */
export interface FileLock {
  release(): void;
}

/**
 * Takes the exclusive lock on the store `file`: a transaction held open on the small database `file`.lock. The operating system
 * drops it with the process, however that ends, so a lock left behind by a killed process does not count.
 * `file`.pid says who has it, for the message only.
 * @throws StoreError Locked, Unavailable
 */
export function lockFile(file: string): FileLock {
  const path = `${file}.lock`;
  const pidFile = `${file}.pid`;
  let db: Database.Database | undefined;
  try {
    db = new Database(path, { timeout: 0 });
    db.exec('BEGIN EXCLUSIVE');
  } catch (e) {
    db?.close();
    const error = toStoreError(file, e);
    if (error.code !== 'Locked') throw error;
    throw new StoreError('Locked', `the store ${file} is in use by ${holder(pidFile)}; stop it or choose another data folder`, { cause: e });
  }
  const held = db;
  try {
    writeFileSync(pidFile, `${process.pid}\n`);
  } catch (e) {
    held.close();
    throw toStoreError(file, e);
  }
  return {
    release(): void {
      rmSync(pidFile, { force: true });
      held.close();
    },
  };
}

function holder(pidFile: string): string {
  try {
    const pid = readFileSync(pidFile, 'utf8').trim();
    return /^\d+$/.test(pid) ? `process ${pid}` : 'another process';
  } catch {
    // The holder is just starting or stopping: it is there all the same.
    return 'another process';
  }
}
