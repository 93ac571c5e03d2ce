import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Churn } from '../churn.mjs';
import { startServer } from '../server.mjs';

export const title = 'read-only file system';

const digest = (dir) => readdirSync(dir).filter((f) => /^(state\.db|pki\.json)/.test(f) && !f.endsWith('.lock')).map((f) => `${f} ${createHash('sha256').update(readFileSync(join(dir, f))).digest('hex')}`).join('\n');

/** Started on a file system that cannot be written, it says so and changes nothing; afterwards everything is there. */
export default async function readOnly({ main, dir }, problems) {
  if (spawnSync('unshare', ['-m', 'true']).status !== 0) return { skipped: 'mounting needs root' };
  const kubeconfig = join(dir, 'kubeconfig');
  const data = join(dir, 'data');
  const command = [process.execPath, main, 'up', '--data-dir', data, '--kubeconfig', kubeconfig, '--port', '0', '--components', 'none'];
  const churn = new Churn();
  let server = await startServer(command, kubeconfig, 64);
  const until = performance.now() + 500;
  await churn.run(server.api, 16, () => performance.now() > until);
  await server.kill();
  const before = digest(data);
  const r = spawnSync('unshare', ['-m', 'bash', '-c', `mount --bind '${data}' '${data}' && mount -o remount,bind,ro '${data}' && exec "$@"`, 'bash', ...command], { encoding: 'utf8', timeout: 20_000 });
  if (r.status !== 1) problems.push(`on a read-only file system it ended with ${r.status ?? r.signal}, not with 1`);
  if (!/kubernest: the store .* cannot be read or written .*check the folder, its permissions and its disk/.test(r.stderr)) problems.push(`it said: ${r.stderr.slice(-300)}`);
  if (digest(data) !== before) problems.push('files were changed');
  server = await startServer(command, kubeconfig, 64);
  await churn.check(server.api, problems);
  await server.stop();
  return { did: '1 refused start', answered: churn.answered };
}
