import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/api/meta/object';
import type { SqliteStore } from '../../../src/storage/sqlite/sqlite-store';
import { openSqliteStore } from '../../../src/storage/sqlite/open-sqlite-store';
import { createWatchCache, type StoreWatchCache } from '../../../src/storage/watch-cache/create-watch-cache';
import { Dispatcher } from '../../../src/storage/watch-cache/dispatcher';
import { ExpiredError, type CachedEvent, type Predicate, type WatchSink } from '../../../src/storage/watch-cache/watch-cache';
import { FakeClock } from '../../../src/util/fake-clock';
import { silentLog } from '../../../src/util/log';
import { Slices } from '../../../src/util/slices';

const PODS = '/registry/pods/';
const keyOf = (name: string): string => PODS + (name.includes('/') ? name : `default/${name}`);

interface Change {
  labels?: Record<string, string>;
  node?: string;
}

let store: SqliteStore;
let dispatcher: Dispatcher;
let decoded: number;

beforeEach(async () => {
  store = await openSqliteStore({ file: ':memory:', clock: new FakeClock(), log: silentLog });
  dispatcher = new Dispatcher(store, silentLog);
  decoded = 0;
});
afterEach(async () => {
  dispatcher.close();
  await store.close();
});

const decode = (bytes: Uint8Array): KubeObject => (decoded++, JSON.parse(Buffer.from(bytes).toString()) as KubeObject);
const nodeOf = (o: KubeObject): string => (o.spec as { nodeName?: string }).nodeName ?? '';
const openCache = (ring?: number, slices?: Slices): Promise<StoreWatchCache> => createWatchCache({ dispatcher, prefix: PODS, decode, indexOf: nodeOf, ring, slices, log: silentLog });

function pod(name: string, rev: number, { labels, node }: Change): KubeObject {
  return { kind: 'Pod', apiVersion: 'v1', metadata: { name, resourceVersion: String(rev), ...(labels && { labels }) }, spec: node ? { nodeName: node } : {} };
}

/** Writes a pod as a writer in this process does (tagged) or as one elsewhere. */
async function write(name: string, change: Change = {}, tagged = true): Promise<number> {
  const key = keyOf(name);
  const { kv } = await store.get(key);
  const tag: { object?: KubeObject; bytes?: Uint8Array } = {};
  const make = (rev: number): Uint8Array => {
    tag.object = pod(name, rev, change);
    return (tag.bytes = Buffer.from(JSON.stringify(tag.object)));
  };
  const r = await store.put(key, make, kv?.rev ?? 0, tagged ? tag : undefined);
  if (!r.ok) throw new Error(`write of ${name} refused`);
  return r.rev;
}

async function remove(name: string): Promise<number> {
  const { kv } = await store.get(keyOf(name));
  const old = JSON.parse(Buffer.from(kv!.value).toString()) as KubeObject;
  const r = await store.delete(keyOf(name), kv!.rev, (rev) => Buffer.from(JSON.stringify({ ...old, metadata: { ...old.metadata, resourceVersion: String(rev) } })));
  if (!r.ok) throw new Error(`delete of ${name} refused`);
  return r.rev;
}

class Gather implements WatchSink {
  events: CachedEvent[] = [];
  closed: string | undefined;
  private wanted = Infinity;
  private done: () => void = () => {};

  constructor(private readonly capacity = Infinity) {}

  offer(e: CachedEvent): boolean {
    if (this.events.length >= this.capacity) return false;
    this.events.push(e);
    if (this.events.length >= this.wanted) this.done();
    return true;
  }

  close(reason: string): void {
    this.closed = reason;
  }

  until(n: number): Promise<void> {
    return new Promise((resolve) => {
      this.wanted = n;
      this.done = resolve;
      if (this.events.length >= n) resolve();
    });
  }

  /** 'ADDED web@5' */
  get brief(): string[] {
    return this.events.map((e) => `${e.type} ${e.cached!.key.slice(PODS.length)}@${e.rev}`);
  }
}

function watch(cache: StoreWatchCache, p: Predicate, after?: number, capacity?: number): Gather & { stop(): void } {
  const sink = new Gather(capacity);
  const handle = cache.watch(p, after, sink);
  return Object.assign(sink, { stop: () => handle.dispose() });
}

