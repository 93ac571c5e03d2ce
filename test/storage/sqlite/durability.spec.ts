import Database from 'better-sqlite3';
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoreEvent } from '../../../src/storage/store';
import type { SqliteStore } from '../../../src/storage/sqlite/sqlite-store';
import { openSqliteStore, type SqliteStoreOptions } from '../../../src/storage/sqlite/open-sqlite-store';
import { FakeClock } from '../../../src/util/fake-clock';
import { silentLog } from '../../../src/util/log';
import { compileStore } from './compile-worker';

const ALL = { start: '/', end: '0' };
const compiled = compileStore();
afterAll(() => compiled.remove());

let folder: string;
let file: string;
let opened: SqliteStore[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubernest-store-'));
  file = join(folder, 'data', 'state.db');
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((s) => s.close()));
  rmSync(folder, { recursive: true });
});

async function put(store: SqliteStore, key: string, text: string, expectRev = 0): Promise<number> {
  const r = await store.put(key, () => Buffer.from(text), expectRev);
  if (!r.ok) throw new Error(`put ${key} refused`);
  return r.rev;
}

async function contents(store: SqliteStore, rev?: number): Promise<string[]> {
  return (await store.list(ALL, { rev })).kvs.map((kv) => `${kv.key}=${Buffer.from(kv.value).toString()}@${kv.rev}/${kv.createRev}`);
}

async function historyAfter(store: SqliteStore, rev: number): Promise<string[]> {
  const seen: string[] = [];
  await new Promise<void>((resolve) => {
    store.watch(ALL, rev, (batch: readonly StoreEvent[]) => seen.push(...batch.map((e) => `${e.type} ${e.kv.key}@${e.kv.rev} was ${e.prev?.rev}`)), () => resolve());
  });
  return seen;
}

