import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { clientFromKubeconfig } from '../client/kubeconfig';
import { defaultDataDir } from '../cluster/data-dir';
import { DATABASE_FILE } from '../cluster/files';
import { KUBECONFIG_FILE } from '../cluster/kubeconfig';
import { readRunState } from '../cluster/run-state';
import { SystemClock } from '../util/system-clock';

/** Tells whether a cluster runs, and counts what is in it. Exit code 3 when it is stopped. */
export async function printStatus(o: { name: string; dataDir?: string; output: string }, env: NodeJS.ProcessEnv): Promise<void> {
  const dir = o.dataDir ?? defaultDataDir(o.name, env);
  if (!existsSync(join(dir, DATABASE_FILE))) throw new Error(`there is no cluster ${o.name} in ${dir}`);
  const running = readRunState(dir);
  const status = running ? { state: 'running', ...running, ...(await counts(join(dir, KUBECONFIG_FILE))), dataDir: dir } : { name: o.name, state: 'stopped', dataDir: dir };
  if (!running) process.exitCode = 3;
  if (o.output === 'json') process.stdout.write(`${JSON.stringify(status)}\n`);
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