const app = (value: string): Predicate => ({ matches: (o) => o.metadata.labels?.app === value });

describe('what the cache holds', () => {
  it('is what was stored before, decoded only when looked at', async () => {
    const rev = await write('a', { node: 'n1' });
    await write('b');
    const cache = await openCache();
    expect(cache.size).toBe(2);
    expect(cache.list({}).items.map((c) => c.key)).toEqual([keyOf('a'), keyOf('b')]);
    expect(decoded).toBe(0);
    const a = cache.get(keyOf('a'))!;
    expect(a.rev).toBe(rev);
    expect(a.object.spec).toEqual({ nodeName: 'n1' });
    expect(a.object).toBe(cache.get(keyOf('a'))!.object);
    expect(decoded).toBe(1);
  });

  it('takes the object of a writer in this process without parsing', async () => {
    const cache = await openCache();
    const object = pod('a', 2, {});
    const bytes = Buffer.from('{"the":"bytes"}');
    await store.put(keyOf('a'), () => bytes, 0, { object, bytes });
    expect(cache.get(keyOf('a'))!.object).toBe(object);
    expect(cache.get(keyOf('a'))!.bytes).toBe(bytes);
    const made = { key: keyOf('b'), rev: 0, object, bytes };
    await store.put(keyOf('b'), (rev) => ((made.rev = rev), bytes), 0, made);
    expect(cache.get(keyOf('b'))).toBe(made);
    expect(decoded).toBe(0);
  });

  it('parses what was stored when the tag is about other bytes', async () => {
    const cache = await openCache();
    const stored = Buffer.from(JSON.stringify(pod('a', 2, { node: 'real' })));
    await store.put(keyOf('a'), () => stored, 0, { object: pod('a', 2, { node: 'other' }), bytes: Buffer.from(stored) });
    expect(nodeOf(cache.get(keyOf('a'))!.object)).toBe('real');
  });

  it('names the object whose bytes cannot be read', async () => {
    const cache = await openCache();
    await store.put(keyOf('bad'), () => Buffer.from('{'), 0);
    expect(() => cache.get(keyOf('bad'))!.object).toThrow(/\/registry\/pods\/default\/bad at revision 2 cannot be read/);
  });

  it('lists in key order whatever the order of writes and deletes', async () => {
    const cache = await openCache();
    for (const n of ['b/z', 'a/y', 'a-b/x', 'a/b', 'b/a', 'a/c']) {
      await write(n);
      const keys = cache.list({}).items.map((c) => c.key);
      expect(keys).toEqual([...keys].sort());
    }
    await remove('a/c');
    await remove('a-b/x');
    await write('a/c');
    const names = (p: Predicate): string[] => cache.list(p).items.map((c) => c.key.slice(PODS.length));
    expect(names({})).toEqual(['a/b', 'a/c', 'a/y', 'b/a', 'b/z']);
    expect(names({ prefix: PODS })).toEqual(names({}));
    expect(names({ prefix: `${PODS}a/` })).toEqual(['a/b', 'a/c', 'a/y']);
    expect(names({ prefix: `${PODS}none/` })).toEqual([]);
    expect(names({ key: keyOf('b/a') })).toEqual(['b/a']);
    expect(names({ key: keyOf('b/none') })).toEqual([]);
  });

  it('shows the latest state in a list taken again', async () => {
    const cache = await openCache();
    await write('a', { node: 'n1' });
    const first = cache.list({}).items;
    const rev = await write('a', { node: 'n2' });
    expect(cache.list({}).items.map((c) => nodeOf(c.object))).toEqual(['n2']);
    expect(cache.list({}).rev).toBe(rev);
    expect(first.map((c) => nodeOf(c.object))).toEqual(['n1']);
  });

  it('lists by index and by labels', async () => {
    const cache = await openCache();
    await write('a', { node: 'n1', labels: { app: 'x' } });
    await write('b', { node: 'n2', labels: { app: 'x' } });
    await write('other/c', { node: 'n1' });
    const names = (p: Predicate): string[] => cache.list(p).items.map((c) => c.object.metadata.name!);
    expect(names({ index: 'n1' })).toEqual(['a', 'other/c']);
    expect(names({ index: 'n1', prefix: `${PODS}default/` })).toEqual(['a']);
    expect(names(app('x'))).toEqual(['a', 'b']);
    expect(names({ ...app('x'), key: keyOf('b') })).toEqual(['b']);
    expect(names({ ...app('y'), key: keyOf('b') })).toEqual([]);
  });

  it('misses nothing that is written while it loads', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => write(`p${i}`)));
    const writes = Promise.all(Array.from({ length: 20 }, (_, i) => write(`q${i}`)));
    const cache = await openCache();
    await writes;
    expect(cache.size).toBe(40);
  });

  it('follows the revision of the whole store', async () => {
    const cache = await openCache();
    const r = await store.put('/registry/nodes/n', () => Buffer.from('{}'), 0);
    expect(cache.revision).toBe(r.ok && r.rev);
    expect(cache.list({}).rev).toBe(cache.revision);
    expect(cache.size).toBe(0);
  });

  it('knows caches whose groups have longer prefixes apart', async () => {
    const open = (prefix: string): Promise<StoreWatchCache> => createWatchCache({ dispatcher, prefix, decode, log: silentLog });
    const core = await open('/registry/events/');
    const group = await open('/registry/events.k8s.io/events/');
    await store.put('/registry/events.k8s.io/events/a/b', () => Buffer.from('{}'), 0);
    expect([core.size, group.size]).toEqual([0, 1]);
    await expect(open('/registry/events/')).rejects.toThrow('share one');
  });

  it('can be waited for', async () => {
    const cache = await openCache();
    const never = new AbortController();
    await cache.fresh(cache.revision, never.signal);
    const order: string[] = [];
    const wait = cache.fresh(cache.revision + 2, never.signal).then(() => order.push(`at ${cache.revision}`));
    const gaveUp = expect(cache.fresh(cache.revision + 100, AbortSignal.abort(new Error('gave up')))).rejects.toThrow('gave up');
    const late = new AbortController();
    const gaveUpLater = expect(cache.fresh(cache.revision + 100, late.signal)).rejects.toThrow('too late');
    late.abort(new Error('too late'));
    await write('a');
    order.push('one');
    await write('b');
    await wait;
    expect(order).toEqual(['one', 'at 3']);
    await Promise.all([gaveUp, gaveUpLater]);
  });
});

