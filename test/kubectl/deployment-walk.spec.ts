import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { startTestCluster, type TestCluster } from '../cluster/test-cluster';
import { kubectls, runBinary } from './binaries';

const MANIFEST = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: site
spec:
  replicas: 2
  selector: {matchLabels: {app: site}}
  template:
    metadata: {labels: {app: site}}
    spec:
      containers:
      - name: c
        image: nginx:1.27
`;

// What a newcomer types, with every kubectl at hand: the whole way from a Deployment to its end.
describe.each(kubectls())('kubectl $version', ({ version, path }) => {
  let cluster: TestCluster;
  let dir: string;
  let kubeconfig: string;
  const ns = `walk-${version.replace('.', '-')}`;

  const kubectl = async (args: string, input?: string): Promise<string> => {
    const env = { PATH: process.env['PATH'], HOME: dir, KUBECACHEDIR: join(dir, 'cache'), KUBE_EDITOR: "sed -i s/nginx:1.27/nginx:1.28/" };
    const words = args.match(/"[^"]*"|\S+/g)!.map((w) => w.replace(/^"(.*)"$/, '$1'));
    const r = await runBinary(path, ['--kubeconfig', kubeconfig, '-n', ns, ...words], { input, env });
    if (r.code !== 0 && !(args.startsWith('diff') && r.code === 1)) throw new Error(`kubectl ${args}: ${r.stderr || r.stdout}`);
    return r.stdout;
  };

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'kubernest-kubectl-'));
    kubeconfig = join(dir, 'kubeconfig');
    cluster = await startTestCluster();
    writeFileSync(kubeconfig, stringify(cluster.kubeconfig), { mode: 0o600 });
    await kubectl(`create namespace ${ns}`);
  });

  afterAll(async () => {
    await cluster.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it('sees three nodes that are ready', async () => {
    const rows = (await kubectl('get nodes --no-headers')).trim().split('\n');
    expect(rows.map((r) => r.split(/\s+/).slice(0, 2).join(' '))).toEqual(['node-1 Ready', 'node-2 Ready', 'node-3 Ready']);
  });

  it('creates, rolls out, scales, updates and undoes a Deployment', async () => {
    await kubectl('create deployment web --image=nginx --replicas=3');
    expect(await kubectl('rollout status deployment/web --timeout=30s')).toContain('successfully rolled out');
    const pods = (await kubectl('get pods -l app=web -o wide --no-headers')).trim().split('\n');
    expect(pods).toHaveLength(3);
    for (const p of pods) expect(p).toMatch(/1\/1\s+Running\s+0\s+\S+\s+10\.\d+\.\d+\.\d+\s+node-[123]/);
    await kubectl('scale deployment web --replicas=5');
    await kubectl('rollout status deployment/web --timeout=30s');
    expect((await kubectl('get deployment web --no-headers')).split(/\s+/)[1]).toBe('5/5');
    await kubectl('set image deployment/web nginx=nginx:1.27');
    await kubectl('rollout status deployment/web --timeout=30s');
    expect(await kubectl('get deployment web -o jsonpath={.spec.template.spec.containers[0].image}')).toBe('nginx:1.27');
    expect(await kubectl('rollout history deployment/web')).toMatch(/1\s+<none>\n2\s+<none>/);
    await kubectl('rollout undo deployment/web');
    await kubectl('rollout status deployment/web --timeout=30s');
    expect(await kubectl('get deployment web -o jsonpath={.spec.template.spec.containers[0].image}')).toBe('nginx');
  });

  it('exposes it', async () => {
    await kubectl('expose deployment web --port=80');
    expect(await kubectl('get service web --no-headers')).toMatch(/^web\s+ClusterIP\s+10\.(?:9[6-9]|10\d|11[01])\.\d+\.\d+\s+<none>\s+80\/TCP/);
    await expect.poll(async () => (await kubectl('get endpointslices -l kubernetes.io/service-name=web -o jsonpath={.items[*].endpoints[*].addresses[0]}')).split(' ').length, { timeout: 10_000 }).toBe(5);
  });

  it('describes and explains', async () => {
    expect(await kubectl('describe deployment web')).toMatch(/Replicas:\s+5 desired \| 5 updated \| 5 total \| 5 available/);
    expect(await kubectl('describe node node-1')).toContain('Kubelet Version:');
    expect(await kubectl('explain deployment.spec.strategy')).toMatch(/rollingUpdate\s+<(Object|RollingUpdateDeployment)>/);
  });

  it('applies on both sides, diffs, edits and deletes', async () => {
    expect(await kubectl('apply -f -', MANIFEST)).toContain('deployment.apps/site created');
    expect(await kubectl('apply -f -', MANIFEST)).toContain('deployment.apps/site unchanged');
    expect(await kubectl('diff -f -', MANIFEST.replace('replicas: 2', 'replicas: 4'))).toMatch(/^\+ {2}replicas: 4$/m);
    expect(await kubectl('apply -f -', MANIFEST.replace('replicas: 2', 'replicas: 3'))).toContain('configured');
    expect(await kubectl('apply --server-side --force-conflicts -f -', MANIFEST)).toContain('serverside-applied');
    await kubectl('edit deployment site');
    expect(await kubectl('get deployment site -o jsonpath={.spec.template.spec.containers[0].image}')).toBe('nginx:1.28');
    expect(await kubectl('delete deployment site --timeout=30s')).toContain('deleted');
    await expect.poll(() => kubectl('get pods -l app=site --no-headers'), { timeout: 20_000 }).toBe('');
    await kubectl(`delete namespace ${ns} --timeout=30s`);
  });
}, 120_000);
