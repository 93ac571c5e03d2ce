import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Churn, LABEL } from '../churn.mjs';
import { startServer } from '../server.mjs';

export const title = 'backup under load, restored';

const PATH = '/api/v1/namespaces/default/configmaps';

/** Backups of a cluster that is written to all the time; each restored one must be the source at one revision, object by object. */
export default async function backup({ main, dir, kills }, problems) {
  const up = (name) => [process.execPath, main, 'up', '--data-dir', join(dir, name), '--kubeconfig', join(dir, `${name}.kubeconfig`), '--port', '0', '--components', 'none'];
  const churn = new Churn();
  const source = await startServer(up('source'), join(dir, 'source.kubeconfig'), 64);
  const copies = Math.min(kills, 4);
  let stop = false;
  const writing = churn.run(source.api, 16, () => stop);
  for (let i = 0; i < copies; i++) {
    const file = join(dir, `backup-${i}.db`);
    const before = churn.newestRevision;
    const made = spawnSync(process.execPath, [main, 'backup', file, '--data-dir', join(dir, 'source')], { encoding: 'utf8' });
    if (made.status !== 0) problems.push(`backup ended with ${made.status}: ${made.stderr}`);
    const restored = spawnSync(process.execPath, [main, 'restore', file, '--data-dir', join(dir, `copy-${i}`)], { encoding: 'utf8' });
    if (restored.status !== 0) problems.push(`restore ended with ${restored.status}: ${restored.stderr}`);
    const copy = await startServer(up(`copy-${i}`), join(dir, `copy-${i}.kubeconfig`), 8);
    const { body: there } = await copy.api.request('GET', `${PATH}?${LABEL}`);
    const rev = there.metadata.resourceVersion;
    if (Number(rev) < before) problems.push(`backup ${i} has revision ${rev}, but ${before} was answered before it began`);
    const { body: then } = await source.api.request('GET', `${PATH}?${LABEL}&resourceVersion=${rev}&resourceVersionMatch=Exact`);
    if (JSON.stringify(there.items) !== JSON.stringify(then.items)) problems.push(`backup ${i} is not the source at revision ${rev}`);
    await copy.stop();
  }
  stop = true;
  await writing;
  await churn.check(source.api, problems);
  await source.stop();
  return { did: `${copies} backups restored and compared`, answered: churn.answered };
}
