import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Churn } from '../churn.mjs';
import { startServer } from '../server.mjs';

export const title = 'slow disk';
/** Microseconds by which every flush to the disk is made slower. */
const DELAY = 150_000;

/** Every flush takes long: reads are served meanwhile, writes are answered only after it, and a kill loses none of those. */
export default async function slowDisk({ main, dir, kills, seconds }, problems) {
  if (spawnSync('strace', ['-V']).status !== 0) return { skipped: 'needs strace' };
  const kubeconfig = join(dir, 'kubeconfig');
  const command = [process.execPath, main, 'up', '--data-dir', join(dir, 'data'), '--kubeconfig', kubeconfig, '--port', '0', '--components', 'none'];
  const slow = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=fsync,fdatasync', '-e', `inject=fsync,fdatasync:delay_enter=${DELAY}`, ...command];
  const churn = new Churn();
  const rounds = Math.min(kills, 3);
  let reads = 0;
  for (let run = 0; run < rounds; run++) {
    const server = await startServer(slow, kubeconfig, 64);
    const writing = churn.run(server.api, 16, () => false);
    const until = performance.now() + seconds * 2000;
    let quick = 0;
    while (performance.now() < until) {
      const began = performance.now();
      await server.api.request('GET', '/api/v1/namespaces/default');
      reads++;
      if (performance.now() - began < DELAY / 2000) quick++;
      await sleep(5);
    }
    if (quick === 0) problems.push('no read was served while writes waited for the disk');
    await server.kill();
    await writing;
    const again = await startServer(command, kubeconfig, 64);
    await churn.check(again.api, problems);
    await again.stop();
  }
  return { did: `${rounds} kills, ${reads} reads meanwhile`, answered: churn.answered };
}
