import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataDirOf } from '../cluster/data-dir';
import { KUBECONFIG_FILE } from '../cluster/files';

/** Prints the kubeconfig of a cluster that has been started at least once. @throws Error when there is none */
export function printKubeconfig(o: { name: string; dataDir?: string }, env: NodeJS.ProcessEnv): void {
  const dir = dataDirOf(o, env);
  const file = join(dir, KUBECONFIG_FILE);
  if (!existsSync(file)) throw new Error(`there is no cluster ${o.name} in ${dir}: start one with kubernest up --name ${o.name}`);
  process.stdout.write(readFileSync(file, 'utf8'));
}
