import type { Socket } from 'node:net';
import { open, rm } from 'node:fs/promises';
import type { Exchange } from './exchange';

/** A file made for one answer. */
export interface MadeFile {
  path: string;
  contentType: string;
}

/** Makes what a path answers with, anew for every request. */
export type FileMaker = () => Promise<MadeFile>;

const PIECE = 256 * 1024;

/** Sends a file that was made for this answer, no faster than its client reads, and deletes it. Rejects when it cannot be read. */
export async function sendFile(x: Exchange, made: MadeFile): Promise<void> {
  const { call } = x;
  try {
    const file = await open(made.path);
    try {
      x.begin(200, made.contentType);
      const buffer = Buffer.allocUnsafe(PIECE);
      while (!call.gone) {
        const { bytesRead } = await file.read(buffer, 0, PIECE);
        if (bytesRead === 0) {
          call.end();
          break;
        }
        call.write(Buffer.from(buffer.subarray(0, bytesRead)));
        if (call.socket.writableNeedDrain) await drained(call.socket);
      }
    } catch (e) {
      // The answer has begun: a broken connection is the only way to say that it is not whole.
      if (x.answered) call.destroy();
      throw e;
    } finally {
      await file.close();
    }
  } finally {
    await rm(made.path, { force: true });
  }
}

/** Resolves when a socket has taken what was written to it, or is gone. */
function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.on('drain', done);
    socket.on('close', done);
  });
}
