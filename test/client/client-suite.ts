import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isReason } from '../../src/api/errors/status-error';
import type { KubeObject } from '../../src/api/meta/object';
import type { Client, WatchOptions } from '../../src/client/client';
import { CONFIG_MAPS, NAMESPACES, REPLICA_SETS } from '../../src/client/resources';

export interface ClientUnderTest {
  client: Client;
  close(): Promise<void> | void;
}

/** What every Client must do, whatever is behind it: the local one, the one over HTTP, the fake of the tests. */
export function describeClient(name: string, make: () => Promise<ClientUnderTest>): void {
  describe(`Client: ${name}`, () => {
    let t: ClientUnderTest;
    let c: Client;
    beforeAll(async () => {
      t = await make();
      c = t.client;
      for (const ns of ['suite', 'suite-two']) await c.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: ns } });
    });
    afterAll(() => t.close());

    const map = (n: string, data: Record<string, string> = {}, namespace = 'suite', labels?: Record<string, string>): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: n, namespace, labels }, data });
    const set = (n: string): KubeObject => ({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: n, namespace: 'suite' },
      spec: { replicas: 0, selector: { matchLabels: { app: n } }, template: { metadata: { labels: { app: n } }, spec: { containers: [{ name: 'c', image: 'i' }] } } },
    });
    const refused = async (p: Promise<unknown>): Promise<{ reason?: string; code: number; message: string }> => {
      try {
        await p;
      } catch (e) {
        if (isReason(e, 'NotFound', 'AlreadyExists', 'Conflict', 'Invalid', 'BadRequest')) return { reason: e.reason, code: e.code, message: e.message };
        throw e;
      }
      throw new Error('was not refused');
    };

    it('creates, gets and lists objects with their kind', async () => {
      const made = await c.create(CONFIG_MAPS, map('one', { k: 'v' }));
      expect(made).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one', namespace: 'suite' }, data: { k: 'v' } });
      expect(made.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
      expect(Number(made.metadata.resourceVersion)).toBeGreaterThan(0);
      expect(made.metadata.creationTimestamp).toMatch(/^\d{4}-.*Z$/);
      expect(await c.get(CONFIG_MAPS, 'suite', 'one')).toEqual(made);
      const list = await c.list(CONFIG_MAPS, { namespace: 'suite', fieldSelector: 'metadata.name=one' });
      expect(list.kind).toBe('ConfigMapList');
      expect(list.items).toEqual([made]);
      expect(Number(list.metadata.resourceVersion)).toBeGreaterThanOrEqual(Number(made.metadata.resourceVersion));
    });

    it('refuses with the Status of the server', async () => {
      expect(await refused(c.get(CONFIG_MAPS, 'suite', 'none'))).toEqual({ reason: 'NotFound', code: 404, message: 'configmaps "none" not found' });
      await c.create(CONFIG_MAPS, map('twice'));
      expect(await refused(c.create(CONFIG_MAPS, map('twice')))).toEqual({ reason: 'AlreadyExists', code: 409, message: 'configmaps "twice" already exists' });
      expect(await refused(c.delete(REPLICA_SETS, 'suite', 'none'))).toEqual({ reason: 'NotFound', code: 404, message: 'replicasets.apps "none" not found' });
    });

    it('does not change or keep what it is given', async () => {
      const given = Object.freeze({ ...map('given'), metadata: Object.freeze({ generateName: 'given-', namespace: 'suite' }) }) as KubeObject;
      const made = await c.create(CONFIG_MAPS, given);
      expect(made.metadata.name).toMatch(/^given-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
      expect(given.metadata).toEqual({ generateName: 'given-', namespace: 'suite' });
    });

    it('updates with optimistic locking, and leaves alone what does not change', async () => {
      const made = await c.create(CONFIG_MAPS, map('locked', { n: '1' }));
      const next = await c.update(CONFIG_MAPS, { ...made, data: { n: '2' } });
      expect(next.metadata.resourceVersion).not.toBe(made.metadata.resourceVersion);
      const stale = await refused(c.update(CONFIG_MAPS, { ...made, data: { n: '3' } }));
      expect(stale.reason).toBe('Conflict');
      expect(stale.message).toContain('the object has been modified; please apply your changes to the latest version and try again');
      expect((await c.update(CONFIG_MAPS, next)).metadata.resourceVersion).toBe(next.metadata.resourceVersion);
    });

    it('patches by merge, strategic merge and JSON patch', async () => {
      await c.create(CONFIG_MAPS, map('patched', { a: '1', b: '2' }));
      expect((await c.patch(CONFIG_MAPS, 'suite', 'patched', 'merge', { data: { a: null, c: '3' } }))['data']).toEqual({ b: '2', c: '3' });
      const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: '11111111-1111-4111-8111-111111111111' };
      const owned = await c.patch(CONFIG_MAPS, 'suite', 'patched', 'strategic', { metadata: { ownerReferences: [owner] } });
      expect(owned.metadata.ownerReferences).toEqual([owner]);
      const free = await c.patch(CONFIG_MAPS, 'suite', 'patched', 'strategic', { metadata: { ownerReferences: [{ $patch: 'delete', uid: owner.uid }] } });
      expect(free.metadata.ownerReferences).toBeUndefined();
      expect((await c.patch(CONFIG_MAPS, 'suite', 'patched', 'json', [{ op: 'replace', path: '/data/b', value: '9' }]))['data']).toEqual({ b: '9', c: '3' });
      const uid = await refused(c.patch(CONFIG_MAPS, 'suite', 'patched', 'merge', { metadata: { uid: owner.uid } }));
      expect([409, 422]).toContain(uid.code);
    });

    it('keeps status and the rest apart', async () => {
      const made = await c.create(REPLICA_SETS, { ...set('rs'), status: { replicas: 7 } });
      expect(made['status']).toEqual({ replicas: 0 });
      expect(made.metadata.generation).toBe(1);
      const status = await c.update(REPLICA_SETS, { ...made, spec: { ...made['spec'], replicas: 5 }, status: { replicas: 3 } }, { subresource: 'status' });
      expect(status).toMatchObject({ spec: { replicas: 0 }, status: { replicas: 3 }, metadata: { generation: 1 } });
      const spec = await c.update(REPLICA_SETS, { ...status, spec: { ...status['spec'], replicas: 1 }, status: { replicas: 9 } });
      expect(spec).toMatchObject({ spec: { replicas: 1 }, status: { replicas: 3 }, metadata: { generation: 2 } });
    });

    it('writes nothing on a dry run', async () => {
      await c.create(CONFIG_MAPS, map('dry'), { dryRun: true });
      expect((await refused(c.get(CONFIG_MAPS, 'suite', 'dry'))).reason).toBe('NotFound');
    });

    it('selects, and pages', async () => {
      for (let i = 0; i < 5; i++) await c.create(CONFIG_MAPS, map(`page-${i}`, {}, 'suite-two', { app: i < 3 ? 'x' : 'y' }));
      const names = (l: { items: readonly KubeObject[] }) => l.items.map((o) => o.metadata.name).filter((n) => n!.startsWith('page-'));
      expect(names(await c.list(CONFIG_MAPS, { namespace: 'suite-two', labelSelector: 'app in (x)' }))).toEqual(['page-0', 'page-1', 'page-2']);
      const first = await c.list(CONFIG_MAPS, { namespace: 'suite-two', labelSelector: 'app', limit: 2 });
      expect(names(first)).toEqual(['page-0', 'page-1']);
      const rest = await c.list(CONFIG_MAPS, { namespace: 'suite-two', labelSelector: 'app', limit: 10, continue: first.metadata.continue });
      expect(names(rest)).toEqual(['page-2', 'page-3', 'page-4']);
      expect(rest.metadata.continue ?? '').toBe('');
      await c.deleteCollection(CONFIG_MAPS, { namespace: 'suite-two', labelSelector: 'app=x' });
      expect(names(await c.list(CONFIG_MAPS, { labelSelector: 'app' }))).toEqual(['page-3', 'page-4']);
    });

    it('deletes under preconditions and behind finalizers', async () => {
      const made = await c.create(CONFIG_MAPS, { ...map('held'), metadata: { name: 'held', namespace: 'suite', finalizers: ['example.com/hold'] } });
      const other = '11111111-1111-4111-8111-111111111111';
      expect((await refused(c.delete(CONFIG_MAPS, 'suite', 'held', { preconditions: { uid: other } }))).reason).toBe('Conflict');
      await c.delete(CONFIG_MAPS, 'suite', 'held', { preconditions: { uid: made.metadata.uid }, propagationPolicy: 'Background' });
      expect((await c.get(CONFIG_MAPS, 'suite', 'held')).metadata.deletionTimestamp).toBeDefined();
      await c.patch(CONFIG_MAPS, 'suite', 'held', 'merge', { metadata: { finalizers: null } });
      expect((await refused(c.get(CONFIG_MAPS, 'suite', 'held'))).reason).toBe('NotFound');
    });

    const open = (o: WatchOptions) => {
      const seen: string[] = [];
      const wakers: (() => void)[] = [];
      let closed: { error?: Error } | undefined;
      const push = (s: string) => {
        seen.push(s);
        for (const w of wakers.splice(0)) w();
      };
      const handle = c.watch(CONFIG_MAPS, o, {
        event: (type, x) => push(type === 'BOOKMARK' ? `BOOKMARK ${x.metadata.annotations?.['k8s.io/initial-events-end'] ?? ''}`.trim() : `${type} ${x.metadata.name} ${x.kind}`),
        closed: (error) => {
          closed = { error };
          push('closed');
        },
      });
      const until = async (n: number) => {
        while (seen.length < n) await new Promise<void>((r) => wakers.push(r));
        return seen.slice(0, n);
      };
      return { seen, handle, until, closed: () => closed };
    };

    it('watches from a version on', async () => {
      const made = await c.create(CONFIG_MAPS, map('w1', {}, 'suite', { w: 'y' }));
      const w = open({ namespace: 'suite', labelSelector: 'w=y', resourceVersion: made.metadata.resourceVersion });
      await c.update(CONFIG_MAPS, { ...made, data: { a: 'b' } });
      await c.create(CONFIG_MAPS, map('w2', {}, 'suite', { w: 'n' }));
      await c.patch(CONFIG_MAPS, 'suite', 'w2', 'merge', { metadata: { labels: { w: 'y' } } });
      await c.patch(CONFIG_MAPS, 'suite', 'w1', 'merge', { metadata: { labels: { w: 'n' } } });
      await c.delete(CONFIG_MAPS, 'suite', 'w2');
      expect(await w.until(4)).toEqual(['MODIFIED w1 ConfigMap', 'ADDED w2 ConfigMap', 'DELETED w1 ConfigMap', 'DELETED w2 ConfigMap']);
      w.handle.dispose();
      await c.create(CONFIG_MAPS, map('w3', {}, 'suite', { w: 'y' }));
      expect(w.seen).toHaveLength(4);
      expect(w.closed()).toBeUndefined();
    });

    it('streams the initial state and says where it ends', async () => {
      await c.create(CONFIG_MAPS, map('s1', {}, 'suite', { s: 'y' }));
      const w = open({ labelSelector: 's=y', sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: true });
      await w.until(2);
      await c.create(CONFIG_MAPS, map('s2', {}, 'suite', { s: 'y' }));
      expect(await w.until(3)).toEqual(['ADDED s1 ConfigMap', 'BOOKMARK true', 'ADDED s2 ConfigMap']);
      w.handle.dispose();
    });

    it('closes a watch with what the server says', async () => {
      const w = open({ labelSelector: 'a=(' });
      await w.until(1);
      expect(w.seen).toEqual(['closed']);
      expect(isReason(w.closed()?.error, 'BadRequest')).toBe(true);
    });

    it('discovers what is served', async () => {
      const all = await c.discover();
      const cm = all.find((r) => r.gvr.group === '' && r.gvr.resource === 'configmaps');
      expect(cm).toMatchObject({ gvr: { group: '', version: 'v1', resource: 'configmaps' }, kind: 'ConfigMap', namespaced: true });
      expect(cm!.verbs).toEqual(expect.arrayContaining(['create', 'delete', 'get', 'list', 'watch']));
      expect(all.find((r) => r.gvr.resource === 'namespaces')).toMatchObject({ kind: 'Namespace', namespaced: false });
    });
  });
}
