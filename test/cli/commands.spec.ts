import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { clientFromKubeconfig } from '../../src/client/kubeconfig';
import { PODS } from '../../src/client/resources';
import type { PodExplanation } from '../../src/scheduler/explain/explanation';
import { SystemClock } from '../../src/util/system-clock';
import type { Outcome, Running } from './kubernest';
import { Kubernest, root } from './kubernest';

describe('kubernest', () => {
  let kubernest: Kubernest;
  let home: string;

  beforeAll(() => Kubernest.build(), 300_000);
  beforeEach(() => {
    kubernest = new Kubernest();
    home = kubernest.home;
  });
  afterEach(() => kubernest.end());

  const begin = (args: string[], env?: NodeJS.ProcessEnv): Running => kubernest.begin(args, env);
  const run = (args: string[], env?: NodeJS.ProcessEnv): Promise<Outcome> => kubernest.run(args, env);
  const up = (...args: string[]): Running => begin(['up', '--port', '0', ...args]);

  it('says what is allowed, with code 2', async () => {
    const wrong = async (args: string[], env?: NodeJS.ProcessEnv): Promise<string> => {
      const { code, stderr } = await run(args, env);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await wrong(['stauts'])).toBe('kubernest: there is no command stauts; there are: up, run, kubeconfig, status, delete, backup, restore, explain, version, help\n');
    expect(await wrong(['up', '--prot', '1'])).toMatch(/unknown option '--prot'[\s\S]*options are: --name, .*--port, /);
    expect(await wrong(['up', '--nodes', 'many', '--port', '1e9'])).toMatch(/--port 1e9: port must be .*\nkubernest: --nodes many: nodes must be/);
    expect(await wrong(['up'], { KUBERNEST_LOG_LEVEL: 'loud' })).toContain('log-level must be one of: debug');
    expect(await wrong(['status', '--output', 'xml'])).toContain('Allowed choices are text, json');
    expect(await wrong(['delete', '--name', '../../x'])).toContain('name must be lower-case letters');
    expect(await wrong(['delete'], { KUBERNEST_DATA_DIR: '' })).toContain('data-dir must be the name of a folder');
  });

  it('says what is wrong with the configuration of the scheduler, with code 2, before anything starts', async () => {
    const file = join(home, 'scheduler.yaml');
    const start = (...args: string[]): Promise<Outcome> => run([...args, '--scheduler-config', file]);
    expect(await start('up', '--ephemeral')).toEqual({ code: 2, stdout: '', stderr: `kubernest: --scheduler-config ${file}: ENOENT: no such file or directory, open '${file}'\n` });
    writeFileSync(file, 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\npercentageOfNodesToScore: 101\npodMaxBackoffSeconds: 0\n');
    const stderr = [`percentageOfNodesToScore: must be a whole number from 0 to 100, not 101`, `podMaxBackoffSeconds: must be a whole number, at least 1, not 0`].map((p) => `kubernest: --scheduler-config ${file}: ${p}\n`).join('');
    for (const command of ['up', 'run']) expect(await start(command)).toEqual({ code: 2, stdout: '', stderr });
  });

  it('prints versions and helps', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(await run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    expect(JSON.parse((await run(['version', '--output', 'json'])).stdout)).toMatchObject({ kubernest: version, kubernetes: expect.stringMatching(/^v1\.36/), node: process.version });
    for (const command of ['up', 'run', 'kubeconfig', 'status', 'delete', 'backup', 'restore', 'version']) expect(await run([command, '--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining(`Usage: kubernest ${command} `) });
  });

  it('stops cleanly when nobody reads what it says any more', async () => {
    const data = join(home, 'data');
    const running = up('--nodes', '1', '--data-dir', data);
    await running.until('is ready after');
    expect(existsSync(join(data, 'run.json'))).toBe(true);
    running.child.stderr!.destroy();
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(existsSync(join(data, 'run.json'))).toBe(false);
  });

  it('starts, tells its state, refuses to be deleted, stops at Ctrl-C with code 0, and is deleted', async () => {
    const config = join(home, 'options.yaml');
    writeFileSync(config, 'nodes: 9\nname: from-file\nlog-level: error\n');
    // The command line before the environment before the file.
    const first = begin(['up', '--port', '0', '--nodes', '2', '--config', config], { KUBERNEST_NODES: '5', KUBERNEST_NAME: 'tour' });
    await first.until('is ready after');
    const named = (command: string, ...more: string[]): Promise<Outcome> => run([command, '--name', 'tour', ...more]);
    expect(JSON.parse((await named('status', '--output', 'json')).stdout)).toMatchObject({ name: 'tour', state: 'running', pid: first.child.pid, nodes: '2/2 ready', pods: 0 });
    const own = await named('kubeconfig');
    expect(own.stdout).toBe(readFileSync(join(home, '.kube', 'config'), 'utf8'));
    expect(await named('delete')).toEqual({ code: 1, stdout: '', stderr: `kubernest: cluster tour is running (process ${first.child.pid}): stop it with Ctrl-C first\n` });
    const second = await run(['up', '--port', '0', '--name', 'tour']);
    expect(second).toMatchObject({ code: 1, stderr: expect.stringMatching(new RegExp(`kubernest: the store \\S+ is in use by process ${first.child.pid}; stop it or choose another data folder\n$`)) });

    first.child.kill('SIGINT');
    const { code, stdout, stderr } = await first.ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).not.toContain((parse(own.stdout) as { users: { user: { token?: string } }[] }).users[1]!.user.token);
    expect(await named('status')).toMatchObject({ code: 3, stdout: expect.stringMatching(/^name +tour\nstate +stopped\n/) });

    const data = join(home, '.local', 'share', 'kubernest', 'tour');
    writeFileSync(join(data, 'notes.txt'), 'mine');
    expect(await named('delete')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Deleted cluster tour .* and its context in .*the folder stays, since it holds notes\.txt\.\n$/) });
    expect(existsSync(join(data, 'notes.txt'))).toBe(true);
    expect((parse(readFileSync(join(home, '.kube', 'config'), 'utf8')) as { contexts: unknown[] }).contexts).toEqual([]);
    for (const command of ['status', 'kubeconfig', 'delete']) expect(await named(command)).toMatchObject({ code: 1, stderr: expect.stringContaining('kubernest: there is no cluster tour in ') });
  }, 60_000);

  it('backs up a running and a stopped cluster, and restores into a new one', async () => {
    const first = up('--name', 'shop', '--nodes', '1');
    await first.until('is ready after');
    const [live, cold, again] = ['live.db', 'cold.db', 'again.db'].map((f) => join(home, f)) as [string, string, string];
    expect(await run(['backup', live, '--name', 'shop'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Backed up cluster shop to .*live\.db \(\d+\.\d MB; it holds private keys\)\.\n$/) });
    expect(statSync(live).mode & 0o777).toBe(0o600);
    expect(await run(['backup', again, '--kubeconfig', join(home, '.kube', 'config')])).toMatchObject({ code: 0 });
    expect(await run(['backup', live, '--name', 'shop'])).toMatchObject({ code: 1, stderr: `kubernest: ${live} exists already: choose another name, backups are not overwritten\n` });
    expect(await run(['restore', live, '--name', 'shop'])).toMatchObject({ code: 1, stderr: expect.stringContaining('delete it first, or choose another name or data folder') });
    first.child.kill('SIGINT');
    await first.ended;
    expect(await run(['backup', cold, '--name', 'shop'])).toMatchObject({ code: 0 });
    for (const [i, file] of [live, cold, again].entries()) {
      expect(await run(['restore', file, '--name', `copy-${i}`])).toMatchObject({ code: 0, stdout: expect.stringContaining(`Start it with kubernest up --name copy-${i}\n`) });
    }
    const copy = up('--name', 'copy-0', '--nodes', '1');
    await copy.until('is ready after');
    expect(JSON.parse((await run(['status', '--name', 'copy-0', '--output', 'json'])).stdout)).toMatchObject({ nodes: '1/1 ready' });
    copy.child.kill('SIGINT');
    await copy.ended;
  }, 60_000);

  it('explains where a pod could go, and why not elsewhere', async () => {
    const c = up('--ephemeral', '--nodes', '2', '--name', 'why');
    await c.until('is ready after');
    const client = clientFromKubeconfig(join(home, '.kube', 'config'), { clock: new SystemClock() });
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'picky', namespace: 'default' }, spec: { nodeSelector: { 'kubernetes.io/hostname': 'node-2' }, containers: [{ name: 'c', image: 'nginx' }] } };
    await client.create(PODS, pod);
    const answer = JSON.parse((await run(['explain', 'pod', 'picky', '--output', 'json'])).stdout) as PodExplanation;
    expect(answer).toMatchObject({ namespace: 'default', name: 'picky', best: ['node-2'], nodes: [{ name: 'node-2', rejectedBy: [] }, { name: 'node-1', rejectedBy: [{ plugin: 'NodeAffinity' }] }] });
    const text = await run(['explain', 'pod', 'picky', '-n', 'default']);
    expect(text).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/DOES NOT FIT +PLUGIN +MESSAGE\nnode-1 +NodeAffinity +node\(s\) didn't match Pod's node affinity\/selector\n$/) });
    expect(await run(['explain', 'pod', 'other'])).toEqual({ code: 1, stdout: '', stderr: 'kubernest: there is no pod other in the namespace default\n' });
    expect(await run(['explain', 'node'])).toMatchObject({ code: 2, stderr: expect.stringContaining("unknown command 'node'") });
    client.close();
    c.child.kill('SIGINT');
    await c.ended;
  }, 60_000);

  it('knows a killed cluster from a running one', async () => {
    const c = up('--name', 'shot', '--components', 'none');
    await c.until('is ready after');
    c.child.kill('SIGKILL');
    await c.ended;
    // Its run.json says a process number that is taken: this one's.
    const file = join(home, '.local', 'share', 'kubernest', 'shot', 'run.json');
    writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), pid: process.pid }));
    expect(await run(['status', '--name', 'shot'])).toMatchObject({ code: 3 });
    expect(await run(['delete', '--name', 'shot'])).toMatchObject({ code: 0 });
    expect(existsSync(join(file, '..'))).toBe(false);
  }, 60_000);

  it('runs three side by side, whose contexts all arrive', async () => {
    const clusters = ['a', 'b', 'c'].map((name) => up('--ephemeral', '--nodes', '1', '--name', name));
    await Promise.all(clusters.map((c) => c.until('is ready after')));
    const file = join(home, '.kube', 'config');
    const config = parse(readFileSync(file, 'utf8')) as { clusters: { name: string; cluster: { server: string } }[] };
    expect(config.clusters.map((c) => c.name).sort()).toEqual(['kubernest-a', 'kubernest-b', 'kubernest-c']);
    expect(new Set(config.clusters.map((c) => c.cluster.server)).size).toBe(3);
    for (const c of clusters) c.child.kill('SIGTERM');
    expect((await Promise.all(clusters.map((c) => c.ended))).map((e) => e.code)).toEqual([0, 0, 0]);
    // They kept nothing, so there is nothing left to lead to.
    expect(parse(readFileSync(file, 'utf8'))).toMatchObject({ clusters: [], users: [], contexts: [] });
  }, 60_000);

  it('ends when its kubeconfig cannot be written', async () => {
    mkdirSync(join(home, '.kube', 'config'), { recursive: true });
    expect(await up('--ephemeral', '--components', 'none').ended).toMatchObject({ code: 1, stderr: expect.stringContaining('kubernest: cannot read the kubeconfig') });
  }, 60_000);
});