describe('a watch', () => {
  it('begins with the present state when asked from nowhere', async () => {
    const cache = await openCache();
    const b = await write('b');
    const a = await write('a');
    const seen = watch(cache, {});
    expect(seen.brief).toEqual([`ADDED default/a@${a}`, `ADDED default/b@${b}`]);
    const b2 = await write('b');
    const gone = await remove('a');
    expect(seen.brief.slice(2)).toEqual([`MODIFIED default/b@${b2}`, `DELETED default/a@${gone}`]);
    expect(seen.events[3]!.cached!.object.metadata.resourceVersion).toBe(String(gone));
    expect(seen.events[3]!.prev!.rev).toBe(a);
  });

  it('has been told, and the cache shows it, when the write is answered', async () => {
    const cache = await openCache();
    const seen = watch(cache, {}, cache.revision);
    const states: unknown[] = [];
    cache.watch({}, cache.revision, { offer: (e) => states.push(cache.get(e.cached!.key)?.rev === e.rev, cache.revision === e.rev) > 0, close() {} });
    const rev = await write('a');
    expect(seen.brief).toEqual([`ADDED default/a@${rev}`]);
    expect(states).toEqual([true, true]);
  });

  it('goes on from a revision with what memory holds', async () => {
    const cache = await openCache(10);
    const revs: number[] = [];
    for (let i = 0; i < 25; i++) revs.push(await write(`p${i % 5}`));
    const start = revs[14]!;
    const seen = watch(cache, {}, start);
    expect(seen.events.map((e) => e.rev)).toEqual(revs.slice(15));
    const late = watch(cache, {}, revs[20]!);
    expect(late.events.map((e) => e.rev)).toEqual(revs.slice(21));
    revs.push(await write('p0'));
    expect(seen.events.map((e) => e.rev)).toEqual(revs.slice(15));
    expect(late.events.map((e) => e.rev)).toEqual(revs.slice(21));
  });

  it("reads further back from the store's history, without gaps or repeats while writes go on", async () => {
    const cache = await openCache(5);
    const start = cache.revision;
    for (let i = 0; i < 50; i++) await write(`p${i % 5}`);
    const watches = [watch(cache, {}, start), watch(cache, {}, start + 30), watch(cache, { prefix: `${PODS}default/` }, start + 10)];
    await Promise.all(Array.from({ length: 30 }, (_, i) => write(`q${i}`)));
    watches.push(watch(cache, {}, start + 60));
    for (let i = 0; i < 10; i++) await write('last');
    const from = [0, 30, 10, 60];
    for (const [i, seen] of watches.entries()) {
      await seen.until(90 - from[i]!);
      expect(seen.events.map((e) => e.rev)).toEqual(Array.from({ length: 90 - from[i]! }, (_, n) => start + from[i]! + n + 1));
    }
    expect(watches[0]!.brief.slice(0, 2)).toEqual([`ADDED default/p0@${start + 1}`, `ADDED default/p1@${start + 2}`]);
    expect(watches[0]!.events[5]!.type).toBe('MODIFIED');
  });

  it('of a cache made later sees the history before it, also when nothing of the resource has changed since', async () => {
    const start = store.revision;
    await write('a', { labels: { app: 'x' } });
    const changed = await write('a', { labels: { app: 'y' } });
    await store.put('/registry/nodes/n', () => Buffer.from('{}'), 0);
    const cache = await openCache();
    const all = watch(cache, {}, start);
    const labelled = watch(cache, app('x'), start);
    const quiet = watch(cache, { key: keyOf('a') }, changed);
    await Promise.all([all.until(2), labelled.until(2)]);
    expect(labelled.events.map((e) => e.type)).toEqual(['ADDED', 'DELETED']);
    expect(quiet.events).toEqual([]);
    const rev = await write('a', { labels: { app: 'y' } });
    expect(quiet.brief).toEqual([`MODIFIED default/a@${rev}`]);
    expect(all.events[2]).toBe(quiet.events[0]);
  });

  it('from before the compaction has expired', async () => {
    const cache = await openCache(2);
    const start = cache.revision;
    for (let i = 0; i < 10; i++) await write('a');
    await store.compact(start + 5);
    expect(() => watch(cache, {}, start + 4)).toThrow(ExpiredError);
    expect(() => watch(cache, {}, start + 4)).toThrow(`too old resource version: ${start + 4} (${start + 5})`);
    const seen = watch(cache, {}, start + 5);
    await seen.until(5);
    expect(seen.events[0]!.rev).toBe(start + 6);
  });

  it('from the future begins there', async () => {
    const cache = await openCache();
    const seen = watch(cache, {}, cache.revision + 1);
    await write('a');
    const b = await write('b');
    expect(seen.brief).toEqual([`ADDED default/b@${b}`]);
  });

  it('is told when an object comes to match, changes, and stops to match', async () => {
    const cache = await openCache();
    const seen = watch(cache, app('x'), cache.revision);
    await write('a', { labels: { app: 'y' } });
    const came = await write('a', { labels: { app: 'x' } });
    const changed = await write('a', { labels: { app: 'x' }, node: 'n1' });
    const went = await write('a', { labels: { app: 'y' }, node: 'n1' });
    await remove('a');
    const again = await write('a', { labels: { app: 'x' } });
    const gone = await remove('a');
    expect(seen.brief).toEqual([
      `ADDED default/a@${came}`,
      `MODIFIED default/a@${changed}`,
      `DELETED default/a@${went}`,
      `ADDED default/a@${again}`,
      `DELETED default/a@${gone}`,
    ]);
    const deleted = seen.events[2]!.cached!;
    expect(deleted.rev).toBe(went);
    expect(deleted.object.metadata).toEqual({ name: 'a', resourceVersion: String(went), labels: { app: 'x' } });
    expect(JSON.parse(Buffer.from(deleted.bytes).toString())).toEqual(deleted.object);
    expect(seen.events[2]!.prev!.object.metadata.resourceVersion).toBe(String(changed));
  });

  it('gets right bytes for an object that mentions its own resourceVersion elsewhere', async () => {
    const cache = await openCache();
    const seen = watch(cache, app('x'), cache.revision);
    const rev = await write('a');
    const next = rev + 1;
    const tricky = { kind: 'Pod', apiVersion: 'v1', metadata: { annotations: { resourceVersion: String(next) }, labels: { app: 'x' }, name: 'a', resourceVersion: String(next) }, spec: {} };
    await store.put(keyOf('a'), () => Buffer.from(JSON.stringify(tricky)), rev);
    const went = await write('a');
    const bytes = JSON.parse(Buffer.from(seen.events[1]!.cached!.bytes).toString()) as KubeObject;
    expect(bytes.metadata).toEqual({ ...tricky.metadata, resourceVersion: String(went) });
  });

  it('shares events with all who are told the same', async () => {
    const cache = await openCache();
    await write('a', { labels: { app: 'x' } });
    const xs = [watch(cache, app('x'), cache.revision), watch(cache, app('x'), cache.revision)];
    const ys = [watch(cache, app('y'), cache.revision), watch(cache, app('y'), cache.revision)];
    const all = [watch(cache, {}, cache.revision), watch(cache, { prefix: `${PODS}default/` }, cache.revision)];
    await write('a', { labels: { app: 'y' } });
    for (const [one, other] of [xs, ys, all]) {
      expect(one!.events).toHaveLength(1);
      expect(one!.events[0]).toBe(other!.events[0]);
    }
    expect([xs, ys, all].map(([w]) => w!.events[0]!.type)).toEqual(['DELETED', 'ADDED', 'MODIFIED']);
  });

  it('on one key, one namespace or one index value is not asked about others', async () => {
    const cache = await openCache();
    const asked: string[] = [];
    const note = (who: string): ((o: KubeObject) => boolean) => (o) => (asked.push(`${who}:${o.metadata.name}`), true);
    for (let i = 0; i < 50; i++) {
      watch(cache, { key: keyOf(`other${i}`), matches: note('key') }, cache.revision);
      watch(cache, { prefix: `${PODS}ns${i}/`, matches: note('namespace') }, cache.revision);
      watch(cache, { index: `node${i}`, matches: note('index') }, cache.revision);
    }
    await write('a', { node: 'node7' });
    expect(asked).toEqual(['index:a']);
    asked.length = 0;
    await write('ns3/b');
    await write('other1');
    expect(asked).toEqual(['namespace:ns3/b', 'key:other1']);
  });

  it('by index sees an object come and go with the value', async () => {
    const cache = await openCache();
    const unbound = watch(cache, { index: '' }, cache.revision);
    const n1 = watch(cache, { index: 'n1' }, cache.revision);
    const elsewhere = watch(cache, { index: 'n1', prefix: `${PODS}other/` }, cache.revision);
    const made = await write('a');
    const bound = await write('a', { node: 'n1' });
    const gone = await remove('a');
    expect(unbound.brief).toEqual([`ADDED default/a@${made}`, `DELETED default/a@${bound}`]);
    expect(n1.brief).toEqual([`ADDED default/a@${bound}`, `DELETED default/a@${gone}`]);
    expect(elsewhere.brief).toEqual([]);
  });

  it('that is too slow is ended, the others are not', async () => {
    const cache = await openCache();
    const slow = watch(cache, {}, cache.revision, 2);
    const quick = watch(cache, {}, cache.revision);
    for (let i = 0; i < 5; i++) await write(`p${i}`);
    expect(slow.closed).toBe('slow');
    expect(slow.events).toHaveLength(2);
    expect(quick.closed).toBeUndefined();
    expect(quick.events).toHaveLength(5);
    expect(cache.watching).toBe(1);
    expect(watch(cache, {}, undefined, 2).closed).toBe('slow');
    expect(watch(cache, {}, cache.revision - 4, 2).closed).toBe('slow');
    expect(cache.watching).toBe(1);
  });

  it('whose selector fails is ended, the others are told', async () => {
    const cache = await openCache();
    const failing = watch(cache, { matches: () => { throw new Error('selector'); } }, cache.revision);
    const other = watch(cache, {}, cache.revision);
    await write('a');
    expect(failing.closed).toBe('stopped');
    expect(other.events).toHaveLength(1);
  });

  it('that was stopped hears nothing more, not even its end', async () => {
    const cache = await openCache(1);
    const start = cache.revision;
    for (let i = 0; i < 5; i++) await write('a');
    const live = watch(cache, {}, cache.revision);
    const past = watch(cache, {}, start);
    live.stop();
    past.stop();
    await write('a');
    await store.size();
    cache.close('stopped');
    expect([live.events, past.events]).toEqual([[], []]);
    expect([live.closed, past.closed]).toEqual([undefined, undefined]);
    expect(cache.watching).toBe(0);
  });

  it('may be stopped and started from within an event', async () => {
    const cache = await openCache();
    const inner = new Gather();
    let offers = 0;
    const handle = cache.watch({}, cache.revision, {
      offer: (e) => {
        offers++;
        cache.watch({}, e.rev - 1, inner);
        handle.dispose();
        return true;
      },
      close() {},
    });
    const a = await write('a');
    const b = await write('b');
    expect(offers).toBe(1);
    expect(inner.brief).toEqual([`ADDED default/a@${a}`, `ADDED default/b@${b}`]);
  });

  it('ends with the cache and its reason', async () => {
    const cache = await openCache();
    const seen = [watch(cache, {}), watch(cache, { key: keyOf('a') }), watch(cache, { index: 'n' }), watch(cache, { prefix: `${PODS}default/` })];
    cache.close('deleted');
    expect(seen.map((s) => s.closed)).toEqual(new Array(4).fill('deleted'));
    expect(watch(cache, {}).closed).toBe('deleted');
    const next = await openCache();
    await write('a');
    expect([cache.size, next.size]).toEqual([0, 1]);
  });
});

