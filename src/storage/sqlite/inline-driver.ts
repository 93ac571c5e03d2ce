import { StoreError } from '../store-error';
import type { CallName, Driver, DriverOptions, OpenedDriver } from './driver';
import { LOAD_BYTES } from './driver';
import { Engine } from './engine';
import type { Row } from './row';
import { toStoreError } from './sqlite-error';

/** Runs the engine in the calling thread: cheapest for a database in memory, where nothing has to wait for a disk. */
export class InlineDriver implements Driver {
  private closed = false;

  private constructor(
    private readonly engine: Engine,
    private readonly options: DriverOptions,
  ) {}

  /** @throws StoreError */
  static open(options: DriverOptions): OpenedDriver {
    const engine = new Engine(options);
    try {
      for (let after = 0; ; ) {
        const rows = engine.load(after, LOAD_BYTES);
        if (!rows.length) break;
        options.loaded(rows);
        after = rows[rows.length - 1]!.rev;
      }
      return { driver: new InlineDriver(engine, options), state: engine.state() };
    } catch (e) {
      engine.close();
      throw e;
    }
  }

  commit(rows: readonly Row[], done: (error: StoreError | undefined) => void): void {
    let error: StoreError | undefined;
    try {
      this.check();
      this.engine.commit(rows);
    } catch (e) {
      error = toStoreError(this.options.file, e);
    }
    done(error);
    this.tidyUp();
  }

  call<N extends CallName>(
    name: N,
    args: Parameters<Engine[N]>,
    done: (error: StoreError | undefined, result: ReturnType<Engine[N]> | undefined) => void,
  ): void {
    // Later, as with a worker, so that callers see one behaviour.
    setImmediate(() => {
      let error: StoreError | undefined;
      let result: ReturnType<Engine[N]> | undefined;
      try {
        this.check();
        result = (this.engine[name] as (...a: Parameters<Engine[N]>) => ReturnType<Engine[N]>)(...args);
      } catch (e) {
        error = toStoreError(this.options.file, e);
      }
      done(error, result);
      this.tidyUp();
    });
  }

  backup(file: string, done: (error: StoreError | undefined) => void): void {
    this.engine.backup(file).then(
      () => done(undefined),
      (e: unknown) => done(toStoreError(file, e)),
    );
  }

  close(): Promise<void> {
    // Behind the calls that already wait for their turn.
    return new Promise((resolve, reject) => {
      setImmediate(() => {
        this.closed = true;
        try {
          this.engine.close();
          resolve();
        } catch (e) {
          reject(e as Error);
        }
      });
    });
  }

  private tidyUp(): void {
    if (this.closed) return;
    try {
      this.engine.checkpoint();
    } catch (e) {
      this.options.warn(toStoreError(this.options.file, e));
    }
  }

  private check(): void {
    if (this.closed) throw new StoreError('Closed', 'the store is closed');
  }
}
