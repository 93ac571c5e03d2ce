import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { StoreError } from '../store-error';
import type { CallName, Driver, DriverOptions, OpenedDriver } from './driver';
import type { Engine } from './engine';
import { packedSize, packRows, unpackRows } from './row-codec';
import type { Row } from './row';
import { fromWire } from './sqlite-error';
import type { FromWorker, ToWorker, WorkerOptions } from './worker-protocol';

type Answer = (error: StoreError | undefined, result: unknown) => void;

/** The thread's script beside this file, if this process runs from the build; sources cannot be loaded by a thread. */
export function builtWorkerScript(): string | undefined {
  const script = join(__dirname, 'worker.js');
  return existsSync(script) ? script : undefined;
}

/** Runs the engine in a thread of its own, so that waiting for the disk does not hold up requests. */
export class WorkerDriver implements Driver {
  private readonly waiting: Answer[] = [];
  /** The buffer of the last batch, for the next one. */
  private spare: ArrayBuffer | undefined;
  private gone: StoreError | undefined;
  private readonly backups = new Map<number, Answer>();
  private backupsBegun = 0;

  private constructor(
    private readonly worker: Worker,
    private readonly options: DriverOptions,
  ) {}

  /** Rejects with a StoreError. */
  static open(script: string, options: DriverOptions): Promise<OpenedDriver> {
    const workerData: WorkerOptions = { file: options.file, maxBytes: options.maxBytes };
    const driver = new WorkerDriver(new Worker(script, { workerData }), options);
    return new Promise((resolve, reject) => {
      const { worker } = driver;
      driver.waiting.push((error) => reject(error!));
      worker.on('message', (m: FromWorker) => {
        if (m.op === 'ready') {
          driver.waiting.shift();
          worker.unref();
          resolve({ driver, state: m.state });
        } else {
          driver.received(m);
        }
      });
      worker.on('error', (e) => driver.lost(`its thread failed: ${e.message}`));
      worker.on('exit', (code) => driver.lost(`its thread ended with code ${code}`));
    });
  }

  commit(rows: readonly Row[], done: (error: StoreError | undefined) => void): void {
    const size = packedSize(rows);
    const buffer = this.spare && this.spare.byteLength >= size ? this.spare : new ArrayBuffer(Math.max(size, 64 << 10));
    this.spare = undefined;
    packRows(rows, buffer);
    this.send({ op: 'commit', buffer, count: rows.length }, done, [buffer]);
  }

  call<N extends CallName>(
    name: N,
    args: Parameters<Engine[N]>,
    done: (error: StoreError | undefined, result: ReturnType<Engine[N]> | undefined) => void,
  ): void {
    this.send({ op: 'call', name, args }, done as Answer);
  }

  backup(file: string, done: (error: StoreError | undefined) => void): void {
    if (this.gone) {
      const error = this.gone;
      return void setImmediate(() => done(error));
    }
    const id = ++this.backupsBegun;
    this.backups.set(id, done);
    this.worker.ref();
    this.worker.postMessage({ op: 'backup', file, id } satisfies ToWorker);
  }

  close(): Promise<void> {
    if (this.gone) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.send({ op: 'close' }, (error) => {
        this.gone ??= new StoreError('Closed', 'the store is closed');
        if (error) return reject(error);
        this.worker.ref();
        this.worker.once('exit', () => {
          this.giveUpBackups();
          resolve();
        });
      });
    });
  }

  private send(m: ToWorker, answer: Answer, transfer: ArrayBuffer[] = []): void {
    if (this.gone) {
      const error = this.gone;
      return void setImmediate(() => answer(error, undefined));
    }
    if (this.waiting.push(answer) === 1) this.worker.ref();
    this.worker.postMessage(m, transfer);
  }

  private received(m: Exclude<FromWorker, { op: 'ready' }>): void {
    if (m.op === 'loaded') return this.options.loaded(unpackRows(m.buffer, m.count));
    if (m.op === 'warning') return this.options.warn(fromWire(m.error));
    if (m.op === 'backedUp') {
      const done = this.backups.get(m.id)!;
      this.backups.delete(m.id);
      this.rest();
      return done(m.error && fromWire(m.error), undefined);
    }
    if (m.buffer && m.buffer.byteLength <= 4 << 20) this.spare = m.buffer;
    const answer = this.waiting.shift()!;
    this.rest();
    answer(m.error && fromWire(m.error), m.result);
  }

  private lost(why: string): void {
    if (this.gone) return;
    this.gone = new StoreError('Failed', `the store ${this.options.file} stopped working: ${why}; start again`);
    const { gone } = this;
    this.options.lost(gone);
    for (const answer of this.waiting.splice(0)) answer(gone, undefined);
    this.giveUpBackups();
  }

  /** The thread keeps the process alive only while somebody waits for it. */
  private rest(): void {
    if (!this.waiting.length && !this.backups.size) this.worker.unref();
  }

  private giveUpBackups(): void {
    for (const done of this.backups.values()) done(this.gone, undefined);
    this.backups.clear();
  }
}
