import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Api } from '../api.mjs';
import { Churn, Follower } from '../churn.mjs';

export const title = 'clock jumping by days, both ways';

/** The wall clock jumps under load while the cluster runs and between its runs; revisions and watches go on as ever. */
export default async function clockJumps({ main, dir, kills }, problems) {
  const require = createRequire(import.meta.url);
  const { startCluster } = require(join(dirname(main), 'cluster', 'cluster.js'));
  const { validateOptions } = require(join(dirname(main), 'cluster', 'options.js'));
  const { SystemClock } = require(join(dirname(main), 'util', 'system-clock.js'));
  const { SystemRandom } = require(join(dirname(main), 'util', 'random.js'));
  const { silentLog } = require(join(dirname(main), 'util', 'log.js'));
  let offset = 0;
  class JumpingClock extends SystemClock {
    now() {
      return super.now() + offset;
    }
  }
  const kubeconfig = join(dir, 'kubeconfig');
  const start = () =>
    startCluster(validateOptions({ dataDir: join(dir, 'data'), port: 0, components: ['none'], kubeconfig: false }), { clock: new JumpingClock(), random: new SystemRandom(), log: silentLog, env: process.env });
  const churn = new Churn();
  const follower = new Follower();
  const day = 86_400_000;
  let jumps = 0;
  const { writeFileSync } = require('node:fs');
  for (let run = 0; run < Math.min(kills, 4); run++) {
    const cluster = await start();
    writeFileSync(kubeconfig, require('yaml').stringify(cluster.kubeconfig));
    const api = new Api(kubeconfig, 32);
    // Certificates are of today, whatever the clock says.
    if (run === 0) await follower.list(api);
    await churn.check(api, problems);
    const watching = follower.follow(api, problems);
    let stop = false;
    const writing = churn.run(api, 16, () => stop);
    for (const by of [3 * day, -7 * day, day / 2, -day]) {
      await new Promise((r) => setTimeout(r, 150));
      offset += by;
      jumps++;
    }
    await new Promise((r) => setTimeout(r, 150));
    stop = true;
    await writing;
    await churn.check(api, problems);
    await follower.settled(api, problems);
    watching.stop();
    await watching;
    api.close();
    await cluster.stop();
    offset += run % 2 ? 30 * day : -30 * day;
    jumps++;
  }
  return { did: `${jumps} jumps, ${follower.events} events`, answered: churn.answered };
}
