import type { Clock } from '../../util/clock';
import type { Log } from '../../util/log';
import { DEFAULT_HISTORY_MS, startCompaction } from '../compaction';
import { CurrentState } from './current-state';
import type { DriverOptions } from './driver';
import { InlineDriver } from './inline-driver';
import { SqliteStore } from './sqlite-store';
import { toKV } from './watches';
import { builtWorkerScript, WorkerDriver } from './worker-driver';

export interface SqliteStoreOptions {
  /** Path of the database file (made with its folder when missing), or ':memory:' for a store that ends with the process. */
  file: string;
  clock: Clock;
  log: Log;
  /** How long superseded values stay readable, in milliseconds; default five minutes, Infinity: for ever. */
  historyMs?: number;
  /** Largest size of the database in bytes; writes beyond it fail as on a full disk. */
  maxBytes?: number;
  /**
   * Script of the thread that owns the database; undefined: the engine runs in the caller's thread.
   * Default: the built script for a file, none for memory (or when run from sources).
   */
  workerScript?: string | undefined;
}

/**
 * Opens the embedded store and loads what it holds.
 * Rejects with a StoreError: Locked, Damaged, NewerFormat, Full or Unavailable; the file is then as it was before.
 */
export async function openSqliteStore(o: SqliteStoreOptions): Promise<SqliteStore> {
  const current = new CurrentState();
  const opened: { store?: SqliteStore } = {};
  const options: DriverOptions = {
    file: o.file,
    maxBytes: o.maxBytes,
    loaded: (rows) => {
      for (const r of rows) current.put(toKV(r));
    },
    warn: (e) => o.log.warn({ err: e }, 'the store has trouble tidying up; nothing is lost'),
    lost: (e) => opened.store?.fail(e),
  };
  const script = 'workerScript' in o ? o.workerScript : o.file === ':memory:' ? undefined : builtWorkerScript();
  const { driver, state } = script === undefined ? InlineDriver.open(options) : await WorkerDriver.open(script, options);
  const store = (opened.store = new SqliteStore(driver, current, state, o.log));
  const compaction = startCompaction(store, { keepMs: o.historyMs ?? DEFAULT_HISTORY_MS, clock: o.clock, log: o.log });
  store.onClose(() => compaction.dispose());
  return store;
}
