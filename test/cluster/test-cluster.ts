import { startCluster, type RunningCluster } from '../../src/cluster/cluster';
import { type ClusterOptions, validateOptions } from '../../src/cluster/options';
import { silentLog } from '../../src/util/log';
import { SystemRandom } from '../../src/util/random';
import { SystemClock } from '../../src/util/system-clock';

export type TestCluster = RunningCluster;

/** A bare cluster of its own in this process: in memory, on a free port. */
export function startTestCluster(options: Partial<ClusterOptions> = {}): Promise<TestCluster> {
  const complete = validateOptions({ ephemeral: true, port: 0, kubeconfig: false, addons: ['none'], ...options });
  return startCluster(complete, { clock: new SystemClock(), random: new SystemRandom(), log: silentLog, env: process.env });
}
