import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openSqliteStore } from '../../src/storage/sqlite/open-sqlite-store';
import { FakeClock } from '../../src/util/fake-clock';
import { silentLog } from '../../src/util/log';
import { compileStore } from '../storage/sqlite/compile-worker';
import { describeStore, type OpenedStore } from './store-contract';

const compiled = compileStore();
afterAll(() => compiled.remove());

async function onFile(workerScript: string | undefined): Promise<OpenedStore> {
  const folder = mkdtempSync(join(tmpdir(), 'kubernest-store-'));
  const store = await openSqliteStore({ file: join(folder, 'state.db'), clock: new FakeClock(), log: silentLog, workerScript });
  return { store, cleanUp: () => rmSync(folder, { recursive: true }) };
}

describeStore('SQLite in memory', async () => ({ store: await openSqliteStore({ file: ':memory:', clock: new FakeClock(), log: silentLog }) }));
describeStore("SQLite on a file, in the caller's thread", () => onFile(undefined));
describeStore('SQLite on a file, in a thread of its own', () => onFile(compiled.path('storage/sqlite/worker.js')));
