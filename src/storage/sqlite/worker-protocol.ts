import type { CallName } from './driver';
import type { EngineOptions, EngineState } from './engine';
import type { WireError } from './sqlite-error';

export type WorkerOptions = EngineOptions;

/** What the store's thread is asked; answered one by one, in order, but for backups, which take their time. Rows to commit come packed (row-codec). */
export type ToWorker =
  | { op: 'commit'; buffer: ArrayBuffer; count: number }
  | { op: 'call'; name: CallName; args: unknown[] }
  | { op: 'backup'; file: string; id: number }
  | { op: 'close' };

/** What it says: portions of the bulk load, then ready (or an error), then one answer per request, and ends of backups and warnings in between. */
export type FromWorker =
  | { op: 'loaded'; buffer: ArrayBuffer; count: number }
  | { op: 'ready'; state: EngineState }
  | { op: 'answer'; error?: WireError; result?: unknown; buffer?: ArrayBuffer }
  | { op: 'backedUp'; id: number; error?: WireError }
  | { op: 'warning'; error: WireError };
