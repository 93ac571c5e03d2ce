import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import Database from 'better-sqlite3';
import { startCluster } from '../../src/cluster/cluster';
import { validateOptions } from '../../src/cluster/options';
import { silentLog } from '../../src/util/log';
import { SystemRandom } from '../../src/util/random';
import { SystemClock } from '../../src/util/system-clock';
import { startTestCluster, type TestCluster } from './test-cluster';
import { Visitor } from './visitor';

/** The API server alone: what is stored stays as it is. */
const bare = { components: ['none'] };

describe('a cluster on a data folder', () => {
  let dir: string;
  const running: TestCluster[] = [];
  const start = async (options: object = {}): Promise<TestCluster> => {
    const c = await startTestCluster({ ...bare, ephemeral: false, dataDir: join(dir, 'data'), ...options });
    running.push(c);
    return c;
  };
  const files = (): string[] => readdirSync(join(dir, 'data')).sort();
  const mode = (file: string): string => (statSync(join(dir, 'data', file)).mode & 0o777).toString(8);

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'kubernest-cluster-'));
  });
  afterEach(async () => {
    for (const c of running.splice(0)) await c.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it('starts again with its objects, revisions, keys and tokens', async () => {
    const first = await start();
    const visitor = new Visitor(first.kubeconfig);
    const made = await visitor.json('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'kept' }, data: { a: 'b' } });
    expect(made.code).toBe(201);
    await first.stop();
    await first.stop();

    const second = await start();
    expect(second.kubeconfig.users).toEqual(first.kubeconfig.users);
    const credentials = (c: TestCluster): unknown => (c.kubeconfig.clusters[0]!['cluster'] as Record<string, unknown>)['certificate-authority-data'];
    expect(credentials(second)).toBe(credentials(first));
    // What was handed out before is still good, but for the port.
    const again = new Visitor({ ...first.kubeconfig, clusters: second.kubeconfig.clusters });
    const found = await again.json('GET', '/api/v1/namespaces/default/configmaps/kept');
    expect(found.body).toEqual(made.body);
    const changed = await again.json('PUT', '/api/v1/namespaces/default/configmaps/kept', { ...(found.body as object), data: { a: 'c' } });
    expect(Number((changed.body as { metadata: { resourceVersion: string } }).metadata.resourceVersion)).toBeGreaterThan(Number((made.body as { metadata: { resourceVersion: string } }).metadata.resourceVersion));
    // Nothing of what every cluster holds is made twice.
    expect(((await again.json('GET', '/api/v1/namespaces')).body as { items: unknown[] }).items).toHaveLength(4);
  });

  it('keeps its secrets to itself', async () => {
    const c = await start();
    expect(statSync(join(dir, 'data')).mode & 0o777).toBe(0o700);
    expect([mode('state.db'), mode('pki.json'), mode('kubeconfig'), mode('run.json')]).toEqual(['600', '600', '600', '600']);
    await c.stop();
    expect(files()).not.toContain('run.json');
  });

  it('refuses a folder that is in use in one sentence and touches nothing', async () => {
    await start();
    const before = files().map((f) => [f, readFileSync(join(dir, 'data', f), 'latin1')]);
    await expect(start()).rejects.toThrow(new RegExp(`^the store \\S+/state\\.db is in use by process ${process.pid}; stop it or choose another data folder$`));
    expect(files().map((f) => [f, readFileSync(join(dir, 'data', f), 'latin1')])).toEqual(before);
  });

  it('refuses a port that is in use in one sentence and leaves nothing running', async () => {
    const other: Server = createServer();
    await new Promise<void>((r) => other.listen(0, '127.0.0.1', r));
    const { port } = other.address() as AddressInfo;
    await expect(start({ port })).rejects.toThrow(`cannot listen on 127.0.0.1:${port}: the port is in use; stop what uses it or choose another port (0 takes a free one)`);
    expect(files()).not.toContain('run.json');
    await new Promise((r) => other.close(r));
    // The folder is free again, and so is the port.
    const c = await start({ port });
    expect(c.server).toBe(`https://127.0.0.1:${port}`);
  });

  it('lets go of the folder when another part cannot be made', async () => {
    mkdirSync(join(dir, 'data'));
    writeFileSync(join(dir, 'data', 'pki.json'), '{"ca":');
    await expect(start()).rejects.toThrow(/pki\.json is damaged .*: delete the file to have new keys made/);
    writeFileSync(join(dir, 'data', 'pki.json'), '{}');
    await expect(start()).rejects.toThrow(/pki\.json lacks keys: delete the file/);
    rmSync(join(dir, 'data', 'pki.json'));
    await start();
  });

  it('refuses data of a later version, damaged data, and a folder that cannot be one', async () => {
    await (await start()).stop();
    const db = new Database(join(dir, 'data', 'state.db'));
    db.pragma('user_version = 99');
    db.close();
    await expect(start()).rejects.toThrow(/has format 99, but this version reads formats up to \d+; use the version that wrote it/);
    writeFileSync(join(dir, 'data', 'state.db'), 'no database at all, though long enough to be taken for something else'.repeat(20));
    await expect(start()).rejects.toThrow(/state\.db is damaged \(it is not a SQLite database\); nothing was changed: restore it from a backup/);
    await expect(start({ dataDir: join(dir, 'data', 'pki.json') })).rejects.toThrow(/^the store \S+ cannot be read or written \(.*\); check the folder/);
  });

  it('certifies the address it listens on, also when that changes', async () => {
    const first = await start();
    await first.stop();
    const second = await start({ bind: '127.0.0.2' });
    expect(second.server).toMatch(/^https:\/\/127\.0\.0\.2:/);
    expect(await new Visitor(second.kubeconfig).text('GET', '/readyz')).toEqual({ code: 200, body: 'ok' });
    expect(second.kubeconfig.users).toEqual(first.kubeconfig.users);
    await second.stop();
    const third = await start({ bind: '0.0.0.0' });
    expect(third.server).toMatch(/^https:\/\/127\.0\.0\.1:/);
    expect(await new Visitor(third.kubeconfig).text('GET', '/readyz')).toEqual({ code: 200, body: 'ok' });
  });

  it('gives up its start when told to', async () => {
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    const options = validateOptions({ port: 0, kubeconfig: false, dataDir: join(dir, 'data') });
    await expect(startCluster(options, { clock: new SystemClock(), random: new SystemRandom(), log: silentLog, env: {}, signal: stop.signal })).rejects.toThrow('enough');
    expect(existsSync(join(dir, 'data', 'run.json'))).toBe(false);
    await start();
  });
});
