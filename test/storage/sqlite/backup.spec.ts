import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SqliteStore } from '../../../src/storage/sqlite/sqlite-store';
import { openSqliteStore } from '../../../src/storage/sqlite/open-sqlite-store';
import { FakeClock } from '../../../src/util/fake-clock';
import { silentLog } from '../../../src/util/log';
import { compileStore } from './compile-worker';

const ALL = { start: '/', end: '0' };
const compiled = compileStore();
afterAll(() => compiled.remove());

for (const [place, workerScript, memory] of [['in memory', undefined, true], ['in a file, in a thread of its own', compiled.path('storage/sqlite/worker.js'), false]] as const) {
  describe(`backup of a store ${place}`, () => {
    let folder: string;
    const opened: SqliteStore[] = [];
    const open = async (file: string): Promise<SqliteStore> => {
      const store = await openSqliteStore({ file, clock: new FakeClock(), log: silentLog, workerScript });
      opened.push(store);
      return store;
    };
    const put = (store: SqliteStore, key: string, text: string): Promise<unknown> => store.put(key, () => Buffer.from(text), 0);
    const source = (): Promise<SqliteStore> => open(memory ? ':memory:' : join(folder, 'state.db'));

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'kubernest-backup-'));
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((s) => s.close()));
      rmSync(folder, { recursive: true });
    });

    it('is one revision of the store, with all before it, while writes go on', async () => {
      const store = await source();
      for (let i = 0; i < 300; i++) await put(store, `/before/${i}`, 'x'.repeat(20_000));
      const first = store.revision;
      const copy = join(folder, 'copy.db');
      let done = false;
      const backup = store.backup(copy).then(() => (done = true));
      const meanwhile: Promise<unknown>[] = [];
      for (let i = 0; !done || i < 50; i++) {
        meanwhile.push(put(store, `/during/${i}`, 'y'));
        await new Promise((r) => setImmediate(r));
      }
      await Promise.all([...meanwhile, backup]);
      expect(statSync(copy).mode & 0o777).toBe(0o600);

      const restored = await open(copy);
      expect(restored.revision).toBeGreaterThanOrEqual(first);
      expect(restored.revision).toBeLessThanOrEqual(store.revision);
      const there = async (s: SqliteStore, rev?: number): Promise<string[]> => (await s.list(ALL, { rev })).kvs.map((kv) => `${kv.key}=${Buffer.from(kv.value).toString()}@${kv.rev}`);
      expect(await there(restored)).toEqual(await there(store, restored.revision));
      expect(await there(restored, first)).toEqual(await there(store, first));
    });

    it('never overwrites a file, and leaves none when it fails', async () => {
      const store = await source();
      await put(store, '/a', 'a');
      const taken = join(folder, 'taken');
      writeFileSync(taken, 'mine');
      await expect(store.backup(taken)).rejects.toThrow(`the file ${taken} exists already: choose another name for the copy`);
      await expect(store.backup(join(folder, 'no', 'where'))).rejects.toMatchObject({ code: 'Unavailable' });
      expect(existsSync(join(folder, 'no'))).toBe(false);
    });

    if (!memory) it('is given up when the store closes, and says so', async () => {
      const store = await source();
      await Promise.all(Array.from({ length: 60 }, (_, i) => put(store, `/before/${i}`, 'x'.repeat(1_000_000))));
      const copy = join(folder, 'copy.db');
      const backup = expect(store.backup(copy)).rejects.toMatchObject({ code: 'Closed' });
      await store.close();
      await backup;
      expect(existsSync(copy)).toBe(false);
    });
  });
}
