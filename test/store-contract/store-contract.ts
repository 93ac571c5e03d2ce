import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompactedError, FutureRevisionError, type Range, type Store, type StoreEvent } from '../../src/storage/store';

const ALL: Range = { start: '/registry/', end: '/registry0' };
const PODS: Range = { start: '/registry/pods/', end: '/registry/pods0' };

export interface OpenedStore {
  store: Store;
  /** Frees what the test's store left (files, servers), after it has been closed. */
  cleanUp?(): Promise<void> | void;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array | undefined): string | undefined => bytes && new TextDecoder().decode(bytes);
const pod = (name: string): string => `/registry/pods/default/${name}`;

/** What every storage engine has to do; `open` gives a new, empty store. */
export function describeStore(name: string, open: () => Promise<OpenedStore>): void {
  describe(`store contract: ${name}`, () => {
    let store: Store;
    let opened: OpenedStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(async () => {
      await store.close();
      await opened.cleanUp?.();
    });

    /** Writes and returns the revision; fails the test when the write is refused. */
    const put = async (key: string, text: string, expectRev = 0, tag?: unknown): Promise<number> => {
      const r = await store.put(key, () => encode(text), expectRev, tag);
      if (!r.ok) throw new Error(`put ${key} refused, current revision ${r.current?.rev}`);
      return r.rev;
    };
    const remove = async (key: string, expectRev: number, text = 'gone'): Promise<number> => {
      const r = await store.delete(key, expectRev, () => encode(text));
      if (!r.ok) throw new Error(`delete ${key} refused`);
      return r.rev;
    };
    const texts = async (r: Range, rev?: number): Promise<[string, string][]> =>
      (await store.list(r, { rev })).kvs.map((kv) => [kv.key, decode(kv.value)!]);
    /** Watches and gathers events; `until` resolves when `n` have come. */
    const gather = (r: Range, after: number) => {
      const events: StoreEvent[] = [];
      let wanted = Infinity;
      let done: () => void = () => {};
      const watch = store.watch(r, after, (batch) => {
        events.push(...batch);
        if (events.length >= wanted) done();
      });
      return {
        events,
        watch,
        revs: () => events.map((e) => e.kv.rev),
        until: (n: number) =>
          new Promise<void>((resolve) => {
            wanted = n;
            done = resolve;
            if (events.length >= n) resolve();
          }),
      };
    };

    describe('compare and swap', () => {
      it('starts at a revision above zero and counts one per write', async () => {
        const start = store.revision;
        expect(start).toBeGreaterThan(0);
        expect(await put(pod('a'), '1')).toBe(start + 1);
        expect(await put(pod('b'), '1')).toBe(start + 2);
        expect(await remove(pod('a'), start + 1)).toBe(start + 3);
        expect(store.revision).toBe(start + 3);
      });

      it('tells the writer the revision before the bytes are made, once', async () => {
        const asked: number[] = [];
        const r = await store.put(pod('a'), (rev) => (asked.push(rev), encode(`rev ${rev}`)), 0);
        expect(r).toEqual({ ok: true, rev: asked[0] });
        expect(asked).toHaveLength(1);
        expect(decode((await store.get(pod('a'))).kv?.value)).toBe(`rev ${asked[0]}`);
      });

      it('creates only what does not exist', async () => {
        const rev = await put(pod('a'), 'first');
        const r = await store.put(pod('a'), () => encode('second'), 0);
        expect(r).toMatchObject({ ok: false, current: { key: pod('a'), rev, createRev: rev } });
        expect(decode(r.ok ? undefined : r.current?.value)).toBe('first');
        expect(store.revision).toBe(rev);
      });

      it('does not call the writer when the write is refused', async () => {
        const rev = await put(pod('a'), 'first');
        let called = 0;
        const make = (): Uint8Array => (called++, encode('x'));
        expect((await store.put(pod('a'), make, rev - 1)).ok).toBe(false);
        expect(await store.put(pod('none'), make, rev)).toEqual({ ok: false });
        expect((await store.delete(pod('a'), rev + 7, make)).ok).toBe(false);
        expect(await store.delete(pod('none'), rev, make)).toEqual({ ok: false });
        expect(await store.delete(pod('none'), 0, make)).toEqual({ ok: false });
        expect(called).toBe(0);
        expect(store.revision).toBe(rev);
      });

      it('updates and keeps the revision of the creation', async () => {
        const created = await put(pod('a'), '1');
        const updated = await put(pod('a'), '2', created);
        expect((await store.get(pod('a'))).kv).toMatchObject({ rev: updated, createRev: created });
      });

      it('deletes, and a new creation starts again', async () => {
        const created = await put(pod('a'), '1');
        const deleted = await remove(pod('a'), created);
        expect(await store.get(pod('a'))).toEqual({ kv: undefined, rev: deleted });
        const again = await put(pod('a'), '2');
        expect((await store.get(pod('a'))).kv).toMatchObject({ rev: again, createRev: again });
      });

      it('rejects with the error of the writer and writes nothing', async () => {
        const before = store.revision;
        const failing = (): Uint8Array => {
          throw new Error('cannot encode');
        };
        await expect(store.put(pod('a'), failing, 0)).rejects.toThrow('cannot encode');
        expect(store.revision).toBe(before);
        expect(await put(pod('a'), '1')).toBe(before + 1);
      });

      it('lets exactly one of many concurrent creations of a key win', async () => {
        const results = await Promise.all(Array.from({ length: 20 }, (_, i) => store.put(pod('a'), () => encode(`${i}`), 0)));
        const won = results.filter((r) => r.ok);
        expect(won).toHaveLength(1);
        const winner = won[0] as { rev: number };
        for (const r of results) if (!r.ok) expect(r.current?.rev).toBe(winner.rev);
      });

      it('loses no concurrent update of a counter', async () => {
        await put(pod('n'), '0');
        const add = async (): Promise<void> => {
          for (;;) {
            const { kv } = await store.get(pod('n'));
            const next = encode(String(Number(decode(kv!.value)) + 1));
            if ((await store.put(pod('n'), () => next, kv!.rev)).ok) return;
          }
        };
        await Promise.all(Array.from({ length: 20 }, add));
        expect(decode((await store.get(pod('n'))).kv?.value)).toBe('20');
      });

      it('gives concurrent writes of different keys different revisions without gaps', async () => {
        const start = store.revision;
        const revs = await Promise.all(Array.from({ length: 200 }, (_, i) => put(pod(`p${i}`), 'x'.repeat(i * 10))));
        expect([...revs].sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, i) => start + 1 + i));
        const { kvs } = await store.list(PODS);
        expect(kvs).toHaveLength(200);
        for (const kv of kvs) expect(kv.value.byteLength).toBe(Number(kv.key.slice(pod('p').length)) * 10);
      });

      it('keeps bytes as they are', async () => {
        const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
        await store.put(pod('a'), () => bytes, 0);
        await store.put(pod('empty'), () => new Uint8Array(0), 0);
        expect([...(await store.get(pod('a'))).kv!.value]).toEqual([...bytes]);
        expect((await store.get(pod('empty'))).kv!.value.byteLength).toBe(0);
      });
    });

    describe('reads', () => {
      it('show nothing before it is committed', async () => {
        const before = store.revision;
        const write = put(pod('a'), '1');
        const read = store.get(pod('a'));
        expect(store.revision).toBe(before);
        expect(await read).toEqual({ kv: undefined, rev: before });
        await write;
      });

      it('list in key order, only the range', async () => {
        for (const key of ['/registry/pods/b/x', '/registry/pods/a/z', '/registry/podsecurity/a', '/registry/pods/a-b/y', '/registry/nodes/n']) await put(key, key);
        const { kvs, more, rev } = await store.list(PODS);
        expect(kvs.map((kv) => kv.key)).toEqual(['/registry/pods/a-b/y', '/registry/pods/a/z', '/registry/pods/b/x']);
        expect(more).toBe(false);
        expect(rev).toBe(store.revision);
        expect((await store.list({ start: '/registry/pods/a/', end: '/registry/pods/a0' })).kvs.map((kv) => kv.key)).toEqual(['/registry/pods/a/z']);
        expect((await store.list({ start: '/x', end: '/y' })).kvs).toEqual([]);
      });

      it('stay in key order while keys come and go', async () => {
        const names = ['m', 'c', 'x', 'a', 'q'];
        const revs = new Map<string, number>();
        for (const n of names) {
          revs.set(n, await put(pod(n), n));
          const seen = (await store.list(PODS)).kvs.map((kv) => kv.key);
          expect(seen).toEqual([...revs.keys()].map(pod).sort());
        }
        await remove(pod('c'), revs.get('c')!);
        await put(pod('c'), 'c again');
        await remove(pod('x'), revs.get('x')!);
        expect((await store.list(PODS)).kvs.map((kv) => kv.key)).toEqual(['a', 'c', 'm', 'q'].map(pod));
      });

      it('list no more than asked and say whether there is more', async () => {
        for (const n of ['a', 'b', 'c']) await put(pod(n), n);
        const first = await store.list(PODS, { limit: 2 });
        expect(first.kvs.map((kv) => kv.key)).toEqual([pod('a'), pod('b')]);
        expect(first.more).toBe(true);
        const rest = await store.list({ start: `${pod('b')}\0`, end: PODS.end }, { limit: 2 });
        expect(rest.kvs.map((kv) => kv.key)).toEqual([pod('c')]);
        expect(rest.more).toBe(false);
        expect((await store.list(PODS, { limit: 3 })).more).toBe(false);
      });

      it('see an earlier state by its revision', async () => {
        const a1 = await put(pod('a'), 'a1');
        const b1 = await put(pod('b'), 'b1');
        const a2 = await put(pod('a'), 'a2', a1);
        const bGone = await remove(pod('b'), b1);
        const c1 = await put(pod('c'), 'c1');
        const b2 = await put(pod('b'), 'b2');
        expect(await texts(PODS, a1)).toEqual([[pod('a'), 'a1']]);
        expect(await texts(PODS, b1)).toEqual([[pod('a'), 'a1'], [pod('b'), 'b1']]);
        expect(await texts(PODS, a2)).toEqual([[pod('a'), 'a2'], [pod('b'), 'b1']]);
        expect(await texts(PODS, bGone)).toEqual([[pod('a'), 'a2']]);
        expect(await texts(PODS, c1)).toEqual([[pod('a'), 'a2'], [pod('c'), 'c1']]);
        expect(await texts(PODS, b2)).toEqual([[pod('a'), 'a2'], [pod('b'), 'b2'], [pod('c'), 'c1']]);
        const { kv, rev } = await store.get(pod('a'), b1);
        expect(kv).toMatchObject({ key: pod('a'), rev: a1, createRev: a1 });
        expect(rev).toBe(b1);
        expect((await store.get(pod('b'), bGone)).kv).toBeUndefined();
        expect((await store.get(pod('c'), a2)).kv).toBeUndefined();
        expect((await store.list(PODS, { rev: a2 })).rev).toBe(a2);
      });

      it('page through an earlier state', async () => {
        const revs: number[] = [];
        for (let i = 0; i < 10; i++) revs.push(await put(pod(`p${i}`), 'old'));
        const rev = store.revision;
        for (let i = 0; i < 10; i += 2) await put(pod(`p${i}`), 'new', revs[i]);
        await remove(pod('p3'), revs[3]!);
        await put(pod('p10'), 'new');
        const seen: [string, string][] = [];
        let start = PODS.start;
        for (let more = true; more; ) {
          const page = await store.list({ start, end: PODS.end }, { limit: 3, rev });
          seen.push(...page.kvs.map((kv): [string, string] => [kv.key, decode(kv.value)!]));
          start = `${page.kvs[page.kvs.length - 1]!.key}\0`;
          more = page.more;
        }
        expect(seen).toEqual(Array.from({ length: 10 }, (_, i) => [pod(`p${i}`), 'old']));
      });

      it('see one consistent earlier state while writes go on', async () => {
        const revs = await Promise.all(Array.from({ length: 50 }, (_, i) => put(pod(`p${i}`), 'old')));
        const rev = store.revision;
        const writes = revs.map((r, i) => put(pod(`p${i}`), 'new', r));
        const reads = Array.from({ length: 5 }, () => store.list(PODS, { rev }));
        await Promise.all(writes.slice(0, 10));
        reads.push(store.list(PODS, { rev }), store.list(PODS, { rev }));
        await Promise.all(writes);
        for (const { kvs } of await Promise.all(reads)) {
          expect(kvs).toHaveLength(50);
          expect(new Set(kvs.map((kv) => decode(kv.value)))).toEqual(new Set(['old']));
        }
      });

      it('refuse a revision that has not been reached', async () => {
        const next = store.revision + 1;
        await expect(store.get(pod('a'), next)).rejects.toThrow(FutureRevisionError);
        await expect(store.list(PODS, { rev: next })).rejects.toThrow(FutureRevisionError);
      });
    });

    describe('watches', () => {
      it('tell of every change in order, with the value before it and the tag of the writer', async () => {
        const seen = gather(PODS, store.revision);
        const tag = { object: 1 };
        const a1 = await put(pod('a'), 'a1', 0, tag);
        await put('/registry/nodes/n', 'n');
        const a2 = await put(pod('a'), 'a2', a1);
        const gone = await remove(pod('a'), a2, 'last words');
        await seen.until(3);
        const brief = seen.events.map((e) => [e.type, e.kv.rev, decode(e.kv.value), e.kv.createRev, decode(e.prev?.value), e.prev?.rev]);
        expect(brief).toEqual([
          ['put', a1, 'a1', a1, undefined, undefined],
          ['put', a2, 'a2', a1, 'a1', a1],
          ['delete', gone, 'last words', a1, 'a2', a2],
        ]);
        expect(seen.events[0]!.tag).toBe(tag);
        expect(seen.events[1]!.tag).toBeUndefined();
      });

      it('have been told when the write is answered', async () => {
        const seen = gather(ALL, store.revision);
        for (let i = 0; i < 5; i++) {
          const rev = await put(pod(`p${i}`), 'x');
          expect(seen.revs()).toContain(rev);
        }
        const revs = await Promise.all(['q', 'r', 's'].map((n) => put(pod(n), 'x').then((rev) => [rev, seen.revs().includes(rev)] as const)));
        expect(revs.every(([, told]) => told)).toBe(true);
      });

      it('show the new state to the watcher that is being told', async () => {
        const states: Promise<boolean>[] = [];
        store.watch(PODS, store.revision, ([e]) => states.push(store.get(e!.kv.key).then(({ kv, rev }) => kv?.rev === e!.kv.rev && rev >= e!.kv.rev)));
        await put(pod('a'), 'x');
        expect(await Promise.all(states)).toEqual([true]);
      });

      it('start with history and go on with what happens meanwhile, without gaps or repeats', async () => {
        const start = store.revision;
        for (let i = 0; i < 30; i++) await Promise.all(Array.from({ length: 10 }, (_, j) => put(pod(`p${i}-${j}`), 'x')));
        const watches = [0, 1, 150, 299, 300].map((n) => ({ n, seen: gather(ALL, start + n) }));
        const writes: Promise<number>[] = [];
        for (let i = 0; i < 20; i++) {
          writes.push(...Array.from({ length: 10 }, (_, j) => put(pod(`q${i}-${j}`), 'x')));
          await writes[writes.length - 1];
          watches.push({ n: store.revision - start - 5, seen: gather(ALL, store.revision - 5) });
        }
        await Promise.all(writes);
        for (const { n, seen } of watches) {
          await seen.until(500 - n);
          expect(seen.revs()).toEqual(Array.from({ length: 500 - n }, (_, i) => start + n + 1 + i));
        }
      });

      it('find updates and deletions in history with the values before them', async () => {
        const start = store.revision;
        const a1 = await put(pod('a'), 'a1');
        const a2 = await put(pod('a'), 'a2', a1);
        const gone = await remove(pod('a'), a2, 'last');
        await put('/registry/nodes/n', 'n');
        const seen = gather(PODS, start);
        await seen.until(3);
        expect(seen.events.map((e) => [e.type, e.kv.rev, decode(e.kv.value), e.kv.createRev, decode(e.prev?.value), e.prev?.rev, e.prev?.createRev])).toEqual([
          ['put', a1, 'a1', a1, undefined, undefined, undefined],
          ['put', a2, 'a2', a1, 'a1', a1, a1],
          ['delete', gone, 'last', a1, 'a2', a2, a1],
        ]);
      });

      it('say when they have caught up', async () => {
        const start = store.revision;
        await put(pod('a'), '1');
        const order: string[] = [];
        const past = new Promise<void>((resolve) => {
          store.watch(PODS, start, (b) => order.push(...b.map((e) => e.kv.key)), (rev) => {
            order.push(`caught up ${rev - start}`);
            resolve();
          });
        });
        await past;
        await put(pod('b'), '1');
        expect(order).toEqual([pod('a'), 'caught up 1', pod('b')]);
        let now = -1;
        store.watch(PODS, store.revision, () => {}, (rev) => (now = rev));
        expect(now).toBe(store.revision);
      });

      it('may begin in the future', async () => {
        const start = store.revision;
        const seen = gather(PODS, start + 2);
        for (const n of ['a', 'b', 'c']) await put(pod(n), n);
        await seen.until(1);
        expect(seen.revs()).toEqual([start + 3]);
      });

      it('end when disposed, also in the middle of history and from within', async () => {
        const start = store.revision;
        for (let i = 0; i < 5; i++) await put(pod(`p${i}`), 'x');
        const past = gather(PODS, start);
        past.watch.dispose();
        const live = gather(PODS, store.revision);
        let inside = 0;
        const self = store.watch(PODS, store.revision, () => {
          inside++;
          self.dispose();
        });
        await put(pod('a'), 'x');
        live.watch.dispose();
        await put(pod('b'), 'x');
        await store.size();
        expect(past.events).toEqual([]);
        expect(live.events).toHaveLength(1);
        expect(inside).toBe(1);
      });

      it('do not suffer from another watcher that throws', async () => {
        store.watch(PODS, store.revision, () => {
          throw new Error('my own mistake');
        });
        const seen = gather(PODS, store.revision);
        await put(pod('a'), 'x');
        await put(pod('b'), 'x');
        expect(seen.events).toHaveLength(2);
      });
    });

    describe('compaction', () => {
      it('forgets what was superseded before the revision and keeps everything from it', async () => {
        const start = store.revision;
        const a1 = await put(pod('a'), 'a1');
        const b1 = await put(pod('b'), 'b1');
        const a2 = await put(pod('a'), 'a2', a1);
        const bGone = await remove(pod('b'), b1);
        const a3 = await put(pod('a'), 'a3', a2);
        await store.compact(a2);
        expect(store.compactedRevision).toBe(a2);
        await expect(store.list(PODS, { rev: b1 })).rejects.toThrow(CompactedError);
        await expect(store.get(pod('a'), a1)).rejects.toThrow(CompactedError);
        expect(() => store.watch(PODS, start, () => {})).toThrow(CompactedError);
        expect(() => store.watch(PODS, a2 - 1, () => {})).toThrow(CompactedError);
        expect(await texts(PODS, a2)).toEqual([[pod('a'), 'a2'], [pod('b'), 'b1']]);
        expect(await texts(PODS, bGone)).toEqual([[pod('a'), 'a2']]);
        expect(await texts(PODS)).toEqual([[pod('a'), 'a3']]);
        const seen = gather(PODS, a2);
        await seen.until(2);
        expect(seen.revs()).toEqual([bGone, a3]);
        expect(seen.events.map((e) => decode(e.prev?.value))).toEqual(['b1', 'a2']);
      });

      it('says which revision is the oldest', async () => {
        await put(pod('a'), '1');
        const rev = await put(pod('b'), '1');
        await put(pod('c'), '1');
        await store.compact(rev);
        const error = await store.get(pod('a'), rev - 1).catch((e: unknown) => e);
        expect(error).toMatchObject({ compactedRev: rev });
      });

      it('up to the newest revision keeps the present and the revision counter', async () => {
        const a1 = await put(pod('a'), '1');
        await put(pod('b'), '1');
        const gone = await remove(pod('a'), a1);
        await store.compact(gone);
        expect(await texts(PODS)).toEqual([[pod('b'), '1']]);
        expect(store.revision).toBe(gone);
        expect(await put(pod('a'), '2')).toBe(gone + 1);
        expect(await texts(PODS, gone)).toEqual([[pod('b'), '1']]);
      });

      it('refuses the future and never goes back', async () => {
        await expect(store.compact(store.revision + 1)).rejects.toThrow(FutureRevisionError);
        const rev = await put(pod('a'), '1');
        await store.compact(rev);
        await store.compact(rev - 1);
        expect(store.compactedRevision).toBe(rev);
      });

      it('does not disturb a read, a watch or a write that is under way', async () => {
        const start = store.revision;
        const revs: number[] = [];
        for (let i = 0; i < 100; i++) revs.push(await put(pod(`p${i}`), 'old'));
        const rev = store.revision;
        await Promise.all(revs.map((r, i) => put(pod(`p${i}`), 'new', r)));
        const read = store.list(PODS, { rev });
        const seen = gather(PODS, start);
        const compacted = store.compact(store.revision);
        const write = put(pod('x'), 'x');
        await Promise.all([compacted, write, seen.until(201)]);
        expect((await read).kvs.map((kv) => decode(kv.value))).toEqual(new Array(100).fill('old'));
        expect(seen.revs()).toEqual(Array.from({ length: 201 }, (_, i) => start + 1 + i));
        expect(seen.events[150]!.prev && decode(seen.events[150]!.prev.value)).toBe('old');
      });

      it('makes room', async () => {
        let rev = 0;
        for (let i = 0; i < 1200; i++) rev = await put(pod('a'), `${i}`, rev);
        await store.compact(rev);
        for (let i = 0; i < 10; i++) rev = await put(pod('a'), `more ${i}`, rev);
        expect(await texts(PODS)).toEqual([[pod('a'), 'more 9']]);
        expect(await texts(PODS, rev - 5)).toEqual([[pod('a'), 'more 4']]);
      });
    });

    describe('closing', () => {
      it('waits for the writes under way and refuses later calls', async () => {
        const writes = Promise.all([put(pod('a'), '1'), put(pod('b'), '1')]);
        await store.close();
        await writes;
        await expect(store.put(pod('c'), () => encode('1'), 0)).rejects.toThrow('closed');
        await expect(store.get(pod('a'))).rejects.toThrow('closed');
        await expect(store.list(PODS)).rejects.toThrow('closed');
        await expect(store.compact(1)).rejects.toThrow('closed');
        await expect(store.size()).rejects.toThrow('closed');
        expect(() => store.watch(PODS, 1, () => {})).toThrow('closed');
      });

      it('can be asked for twice', async () => {
        await Promise.all([store.close(), store.close()]);
      });
    });

    it('tells its size', async () => {
      const before = await store.size();
      for (let i = 0; i < 20; i++) await put(pod(`p${i}`), 'x'.repeat(10_000));
      expect(await store.size()).toBeGreaterThan(before);
    });
  });
}
