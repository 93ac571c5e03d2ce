import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Churn, Follower } from '../churn.mjs';
import { startServer } from '../server.mjs';

export const title = 'kill -9 under load';

/** Kills at moments spread over a run. `more`: further options of the server. */
export async function killLoop({ main, dir, kills, seconds }, problems, more = []) {
  const kubeconfig = join(dir, 'kubeconfig');
  const command = [process.execPath, main, 'up', '--data-dir', join(dir, 'data'), '--kubeconfig', kubeconfig, '--port', '0', '--components', 'none', ...more];
  const churn = new Churn();
  const follower = new Follower();
  let server = await startServer(command, kubeconfig, 64);
  await follower.list(server.api);
  for (let run = 0; run < kills; run++) {
    const watching = follower.follow(server.api, problems);
    const writing = churn.run(server.api, 32, () => false);
    await sleep((seconds * 1000 * (run + 1)) / kills + run * 7);
    await server.kill();
    await Promise.all([writing, watching]);
    server = await startServer(command, kubeconfig, 64);
    await churn.check(server.api, problems);
    const expired = follower.expired;
    const resumed = follower.follow(server.api, problems);
    await sleep(50);
    if (follower.expired > expired) {
      resumed.stop();
      await follower.list(server.api);
    } else {
      await follower.settled(server.api, problems);
      resumed.stop();
    }
    await resumed;
  }
  await server.kill();
  return { did: `${kills} kills, ${follower.events} events${follower.expired ? `, ${follower.expired} expired` : ''}`, answered: churn.answered };
}

export default killLoop;