for (const [place, workerScript] of [['in the caller\'s thread', undefined], ['in a thread of its own', compiled.path('storage/sqlite/worker.js')]] as const) {
  describe(`SQLite store ${place}`, () => {
    const open = async (o: Partial<SqliteStoreOptions> = {}): Promise<SqliteStore> => {
      const store = await openSqliteStore({ file, clock: new FakeClock(), log: silentLog, workerScript, ...o });
      opened.push(store);
      return store;
    };

    it('has everything after a restart: the present, history, revisions', async () => {
      let store = await open();
      const start = store.revision;
      const a1 = await put(store, '/a', 'a1');
      const b1 = await put(store, '/b', 'b1');
      const a2 = await put(store, '/a', 'a2', a1);
      const r = await store.delete('/b', b1, () => Buffer.from('gone'));
      const before = await contents(store);
      await store.close();

      store = await open();
      expect(store.revision).toBe(r.ok && r.rev);
      expect(await contents(store)).toEqual(before);
      expect(await contents(store, b1)).toEqual([`/a=a1@${a1}/${a1}`, `/b=b1@${b1}/${b1}`]);
      expect(await historyAfter(store, start)).toEqual([`put /a@${a1} was undefined`, `put /b@${b1} was undefined`, `put /a@${a2} was ${a1}`, `delete /b@${b1 + 2} was ${b1}`]);
      expect(await put(store, '/c', 'c')).toBe(store.revision);
      expect(store.revision).toBe(b1 + 3);
    });

    it('remembers the compaction, and no revision is used twice, even when the newest change was a deletion', async () => {
      let store = await open();
      let rev = 0;
      for (let i = 0; i < 5; i++) rev = await put(store, '/a', `${i}`, rev);
      const r = await store.delete('/a', rev, () => Buffer.from(''));
      const last = r.ok ? r.rev : 0;
      await store.compact(last);
      await store.close();

      store = await open();
      expect([store.revision, store.compactedRevision]).toEqual([last, last]);
      expect(await contents(store)).toEqual([]);
      expect(() => store.watch(ALL, last - 1, () => {})).toThrow('compacted');
      expect(await put(store, '/a', 'again')).toBe(last + 1);
      await store.compact(last + 1);
      await store.close();
      const db = new Database(file, { readonly: true });
      expect(db.prepare('SELECT rev FROM history').pluck().all()).toEqual([last + 1]);
      db.close();
    });

    it('loads thousands of objects of any size', async () => {
      let store = await open();
      await Promise.all(Array.from({ length: 3000 }, (_, i) => put(store, `/k${i}`, 'v'.repeat((i * 37) % 5000))));
      await put(store, '/large', 'L'.repeat(1_500_000));
      await store.close();
      store = await open();
      const { kvs } = await store.list(ALL);
      expect(kvs).toHaveLength(3001);
      for (const kv of kvs) expect(kv.value.byteLength).toBe(kv.key === '/large' ? 1_500_000 : (Number(kv.key.slice(2)) * 37) % 5000);
    });

    it('compacts by the clock', async () => {
      const clock = new FakeClock();
      const store = await open({ clock, historyMs: 60_000 });
      const a1 = await put(store, '/a', '1');
      const a2 = await put(store, '/a', '2', a1);
      clock.step(130_000);
      expect(store.compactedRevision).toBe(a2);
      await store.close();
      expect(clock.pending).toBe(0);
    });

    it('refuses a second opener with one clear sentence, and lets the next in after closing', async () => {
      const first = await open();
      await put(first, '/a', '1');
      await expect(open()).rejects.toMatchObject({ code: 'Locked', message: `the store ${file} is in use by process ${process.pid}; stop it or choose another data folder` });
      await put(first, '/b', '1');
      await first.close();
      const second = await open();
      expect((await second.list(ALL)).kvs).toHaveLength(2);
    });

    it('does not mind the lock and pid files of a killed process', async () => {
      const store = await open();
      await put(store, '/a', '1');
      await store.close();
      writeFileSync(`${file}.pid`, '1\n');
      writeFileSync(`${file}.lock`, '');
      expect(await contents(await open())).toHaveLength(1);
    });

    it('refuses files that are not its own, newer or damaged, and leaves them as they are', async () => {
      const store = await open();
      for (let i = 0; i < 200; i++) await put(store, `/k${i}`, 'v'.repeat(2000));
      await store.close();
      const good = join(folder, 'good.db');
      copyFileSync(file, good);

      const check = async (code: string, words: RegExp): Promise<void> => {
        const before = readFileSync(file);
        const others = readdirSync(join(folder, 'data')).filter((n) => !/lock|pid/.test(n));
        await expect(open()).rejects.toMatchObject({ code, message: expect.stringMatching(words) });
        expect(readFileSync(file).equals(before)).toBe(true);
        expect(readdirSync(join(folder, 'data')).filter((n) => !/lock|pid/.test(n))).toEqual(others);
      };
      const sql = (statement: string): void => {
        const db = new Database(file);
        db.exec(statement);
        db.close();
      };

      writeFileSync(file, '');
      await check('Damaged', /is damaged \(it is empty\)/);
      writeFileSync(file, 'not a database, but long enough to have a header '.repeat(10));
      await check('Damaged', /not a SQLite database/);
      rmSync(file);
      sql('CREATE TABLE somebody (elses INTEGER)');
      await check('Damaged', /some other SQLite database/);
      copyFileSync(good, file);
      sql('PRAGMA user_version = 99');
      await check('NewerFormat', /has format 99, but this version reads formats up to 1/);
      copyFileSync(good, file);
      sql('DELETE FROM history WHERE rev = 50');
      await check('Damaged', /a current value is missing/);
      copyFileSync(good, file);
      truncateSync(file, Math.floor(statSync(good).size / 2 / 8192) * 8192);
      await check('Damaged', /is damaged/);
      const torn = readFileSync(good);
      torn.fill(0xa5, 8192, torn.length - 8192);
      writeFileSync(file, torn);
      await check('Damaged', /is damaged/);
      copyFileSync(good, file);
      expect((await (await open()).list(ALL)).kvs).toHaveLength(200);
    });

    it('does not start anew beside a log whose database is gone', async () => {
      const store = await open();
      await store.close();
      rmSync(file);
      writeFileSync(`${file}-wal`, 'what may be recovered');
      await expect(open()).rejects.toMatchObject({ code: 'Damaged' });
      expect(readFileSync(`${file}-wal`, 'utf8')).toBe('what may be recovered');
    });

    it('says when the folder cannot be made', async () => {
      writeFileSync(join(folder, 'data'), 'a file, not a folder');
      await expect(open()).rejects.toMatchObject({ code: 'Unavailable', message: expect.stringContaining(file) });
    });

    it('acknowledges nothing that finds no space, fails for good and has the rest after a restart', async () => {
      const store = await open({ maxBytes: 400_000 });
      const told: string[] = [];
      store.watch(ALL, store.revision, (batch) => told.push(...batch.map((e) => e.kv.key)));
      const outcomes = await Promise.allSettled(
        Array.from({ length: 40 }, async (_, i) => {
          for (let j = 0; j < 5; j++) {
            const key = `/k${i}-${j}`;
            await put(store, key, 'v'.repeat(5000)).then(() => answered.push(key));
          }
        }),
      );
      const errors = outcomes.filter((o): o is PromiseRejectedResult => o.status === 'rejected').map((o) => o.reason as Error & { code: string });
      expect(errors.length).toBe(40);
      expect(errors.some((e) => e.code === 'Full' && /no space left for the store/.test(e.message))).toBe(true);
      expect(answered.length).toBeGreaterThan(0);
      expect([...told].sort()).toEqual([...answered].sort());
      expect(store.health()?.code).toBe('Full');
      await expect(store.put('/small', () => Buffer.from('x'), 0)).rejects.toMatchObject({ code: 'Failed' });
      expect((await store.list(ALL)).kvs.map((kv) => kv.key).sort()).toEqual([...answered].sort());
      const last = store.revision;
      await store.close();

      const again = await open();
      expect((await again.list(ALL)).kvs.map((kv) => kv.key).sort()).toEqual([...answered].sort());
      expect(again.health()).toBeUndefined();
      expect(await put(again, '/small', 'x')).toBe(last + 1);
    });
    const answered: string[] = [];
    beforeEach(() => answered.splice(0));
  });
}
