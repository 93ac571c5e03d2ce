import { parentPort, workerData } from 'node:worker_threads';
import { LOAD_BYTES } from './driver';
import { Engine } from './engine';
import { packedSize, packRows, unpackRows } from './row-codec';
import { toStoreError, toWire, type WireError } from './sqlite-error';
import type { FromWorker, ToWorker, WorkerOptions } from './worker-protocol';

// The store's thread: owns the database file. Started by WorkerDriver.

const port = parentPort!;
const options = workerData as WorkerOptions;

function send(m: FromWorker, transfer: ArrayBuffer[] = []): void {
  port.postMessage(m, transfer);
}

function wire(e: unknown): WireError {
  return toWire(toStoreError(options.file, e));
}

/** Sends what is stored in portions. */
function load(engine: Engine): void {
  for (let after = 0; ; ) {
    const rows = engine.load(after, LOAD_BYTES);
    if (!rows.length) break;
    const buffer = new ArrayBuffer(packedSize(rows));
    packRows(rows, buffer);
    send({ op: 'loaded', buffer, count: rows.length }, [buffer]);
    after = rows[rows.length - 1]!.rev;
  }
  send({ op: 'ready', state: engine.state() });
}

/** Answered whenever it is done: other requests go on meanwhile. */
function backup(engine: Engine, file: string, id: number): void {
  engine.backup(file).then(
    () => send({ op: 'backedUp', id }),
    (e: unknown) => send({ op: 'backedUp', id, error: wire(e) }),
  );
}

function handle(engine: Engine, m: ToWorker): void {
  if (m.op === 'backup') return backup(engine, m.file, m.id);
  let error: WireError | undefined;
  let result: unknown;
  try {
    if (m.op === 'commit') engine.commit(unpackRows(m.buffer, m.count));
    else if (m.op === 'call') result = (engine[m.name] as (...a: unknown[]) => unknown)(...m.args);
    else engine.close();
  } catch (e) {
    error = wire(e);
  }
  if (m.op === 'commit') send({ op: 'answer', error, buffer: m.buffer }, [m.buffer]);
  else send({ op: 'answer', error, result });
  if (m.op === 'close') return port.close();
  try {
    engine.checkpoint();
  } catch (e) {
    send({ op: 'warning', error: wire(e) });
  }
}

function start(): void {
  let engine: Engine | undefined;
  try {
    const opened = (engine = new Engine(options));
    load(opened);
    port.on('message', (m: ToWorker) => handle(opened, m));
  } catch (e) {
    const error = wire(e);
    engine?.close();
    send({ op: 'answer', error });
    port.close();
  }
}

start();
