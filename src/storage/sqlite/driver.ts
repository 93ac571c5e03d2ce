import type { StoreError } from '../store-error';
import type { Engine, EngineOptions, EngineState } from './engine';
import type { Row } from './row';

/** The engine's reads and its housekeeping, as they can be called from another thread. */
export type CallName = 'changes' | 'touched' | 'rows' | 'sweep' | 'size';

/** How the store reaches its engine. Requests are carried out, and answered, in the order in which they were made. */
export interface Driver {
  commit(rows: readonly Row[], done: (error: StoreError | undefined) => void): void;
  call<N extends CallName>(
    name: N,
    args: Parameters<Engine[N]>,
    done: (error: StoreError | undefined, result: ReturnType<Engine[N]> | undefined) => void,
  ): void;
  /** Copies the database into a new file. Takes its time between other requests, and is answered when it is done. */
  backup(file: string, done: (error: StoreError | undefined) => void): void;
  /** After everything asked before. Later requests are answered with Closed. */
  close(): Promise<void>;
}

export interface DriverOptions extends EngineOptions {
  /** Takes the current values, in portions, before the driver is handed over. */
  loaded(rows: readonly Row[]): void;
  /** Trouble that no request is to blame for; everything acknowledged is safe. */
  warn(error: StoreError): void;
  /** The engine is gone without having been closed. */
  lost(error: StoreError): void;
}

export interface OpenedDriver {
  driver: Driver;
  state: EngineState;
}

/** Bytes of values a bulk load hands over at a time; small, since one value that stays keeps its whole portion in memory. */
export const LOAD_BYTES = 256 << 10;
