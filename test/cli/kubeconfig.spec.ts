import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { defaultKubeconfigPath, makeKubeconfig, mergeKubeconfig, removeFromKubeconfig } from '../../src/cluster/kubeconfig';
import { loadPki } from '../../src/cluster/pki';
import { SystemClock } from '../../src/util/system-clock';

const clock = new SystemClock();
const FOREIGN = `apiVersion: v1
kind: Config
preferences: {colors: true}
clusters: [{name: work, cluster: {server: https://example.invalid}}]
users: [{name: me, user: {token: t, extra: kept}}]
contexts: [{name: work, context: {cluster: work, user: me, namespace: n}}]
current-context: work
`;

describe('the kubeconfig of the user', () => {
  let dir: string;
  let file: string;
  const read = (): { clusters: { name: string }[]; [field: string]: unknown } => parse(readFileSync(file, 'utf8')) as never;
  const config = async (name: string, port = 1): Promise<ReturnType<typeof makeKubeconfig>> => makeKubeconfig(name, `https://127.0.0.1:${port}`, await loadPki(undefined, clock.now()));

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'kubernest-kubeconfig-'));
    file = join(dir, 'deep', 'config');
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('is made when there is none, readable by its owner alone', async () => {
    await mergeKubeconfig(file, await config('a'), clock);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(read()['current-context']).toBe('kubernest-a');
  });

  it('holds the key in the form of kubeadm, which says that it is an EC key', async () => {
    const { users } = await config('a');
    const user = users[0]!.user as { 'client-key-data': string; 'client-certificate-data': string };
    const key = Buffer.from(user['client-key-data'], 'base64').toString();
    expect(key).toMatch(/^-----BEGIN EC PRIVATE KEY-----\n/);
    expect(new X509Certificate(Buffer.from(user['client-certificate-data'], 'base64')).checkPrivateKey(createPrivateKey(key))).toBe(true);
  });

  it('keeps what others wrote, and loses only its own entries', async () => {
    file = join(dir, 'config');
    writeFileSync(file, FOREIGN, { mode: 0o644 });
    await mergeKubeconfig(file, await config('a', 1), clock);
    await mergeKubeconfig(file, await config('a', 2), clock);
    await mergeKubeconfig(file, await config('b', 3), clock);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(read().clusters.map((c) => c.name)).toEqual(['work', 'kubernest-a', 'kubernest-b']);
    expect(await removeFromKubeconfig(file, 'a', clock, 'https://127.0.0.1:1')).toBe(false);
    expect(await removeFromKubeconfig(file, 'a', clock, 'https://127.0.0.1:2')).toBe(true);
    expect(await removeFromKubeconfig(file, 'b', clock)).toBe(true);
    expect(await removeFromKubeconfig(file, 'b', clock)).toBe(false);
    const { 'current-context': _, ...foreign } = parse(FOREIGN) as Record<string, unknown>;
    expect(read()).toEqual(foreign);
  });

  it('takes changes of several at once', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const configs = await Promise.all(names.map((n) => config(n)));
    await Promise.all(configs.map((c) => mergeKubeconfig(file, c, clock)));
    expect(read().clusters.map((c) => c.name).sort()).toEqual(names.map((n) => `kubernest-${n}`));
    expect(existsSync(`${file}.lock`)).toBe(false);
  });

  it('waits for kubectl, and says so when it waits for ever', async () => {
    file = join(dir, 'config');
    writeFileSync(`${file}.lock`, '');
    await expect(mergeKubeconfig(file, await config('a'), clock)).rejects.toThrow(`${file} is locked: if no kubectl is changing it, delete ${file}.lock`);
  });

  it('follows a link, and refuses what is no kubeconfig', async () => {
    file = join(dir, 'config');
    writeFileSync(join(dir, 'real'), FOREIGN);
    symlinkSync(join(dir, 'real'), file);
    await mergeKubeconfig(file, await config('a'), clock);
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(read().clusters).toHaveLength(2);
    writeFileSync(file, 'just: [');
    await expect(mergeKubeconfig(file, await config('a'), clock)).rejects.toThrow(/is no valid YAML .*mend it/);
    expect(readFileSync(file, 'utf8')).toBe('just: [');
    await expect(mergeKubeconfig(dir, await config('a'), clock)).rejects.toThrow(`cannot read the kubeconfig ${dir}`);
  });

  it('is the first of KUBECONFIG, or the one at home', () => {
    expect(defaultKubeconfigPath({ KUBECONFIG: ':/a:/b', HOME: '/h' })).toBe('/a');
    expect(defaultKubeconfigPath({ HOME: '/h' })).toBe('/h/.kube/config');
    expect(defaultKubeconfigPath({})).toMatch(/^\/.*\.kube\/config$/);
  });
});
