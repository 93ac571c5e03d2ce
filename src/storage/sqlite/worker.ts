import { parentPort, workerData } from 'node:worker_threads';
import { LOAD_BYTES } from './driver';
import { Engine } from './engine';
import { packedSize, packRows, unpackRows } from './row-codec';
import { toStoreError, toWire } from './sqlite-error';
import type { FromWorker, ToWorker, WorkerOptions } from './worker-protocol';

/** The store's thread: owns the database file. Started by WorkerDriver. */
function run(options: WorkerOptions): void {
  const port = parentPort!;
  const send = (m: FromWorker, transfer: ArrayBuffer[] = []): void => port.postMessage(m, transfer);
  const wire = (e: unknown): ReturnType<typeof toWire> => toWire(toStoreError(options.file, e));

  let engine: Engine;
  try {
    engine = new Engine(options);
    for (let after = 0; ; ) {
      const rows = engine.load(after, LOAD_BYTES);
      if (!rows.length) break;
      const buffer = new ArrayBuffer(packedSize(rows));
      packRows(rows, buffer);
      send({ op: 'loaded', buffer, count: rows.length }, [buffer]);
      after = rows[rows.length - 1]!.rev;
    }
    send({ op: 'ready', state: engine.state() });
  } catch (e) {
    send({ op: 'answer', error: wire(e) });
    port.close();
    return;
  }

  port.on('message', (m: ToWorker) => {
    let error: ReturnType<typeof toWire> | undefined;
    try {
      if (m.op === 'commit') {
        engine.commit(unpackRows(m.buffer, m.count));
      } else if (m.op === 'call') {
        const result = (engine[m.name] as (...a: unknown[]) => unknown)(...m.args);
        return send({ op: 'answer', result });
      } else {
        engine.close();
      }
    } catch (e) {
      error = wire(e);
    }
    if (m.op !== 'commit') {
      send({ op: 'answer', error });
      if (m.op === 'close') port.close();
      return;
    }
    send({ op: 'answer', error, buffer: m.buffer }, [m.buffer]);
    try {
      engine.checkpoint();
    } catch (e) {
      send({ op: 'warning', error: wire(e) });
    }
  });
}

run(workerData as WorkerOptions);
