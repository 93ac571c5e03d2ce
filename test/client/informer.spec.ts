import { describe, expect, it } from 'vitest';
import { expired } from '../../src/api/errors/status-error';
import type { KubeObject } from '../../src/api/meta/object';
import { createCaches } from '../../src/client/caches';
import { CONFIG_MAPS, PODS } from '../../src/client/resources';
import { FakeClock } from '../../src/util/fake-clock';
import { silentLog } from '../../src/util/log';
import { SeededRandom } from '../../src/util/random';
import { FakeClient } from './fake-client';

function setup() {
  const clock = new FakeClock();
  const random = new SeededRandom(7);
  const client = new FakeClient(clock, random);
  const caches = createCaches(client, { clock, random, log: silentLog });
  const seen: string[] = [];
  const follow = (r = CONFIG_MAPS) => {
    const informer = caches.informer(r);
    informer.subscribe({
      added: (o) => seen.push(`+${o.metadata.name}`),
      updated: (o, old) => seen.push(`~${o.metadata.name} ${old.metadata.resourceVersion}>${o.metadata.resourceVersion}`),
      deleted: (o) => seen.push(`-${o.metadata.name}`),
    });
    return informer;
  };
  return { clock, client, caches, seen, follow };
}

const map = (name: string, namespace = 'a', data: object = {}): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data });

describe('informer', () => {
  it('sees the initial state by WatchList, then every change, synchronously', async () => {
    const { client, caches, seen, follow } = setup();
    const one = await client.create(CONFIG_MAPS, map('one'));
    const informer = follow();
    expect(informer.synced).toBe(true);
    await caches.synced();
    expect(informer.get('a/one')).toBe(one);
    const two = await client.create(CONFIG_MAPS, map('two', 'b'));
    const changed = await client.update(CONFIG_MAPS, { ...two, data: { k: 'v' } });
    await client.delete(CONFIG_MAPS, 'a', 'one');
    expect(seen).toEqual(['+one', '+two', `~two ${two.metadata.resourceVersion}>${changed.metadata.resourceVersion}`, '-one']);
    expect(informer.list()).toEqual([changed]);
    expect(informer.list('a')).toEqual([]);
    expect(informer.list('b')[0]).toBe(changed);
  });

  it('lists and watches where there is no WatchList', async () => {
    const { client, caches, seen, follow } = setup();
    client.watchList = false;
    await client.create(CONFIG_MAPS, map('one'));
    follow();
    await caches.synced();
    await client.create(CONFIG_MAPS, map('two'));
    expect(seen).toEqual(['+one', '+two']);
  });

  it('hands out references, and the same array until something changes', async () => {
    const { client, caches } = setup();
    for (let i = 0; i < 10_000; i++) await client.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name: `p${i}`, namespace: 'a' }, spec: {} });
    const pods = caches.informer(PODS);
    pods.addIndex('hash', (o) => [o.metadata.name!.slice(-1)]);
    const list = pods.list();
    expect(list).toHaveLength(10_000);
    expect(pods.list()).toBe(list);
    expect(pods.byIndex('hash', '3')).toHaveLength(1000);
    expect(pods.byIndex('hash', '3')).toBe(pods.byIndex('hash', '3'));
    expect(pods.get('a/p5')).toBe(await client.get(PODS, 'a', 'p5'));
    await client.delete(PODS, 'a', 'p3');
    expect(pods.byIndex('hash', '3')).toHaveLength(999);
    expect(list).toHaveLength(10_000);
  });

  it('moves objects between index values', async () => {
    const { client, caches } = setup();
    const maps = caches.informer(CONFIG_MAPS);
    maps.addIndex('k', (o) => (o['data']?.k ? [o['data'].k as string] : []));
    const one = await client.create(CONFIG_MAPS, map('one', 'a', { k: 'x' }));
    expect(maps.byIndex('k', 'x')).toEqual([one]);
    await client.update(CONFIG_MAPS, { ...one, data: { k: 'y' } });
    expect(maps.byIndex('k', 'x')).toEqual([]);
    expect(maps.byIndex('k', 'y').map((o) => o.metadata.name)).toEqual(['one']);
    expect(() => maps.byIndex('other', '')).toThrow('no index "other"');
  });

  it('resumes from the last version and misses nothing', async () => {
    const { clock, client, seen, follow } = setup();
    follow();
    await client.create(CONFIG_MAPS, map('one'));
    await clock.advance(5000);
    client.hangUp(CONFIG_MAPS);
    await client.create(CONFIG_MAPS, map('two'));
    await client.delete(CONFIG_MAPS, 'a', 'one');
    expect(seen).toEqual(['+one']);
    await clock.advance(10);
    expect(seen).toEqual(['+one', '+two', '-one']);
  });

  it('lists anew when its version has expired, and tells only what is new', async () => {
    const { clock, client, seen, follow } = setup();
    const informer = follow();
    await client.create(CONFIG_MAPS, map('same'));
    await client.create(CONFIG_MAPS, map('gone'));
    const again = await client.create(CONFIG_MAPS, map('again'));
    client.hangUp(CONFIG_MAPS, expired('too old resource version'));
    await client.delete(CONFIG_MAPS, 'a', 'gone');
    await client.delete(CONFIG_MAPS, 'a', 'again');
    const made = await client.create(CONFIG_MAPS, map('again'));
    expect(made.metadata.uid).not.toBe(again.metadata.uid);
    client.oldest = client.rev;
    await clock.advance(10);
    expect(seen).toEqual(['+same', '+gone', '+again', '-gone', '-again', '+again']);
    expect(informer.get('a/again')).toBe(made);
  });

  it('waits longer and longer while the server is out of reach', async () => {
    const { clock, client, follow } = setup();
    let tries = 0;
    client.fail = (verb) => (verb === 'watch' ? (tries++, new Error('connection refused')) : undefined);
    const informer = follow();
    await clock.advance(60_000);
    expect(tries).toBeGreaterThan(4);
    expect(tries).toBeLessThan(9);
    client.fail = () => undefined;
    await client.create(CONFIG_MAPS, map('one'));
    await clock.advance(60_000);
    expect(informer.synced).toBe(true);
    expect(informer.get('a/one')).toBeDefined();
  });

  it('keeps one handler’s error from the others', async () => {
    const { client, caches, seen } = setup();
    const informer = caches.informer(CONFIG_MAPS);
    informer.subscribe({ added: () => { throw new Error('mine'); } });
    const second = informer.subscribe({ added: (o) => seen.push(o.metadata.name!) });
    await client.create(CONFIG_MAPS, map('one'));
    second.dispose();
    await client.create(CONFIG_MAPS, map('two'));
    expect(seen).toEqual(['one']);
  });

  it('gives up waiting when told to, and stops', async () => {
    const { clock, client, caches, seen, follow } = setup();
    client.fail = () => new Error('down');
    follow();
    const abort = new AbortController();
    const waiting = caches.synced(abort.signal);
    abort.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    caches.stop();
    client.fail = () => undefined;
    await clock.advance(60_000);
    expect(seen).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
