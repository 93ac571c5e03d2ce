import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { clientFromKubeconfig } from '../client/kubeconfig';
import { dataDirOf } from '../cluster/data-dir';
import { DATABASE_FILE, KUBECONFIG_FILE } from '../cluster/files';
import { occupy } from '../cluster/run-state';
import { SystemClock } from '../util/system-clock';

/** Exit code of `kubernest status` when the cluster is there but does not run. */
export const STOPPED = 3;

/** Tells whether a cluster runs, and counts what is in it. Exit code 3 when it is stopped. @throws Error when there is none */
export async function printStatus(o: { name: string; dataDir?: string; output: string }, env: NodeJS.ProcessEnv): Promise<void> {
  const dataDir = dataDirOf(o, env);
  if (!existsSync(join(dataDir, DATABASE_FILE))) throw new Error(`there is no cluster ${o.name} in ${dataDir}: start one with kubernest up --name ${o.name}`);
  const found = occupy(dataDir);
  found.lock?.release();
  if (found.lock) {
    process.exitCode = STOPPED;
    print({ name: o.name, state: 'stopped', dataDir }, o.output);
  } else if (!found.state) {
    print({ name: o.name, state: 'starting or stopping', dataDir }, o.output);
  } else {
    print({ ...found.state, state: 'running', ...(await counts(join(dataDir, KUBECONFIG_FILE))), dataDir }, o.output);
  }
}

function print(status: object, output: string): void {
  if (output === 'json') process.stdout.write(`${JSON.stringify(status)}\n`);
  else for (const [k, v] of Object.entries(status)) process.stdout.write(`${k.padEnd(10)}${String(v)}\n`);
}

async function counts(kubeconfig: string): Promise<{ nodes: string; pods: number }> {
  const client = clientFromKubeconfig(kubeconfig, { clock: new SystemClock() });
  try {
    const nodes = (await client.list({ group: '', version: 'v1', resource: 'nodes' })).items;
    const pods = (await client.list({ group: '', version: 'v1', resource: 'pods' })).items;
    const ready = nodes.filter((n) => (n.status?.conditions as { type: string; status: string }[] | undefined)?.some((c) => c.type === 'Ready' && c.status === 'True'));
    return { nodes: `${ready.length}/${nodes.length} ready`, pods: pods.length };
  } finally {
    client.close();
  }
}
