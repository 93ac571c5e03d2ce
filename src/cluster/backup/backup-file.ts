import { existsSync, rmSync } from 'node:fs';
import { addNotes, readNotes } from '../../storage/sqlite/notes';
import type { Store } from '../../storage/store';
import type { Pki } from '../pki';

/** What is in a backup beside the store. */
export interface BackupContents {
  /** Name of the cluster it was made of. */
  cluster: string;
  /** RFC 3339 */
  created: string;
  pki: Pki;
}

/**
 * Makes a backup: the store's database with all its history, the cluster's keys, and what it is a backup of. One file of mode 0600.
 * The store goes on being used meanwhile. Rejects, leaving no file, when it cannot be written
 */
export async function makeBackup(store: Store, file: string, contents: BackupContents): Promise<void> {
  await store.backup(file);
  try {
    addNotes(file, { ...contents });
  } catch (e) {
    rmSync(file, { force: true });
    throw e;
  }
}

/** Checks a backup and reads what it holds beside the store. @throws Error naming the file when it is none, or damaged */
export function readBackup(file: string): BackupContents {
  if (!existsSync(file)) throw new Error(`there is no file ${file}`);
  try {
    const notes = readNotes(file) as Partial<BackupContents> | undefined;
    if (!notes) throw new Error('it was not made by kubernest backup');
    const { cluster, created, pki } = notes;
    if (!cluster || !created || !pki) throw new Error('it is not whole');
    return { cluster, created, pki };
  } catch (e) {
    throw new Error(`${file} cannot be restored: ${(e as Error).message}`, { cause: e });
  }
}