describe('a watch that begins with a large state', () => {
  /** Takes at most `portion` events before it has to be told to go on. */
  class Portions extends Gather {
    resume?: () => void;
    private before = 0;
    constructor(private readonly portion: number) {
      super();
    }
    room(resume: () => void): boolean {
      if (this.events.length - this.before < this.portion) return true;
      this.before = this.events.length;
      this.resume = resume;
      return false;
    }
  }
  const turn = (): Promise<void> => new Promise((r) => setImmediate(r));
  const total = 2500;
  const name = (i: number): string => `p-${String(i).padStart(4, '0')}`;

  it('is told it in pieces, then its end, then what has happened meanwhile', async () => {
    const cache = await openCache(undefined, new Slices(new FakeClock()));
    await Promise.all(Array.from({ length: total }, (_, i) => write(name(i))));
    const then = cache.revision;
    const sink = new Portions(600);
    const ends: { rev: number; told: number }[] = [];
    const watching = cache.watch({}, undefined, sink, (rev) => ends.push({ rev, told: sink.events.length }));
    expect(sink.events).toHaveLength(0);
    for (let i = 0; i < 4; i++) await turn();
    // Pieces of 250.
    expect(sink.events).toHaveLength(750);

    const changed = await write(name(0), { labels: { new: 'yes' } });
    const added = await write('zz');
    expect(sink.events).toHaveLength(750);
    while (ends.length === 0) {
      sink.resume?.();
      sink.resume = undefined;
      await turn();
    }
    expect(ends).toEqual([{ rev: then, told: total }]);
    expect(sink.brief.slice(0, total).map((b) => b.split('@')[0])).toEqual(Array.from({ length: total }, (_, i) => `ADDED default/${name(i)}`));
    expect(sink.brief.slice(total)).toEqual([`MODIFIED default/${name(0)}@${changed}`, `ADDED default/zz@${added}`]);
    const later = await write('zzz');
    expect(sink.brief.at(-1)).toBe(`ADDED default/zzz@${later}`);
    watching.dispose();
  });

  it('is told nothing more once it has ended', async () => {
    const cache = await openCache(undefined, new Slices(new FakeClock()));
    await Promise.all(Array.from({ length: total }, (_, i) => write(name(i))));
    const sink = new Portions(Infinity);
    const watching = cache.watch({}, undefined, sink, () => expect.unreachable());
    watching.dispose();
    for (let i = 0; i < 20; i++) await turn();
    expect(sink.events).toHaveLength(0);
    expect(cache.watching).toBe(0);
  });
});
