import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { defaultDataDir } from '../cluster/data-dir';
import { DATABASE_FILE } from '../cluster/files';
import { defaultKubeconfigPath, removeFromKubeconfig } from '../cluster/kubeconfig';
import { readRunState } from '../cluster/run-state';

/** Deletes the data of a stopped cluster and its entries in the user's kubeconfig. @throws Error when it runs or is not there */
export function deleteCluster(o: { name: string; dataDir?: string }, env: NodeJS.ProcessEnv): void {
  const dir = o.dataDir ?? defaultDataDir(o.name, env);
  if (!existsSync(join(dir, DATABASE_FILE))) throw new Error(`there is no cluster ${o.name} in ${dir}`);
  const running = readRunState(dir);
  if (running) throw new Error(`cluster ${o.name} is running (process ${running.pid}): stop it with Ctrl-C first`);
  rmSync(dir, { recursive: true });
  const kubeconfig = defaultKubeconfigPath(env);
  const removed = removeFromKubeconfig(kubeconfig, o.name);
  process.stdout.write(`Deleted cluster ${o.name} (${dir})${removed ? ` and its context in ${kubeconfig}` : ''}.\n`);
}
