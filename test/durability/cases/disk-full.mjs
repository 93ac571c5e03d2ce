import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Churn } from '../churn.mjs';
import { startServer } from '../server.mjs';

export const title = 'disk full';

/** No file may grow beyond a limit (as with ulimit): writes fail in the middle, at a different place each time. */
export default async function diskFull({ main, dir, kills }, problems) {
  const kubeconfig = join(dir, 'kubeconfig');
  const command = [process.execPath, main, 'up', '--data-dir', join(dir, 'data'), '--kubeconfig', kubeconfig, '--port', '0', '--components', 'none'];
  const churn = new Churn(2000);
  const rounds = Math.min(kills, 6);
  let server = await startServer(command, kubeconfig, 64);
  await server.stop();
  let refused = 0;
  for (let run = 0; run < rounds; run++) {
    const limit = Math.ceil(statSync(join(dir, 'data', 'state.db')).size / 1024) + 300 + run * 37;
    server = await startServer(['bash', '-c', `ulimit -f ${limit}; exec "$@"`, 'bash', ...command], kubeconfig, 64);
    const before = churn.errors.get(500) ?? 0;
    const until = performance.now() + 20_000;
    await churn.run(server.api, 16, () => (churn.errors.get(500) ?? 0) > before + 20 || performance.now() > until, [500]);
    const failures = (churn.errors.get(500) ?? 0) - before;
    refused += failures;
    if (failures === 0) problems.push('no write failed, so that nothing was tried');
    // What has been answered stays readable, and the server says what is wrong with it.
    const live = await server.api.request('GET', '/livez?verbose');
    if (live.code !== 500) problems.push(`/livez answered ${live.code} after the disk was full`);
    await server.kill();
    server = await startServer(command, kubeconfig, 64);
    await churn.check(server.api, problems);
    let stop = false;
    setTimeout(() => (stop = true), 300);
    await churn.run(server.api, 16, () => stop);
    await sleep(0);
    await server.stop();
  }
  return { did: `${rounds} times full, ${refused} refused`, answered: churn.answered };
}
