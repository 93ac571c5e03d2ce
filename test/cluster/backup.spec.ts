import { createWriteStream, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { restoreBackup } from '../../src/cluster/backup/restore';
import { startTestCluster, type TestCluster } from './test-cluster';
import { Visitor } from './visitor';

/** The API server alone: what is stored stays as it is. */
const bare = { components: ['none'] };

/** Every object of every resource that can be listed, as the API shows it, by list path. */
async function everything(visitor: Visitor): Promise<Map<string, unknown>> {
  const roots = ['/api/v1'];
  const { groups } = (await visitor.json('GET', '/apis')).body as { groups: { versions: { groupVersion: string }[] }[] };
  for (const g of groups) roots.push(...g.versions.map((v) => `/apis/${v.groupVersion}`));
  const all = new Map<string, unknown>();
  for (const root of roots) {
    const { resources } = (await visitor.json('GET', root)).body as { resources: { name: string; verbs: string[] }[] };
    for (const r of resources.filter((r) => r.verbs.includes('list') && r.name !== 'componentstatuses')) {
      const { items } = (await visitor.json('GET', `${root}/${r.name}`)).body as { items: unknown };
      all.set(`${root}/${r.name}`, items);
    }
  }
  return all;
}

describe('backup and restore', () => {
  let dir: string;
  const running: TestCluster[] = [];
  const start = async (options: object): Promise<TestCluster> => {
    const c = await startTestCluster({ ...bare, ...options });
    running.push(c);
    return c;
  };
  const download = async (visitor: Visitor): Promise<string> => {
    const file = join(dir, 'backup.db');
    const answer = await visitor.open('GET', '/kubernest/v1/backup');
    expect(answer.statusCode).toBe(200);
    await pipeline(answer, createWriteStream(file));
    return file;
  };

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'kubernest-backup-'));
  });
  afterEach(async () => {
    for (const c of running.splice(0)) await c.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  for (const place of ['in memory', 'on a data folder']) {
    it(`a cluster made from the backup of one ${place} has its objects, revisions, keys and users`, async () => {
      const data = place === 'in memory' ? {} : { ephemeral: false, dataDir: join(dir, 'first') };
      const first = await start(data);
      const visitor = new Visitor(first.kubeconfig);
      for (let i = 0; i < 20; i++) await visitor.json('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: `c-${i}` }, data: { text: 'x'.repeat(1000) } });
      await visitor.json('POST', '/apis/apps/v1/namespaces/default/deployments', { metadata: { name: 'web' }, spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } } } });
      await visitor.json('DELETE', '/api/v1/namespaces/default/configmaps/c-3');
      const { body: account } = await visitor.json('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'robot' } });
      expect(account).toMatchObject({ kind: 'ServiceAccount' });
      const { body: issued } = (await visitor.json('POST', '/api/v1/namespaces/default/serviceaccounts/robot/token', { spec: {} })) as { body: { status: { token: string } } };

      const file = await download(visitor);
      expect(readdirSync(place === 'in memory' ? tmpdir() : join(dir, 'first')).filter((f) => f.startsWith('kubernest-backup-') && f.endsWith('.db'))).toEqual([]);
      const target = join(dir, 'second');
      expect(restoreBackup(file, target).cluster).toBe('default');

      const second = await start({ ephemeral: false, dataDir: target });
      const other = new Visitor(second.kubeconfig);
      const expected = await everything(visitor);
      expect(expected.size).toBeGreaterThan(50);
      expect(await everything(other)).toEqual(expected);
      expect(second.kubeconfig.users).toEqual(first.kubeconfig.users);
      expect((await other.json('GET', '/api/v1/namespaces', undefined, { token: issued.status.token })).code).toBe(200);
    });
  }

  it('is for administrators alone', async () => {
    const cluster = await start({});
    const visitor = new Visitor(cluster.kubeconfig);
    await visitor.json('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'robot' } });
    const { body } = (await visitor.json('POST', '/api/v1/namespaces/default/serviceaccounts/robot/token', { spec: {} })) as { body: { status: { token: string } } };
    const refused = await visitor.json('GET', '/kubernest/v1/backup', undefined, { token: body.status.token });
    expect(refused).toMatchObject({ code: 403, body: { message: 'forbidden: User "system:serviceaccount:default:robot" cannot get path "/kubernest/v1/backup"' } });
    expect((await visitor.text('GET', '/kubernest/v1/backup', 'nobody')).code).toBe(401);
    expect((await visitor.text('POST', '/kubernest/v1/backup')).code).toBe(405);
  });

  it('restores nothing from what is no backup, and never over a cluster', async () => {
    const cluster = await start({ ephemeral: false, dataDir: join(dir, 'first') });
    const file = await download(new Visitor(cluster.kubeconfig));
    expect(() => restoreBackup(file, join(dir, 'first'))).toThrow(`there is a cluster in ${join(dir, 'first')} already: delete it first, or choose another name or data folder`);
    const target = join(dir, 'second');
    const text = join(dir, 'text');
    writeFileSync(text, 'no database');
    expect(() => restoreBackup(text, target)).toThrow(/cannot be restored: file is not a database/);
    const other = new Database(join(dir, 'other.db'));
    other.exec('CREATE TABLE t (x)');
    other.close();
    expect(() => restoreBackup(join(dir, 'other.db'), target)).toThrow('it was not made by kubernest backup');
    expect(() => restoreBackup(join(dir, 'missing'), target)).toThrow(`there is no file ${join(dir, 'missing')}`);
    expect(existsSync(target)).toBe(false);
  });
});
