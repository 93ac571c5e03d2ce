import { restoreBackup } from '../cluster/backup/restore';
import { dataDirOf } from '../cluster/data-dir';

/** `kubernest restore FILE`: a new cluster from a backup; the next `kubernest up` of that name starts it. @throws Error when that cannot be */
export function restoreCluster(o: { file: string; name: string; dataDir?: string }, env: NodeJS.ProcessEnv): void {
  const dir = dataDirOf(o, env);
  const { cluster, created } = restoreBackup(o.file, dir);
  process.stdout.write(`Restored cluster ${cluster} as of ${created} into ${dir}.\nStart it with kubernest up --name ${o.name}${o.dataDir === undefined ? '' : ` --data-dir ${dir}`}\n`);
}
