import type Database from 'better-sqlite3';
import { closeSync, openSync, rmSync } from 'node:fs';
import { StoreError } from '../store-error';
import { toStoreError } from './sqlite-error';

/** Pages copied between two looks at other work: 2 MiB. A database in memory is copied at once: SQLite would begin anew after every write. */
const STEP = 256;
const ALL = 0x7fffffff;

/**
 * Copies a database into a new file of mode 0600, a step at a time; its connection may be used meanwhile. `given up` true: stops.
 * Rejects with a StoreError and leaves no file when it fails, the file is there already included.
 */
export async function copyDatabase(db: Database.Database, file: string, givenUp: () => boolean): Promise<void> {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (e) {
    throw (e as NodeJS.ErrnoException).code === 'EEXIST' ? new StoreError('Unavailable', `the file ${file} exists already: choose another name for the copy`) : toStoreError(file, e);
  }
  try {
    await db.backup(file, {
      progress: () => {
        if (givenUp()) throw new StoreError('Closed', `the copy ${file} was given up, since the store closes`);
        return db.memory ? ALL : STEP;
      },
    });
  } catch (e) {
    for (const suffix of ['', '-journal', '-wal']) rmSync(file + suffix, { force: true });
    throw toStoreError(file, e);
  }
}
