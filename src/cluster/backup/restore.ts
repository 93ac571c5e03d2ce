import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DATABASE_FILE, PKI_FILE } from '../files';
import { keepPki } from '../pki';
import { occupy } from '../run-state';
import { dropNotes } from '../../storage/sqlite/notes';
import { readBackup } from './backup-file';

/**
 * Makes a backup the data of a new cluster in `dir`, with the same keys and the same history; the next start goes on from there.
 * @throws Error when the backup is none or damaged, or when a cluster is in `dir`: nothing is changed then
 */
export function restoreBackup(file: string, dir: string): { cluster: string; created: string } {
  const { pki, cluster, created } = readBackup(file);
  const target = join(dir, DATABASE_FILE);
  const refuse = (): never => {
    throw new Error(`there is a cluster in ${dir} already: delete it first, or choose another name or data folder`);
  };
  if (existsSync(target) || existsSync(join(dir, PKI_FILE))) refuse();
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const found = occupy(dir);
  if (!found.lock) return refuse();
  const draft = `${target}.restored`;
  try {
    copyFileSync(resolve(file), draft);
    chmodSync(draft, 0o600);
    dropNotes(draft);
    keepPki(dir, pki);
    // Last: a restore that was cut short leaves nothing that a start would take for a cluster with data.
    renameSync(draft, target);
  } catch (e) {
    rmSync(join(dir, PKI_FILE), { force: true });
    throw new Error(`${file} cannot be restored into ${dirname(target)}: ${(e as Error).message}`, { cause: e });
  } finally {
    rmSync(draft, { force: true });
    found.lock.release();
  }
  return { cluster, created };
}
