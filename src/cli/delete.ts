import { existsSync, readdirSync, rmSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { dataDirOf } from '../cluster/data-dir';
import { DATABASE_FILE, KUBECONFIG_FILE, PKI_FILE, RUN_FILE } from '../cluster/files';
import { defaultKubeconfigPath, removeFromKubeconfig } from '../cluster/kubeconfig';
import { occupy } from '../cluster/run-state';
import { SystemClock } from '../util/system-clock';

/**
 * Deletes the data of a stopped cluster and its entries in the user's kubeconfig. Only the cluster's own files go; the folder, too, when
 * nothing else is in it. @throws Error when it runs or is not there
 */
export async function deleteCluster(o: { name: string; dataDir?: string }, env: NodeJS.ProcessEnv): Promise<void> {
  const dir = dataDirOf(o, env);
  if (!existsSync(join(dir, DATABASE_FILE))) throw new Error(`there is no cluster ${o.name} in ${dir}`);
  const found = occupy(dir);
  if (!found.lock) throw new Error(`cluster ${o.name} is running${found.state ? ` (process ${found.state.pid})` : ''}: stop it with Ctrl-C first`);
  const lockFile = `${DATABASE_FILE}.lock`;
  try {
    const ours = readdirSync(dir).filter((f) => f.startsWith(DATABASE_FILE) || [PKI_FILE, RUN_FILE, KUBECONFIG_FILE].includes(f));
    for (const f of ours) if (f !== lockFile) rmSync(join(dir, f), { force: true });
  } finally {
    found.lock.release();
  }
  rmSync(join(dir, lockFile), { force: true });
  const left = readdirSync(dir);
  if (!left.length) rmdirSync(dir);
  const kubeconfig = defaultKubeconfigPath(env);
  const removed = await removeFromKubeconfig(kubeconfig, o.name, new SystemClock());
  const kept = left.length ? `; the folder stays, since it holds ${left.slice(0, 3).join(', ')}${left.length > 3 ? ' and more' : ''}` : '';
  process.stdout.write(`Deleted cluster ${o.name} (${dir})${removed ? ` and its context in ${kubeconfig}` : ''}${kept}.\n`);
}
