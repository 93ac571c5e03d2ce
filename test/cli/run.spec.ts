import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/meta/object';
import type { HttpClient } from '../../src/client/http-client';
import { clientFromKubeconfig } from '../../src/client/kubeconfig';
import * as r from '../../src/client/resources';
import { SystemClock } from '../../src/util/system-clock';
import type { Running } from './kubernest';
import { Kubernest } from './kubernest';

/** An API server alone, and its components in three other processes. */
describe('kubernest run', () => {
  const kubernest = new Kubernest();
  const kubeconfig = join(kubernest.home, 'kubeconfig');
  const data = join(kubernest.home, 'data');
  let server: Running;
  let client: HttpClient;

  beforeAll(async () => {
    await Kubernest.build();
    server = kubernest.begin(['up', '--data-dir', data, '--port', '0', '--components', 'none', '--kubeconfig', kubeconfig]);
    await server.until('is ready after');
    client = clientFromKubeconfig(kubeconfig, { clock: new SystemClock() });
  }, 300_000);
  afterAll(async () => {
    client.close();
    await kubernest.end();
  });

  const start = async (...args: string[]): Promise<Running> => {
    const process = kubernest.begin(['run', '--kubeconfig', kubeconfig, ...args]);
    await process.until('Running for https://');
    return process;
  };
  const until = async <T>(what: string, check: () => Promise<T | undefined | false>): Promise<T> => {
    for (let i = 0; i < 1200; i++) {
      const found = await check();
      if (found) return found;
      await new SystemClock().sleep(50);
    }
    throw new Error(`${what} does not come about`);
  };
  const pods = async (phase: string): Promise<readonly KubeObject[]> => (await client.list(r.PODS, { namespace: 'default' })).items.filter((p) => p['status'].phase === phase && !p.metadata.deletionTimestamp);

  it('runs controllers, scheduler and nodes over HTTPS, each of them replaceable', async () => {
    const controllers = await start('--components', 'controllers', '--keys', join(data, 'pki.json'));
    const spec = { replicas: 4, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } } };
    await until('the default account', async () => (await client.list(r.SERVICE_ACCOUNTS, { namespace: 'default' })).items.length);
    await client.create(r.DEPLOYMENTS, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' }, spec });
    await until('four pods', async () => (await pods('Pending')).length === 4);
    const nodes = await start('--components', 'kubelet', '--nodes', '2');
    expect((await pods('Pending')).every((p) => p['spec'].nodeName === undefined)).toBe(true);
    const scheduler = await start('--components', 'scheduler');
    const [pod] = await until('four running pods', async () => {
      const running = await pods('Running');
      return running.length === 4 && running;
    });
    expect(['node-1', 'node-2']).toContain(pod!['spec'].nodeName);

    // Another process takes over where the first one stopped.
    controllers.child.kill('SIGTERM');
    expect((await controllers.ended).code).toBe(0);
    await client.patch(r.DEPLOYMENTS, 'default', 'web', 'merge', { spec: { replicas: 1 } });
    const successors = await start('--components', 'deployment-controller,replicaset');
    await until('one pod', async () => (await pods('Running')).length === 1);
    const writers = (await client.get(r.DEPLOYMENTS, 'default', 'web')).metadata.managedFields!.map((f) => f['manager']);
    expect(writers).toContain('kube-controller-manager');
    for (const p of [successors, nodes, scheduler]) {
      p.child.kill('SIGINT');
      expect(await p.ended).toMatchObject({ code: 0, stdout: '' });
    }
  }, 60_000);

  it('signs with the keys alone', async () => {
    const run = (...args: string[]): ReturnType<Kubernest['run']> => kubernest.run(['run', '--kubeconfig', kubeconfig, ...args]);
    expect(await run('--components', 'csr-signing')).toMatchObject({ code: 2, stderr: expect.stringContaining('--components csr-signing: signs with the keys of the cluster') });
    expect(await run('--keys', join(data, 'nothing'))).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot read the keys of the cluster') });
    const all = await start();
    all.child.kill('SIGTERM');
    const { stderr } = await all.ended;
    expect(stderr).toContain('deployment-controller');
    expect(stderr).not.toContain('csr-signing');
  }, 60_000);

  it('says what is wrong with its options, its kubeconfig and the server', async () => {
    const run = (args: string[], env?: NodeJS.ProcessEnv): ReturnType<Kubernest['run']> => kubernest.run(['run', ...args], env);
    expect(await run(['--components', 'deployments'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--components deployments: there is no such component; there are: serviceaccount, ') });
    expect(await run(['--components', 'none'])).toMatchObject({ code: 2, stderr: expect.stringContaining('nothing is left to run') });
    expect(await run([], { KUBERNEST_NODES: '-1' })).toMatchObject({ code: 2, stderr: expect.stringContaining('--nodes -1: nodes must be') });
    expect(await run([])).toMatchObject({ code: 1, stderr: expect.stringContaining('kubernest: cannot read the kubeconfig') });
    expect(await run(['--kubeconfig', kubeconfig, '--context', 'other'])).toMatchObject({ code: 1, stderr: expect.stringContaining('kubeconfig has no context "other"') });
    const stranger = join(kubernest.home, 'stranger');
    const text = readFileSync(kubeconfig, 'utf8').replace(/current-context: (.*)/, 'current-context: $1-token').replace(/token: .*/, 'token: wrong');
    writeFileSync(stranger, text);
    expect(await run(['--kubeconfig', stranger])).toMatchObject({ code: 1, stderr: expect.stringMatching(/kubernest: https:\/\/.* refuses the user of the kubeconfig: Unauthorized/) });
  }, 60_000);
});
