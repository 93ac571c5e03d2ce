import { createWriteStream, existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { optionsFromKubeconfig } from '../client/kubeconfig';
import { HttpTransport } from '../client/http-transport';
import { makeBackup } from '../cluster/backup/backup-file';
import { dataDirOf } from '../cluster/data-dir';
import { DATABASE_FILE, KUBECONFIG_FILE } from '../cluster/files';
import { loadPki } from '../cluster/pki';
import { occupy } from '../cluster/run-state';
import { formatTime } from '../api/meta/time';
import { openSqliteStore } from '../storage/sqlite/open-sqlite-store';
import { silentLog } from '../util/log';
import { SystemClock } from '../util/system-clock';

export interface BackupOptions {
  file: string;
  name: string;
  dataDir?: string;
  /** Of a cluster whose data folder is not at hand: an ephemeral one, or one of another user. */
  kubeconfig?: string;
}

/**
 * `kubernest backup FILE`: everything a cluster holds and its keys, in one file. A running cluster goes on meanwhile.
 * @throws Error when the file exists, or there is no such cluster; no file is left then
 */
export async function backupCluster(o: BackupOptions, env: NodeJS.ProcessEnv): Promise<void> {
  const file = resolve(o.file);
  if (existsSync(file)) throw new Error(`${file} exists already: choose another name, backups are not overwritten`);
  if (!existsSync(dirname(file))) throw new Error(`there is no folder ${dirname(file)}: make it first`);
  const draft = `${file}.partial`;
  try {
    if (o.kubeconfig !== undefined) await download(resolve(o.kubeconfig), draft);
    else await fromDataDir(o, dataDirOf(o, env), draft);
    renameSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
  process.stdout.write(`Backed up cluster ${o.kubeconfig === undefined ? o.name : `of ${o.kubeconfig}`} to ${file} (${(statSync(file).size / 1e6).toFixed(1)} MB; it holds private keys).\n`);
}

async function fromDataDir(o: BackupOptions, dir: string, draft: string): Promise<void> {
  const database = join(dir, DATABASE_FILE);
  if (!existsSync(database)) throw new Error(`there is no cluster ${o.name} in ${dir}: name another, or give the --kubeconfig of an ephemeral one`);
  const found = occupy(dir);
  if (!found.lock) return download(join(dir, KUBECONFIG_FILE), draft);
  found.lock.release();
  const clock = new SystemClock();
  const store = await openSqliteStore({ file: database, clock, log: silentLog, historyMs: Infinity });
  try {
    await makeBackup(store, draft, { cluster: o.name, created: formatTime(clock.now()), pki: await loadPki(dir, clock.now()) });
  } finally {
    await store.close();
  }
}

async function download(kubeconfig: string, draft: string): Promise<void> {
  const { namespace: _, ...options } = optionsFromKubeconfig(readFileSync(kubeconfig, 'utf8'), dirname(kubeconfig));
  const transport = new HttpTransport({ ...options, clock: new SystemClock() });
  try {
    const answer = await transport.download('/kubernest/v1/backup');
    await pipeline(answer, createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true }));
    // A body that was cut short is told by the connection, not by an error of the stream.
    if (!answer.complete) throw new Error('the cluster ended the connection before the backup was whole: try again');
  } finally {
    transport.close();
  }
}
