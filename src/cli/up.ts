import 'reflect-metadata';
import { join, resolve } from 'node:path';
import { startCluster } from '../cluster/cluster';
import type { RunningCluster } from '../cluster/cluster';
import { COMPONENT_NAMES } from '../cluster/components.module';
import { KUBECONFIG_FILE } from '../cluster/files';
import { contextName, defaultKubeconfigPath, mergeKubeconfig, removeFromKubeconfig, writeKubeconfig } from '../cluster/kubeconfig';
import { validateOptions } from '../cluster/options';
import { schedulerOptions } from '../cluster/scheduler-config';
import type { ClusterOptions } from '../cluster/options';
import type { Clock } from '../util/clock';
import { SystemClock } from '../util/system-clock';
import { SystemRandom } from '../util/random';
import { lastingStderr } from './lasting-stderr';
import { makeLog } from './log';
import { optimizeOnceBusy } from './optimizing';
import { Progress } from './progress';
import { stopSignal } from './stop-signal';

/** `kubernest up`: starts a cluster, tells what to type next, and stops it cleanly at Ctrl-C or SIGTERM. */
export async function runUp(given: Partial<ClusterOptions>, env: NodeJS.ProcessEnv): Promise<void> {
  const options = validateOptions(given, COMPONENT_NAMES);
  // Mistakes in the file are told before anything starts.
  schedulerOptions(options.schedulerConfig);
  const clock = new SystemClock();
  const out = lastingStderr(process);
  const progress = new Progress(out, clock);
  const log = makeLog(options.logLevel, options.logFormat);
  const since = clock.monotonic();
  const signal = stopSignal(process);

  let cluster: RunningCluster;
  try {
    cluster = await startCluster(options, { clock, random: new SystemRandom(), log, env, progress, signal });
  } catch (e) {
    progress.failed();
    if (signal.aborted) return;
    throw e;
  }
  let where: Kubeconfig | undefined;
  const optimizing = optimizeOnceBusy(clock);
  try {
    where = await keepKubeconfig(cluster, options, env, clock);
    const took = ((clock.monotonic() - since) / 1000).toFixed(2);
    out.write(instructions(cluster, options, where, took));
    if (!signal.aborted) await new Promise((r) => signal.addEventListener('abort', r, { once: true }));
    out.write('\n');
  } finally {
    optimizing.dispose();
    progress.begin('stopping');
    await cluster.stop();
    progress.done();
  }
  // Nothing is left that the context could lead to.
  if (options.ephemeral && where && !where.own) await removeFromKubeconfig(where.file, options.name, clock, cluster.server);
}

/** Where kubectl finds the cluster: a file and a context in it. `own`: nothing else is in that file. */
interface Kubeconfig {
  file: string;
  own: boolean;
}

/** Writes the kubeconfig where it was wanted. */
async function keepKubeconfig(cluster: RunningCluster, options: ClusterOptions, env: NodeJS.ProcessEnv, clock: Clock): Promise<Kubeconfig | undefined> {
  if (options.kubeconfig === false) return undefined;
  if (options.kubeconfig !== undefined) {
    const file = resolve(options.kubeconfig);
    writeKubeconfig(file, cluster.kubeconfig);
    return { file, own: true };
  }
  const file = defaultKubeconfigPath(env);
  await mergeKubeconfig(file, cluster.kubeconfig, clock);
  return { file, own: false };
}

function instructions(cluster: RunningCluster, options: ClusterOptions, where: Kubeconfig | undefined, took: string): string {
  const context = contextName(options.name);
  const kubectl = !where ? '' : where.own ? `kubectl --kubeconfig ${where.file}` : `kubectl --context ${context}`;
  const lines = [
    '',
    `Cluster ${options.name} is ready after ${took} s: ${cluster.server}`,
    '',
    `  kubeconfig   ${where ? `${where.file}  (context ${context})` : cluster.dataDir === undefined ? 'none written' : `none written; there is a copy in ${join(cluster.dataDir, KUBECONFIG_FILE)}`}`,
    ...(where ? [`  try          ${kubectl} get nodes`, `               ${kubectl} create deployment web --image=nginx --replicas=3`] : []),
    `  data         ${cluster.dataDir ?? 'in memory, gone when the cluster stops'}`,
    '  stop         Ctrl-C',
    '',
  ];
  return `${lines.join('\n')}\n`;
}
