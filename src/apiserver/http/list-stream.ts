import { createGzip } from 'node:zlib';
import type { Slices } from '../../util/slices';
import type { Call } from './call';
import type { Exchange } from './exchange';

/** Parts of a body, made as they are asked for; undefined: some work was done that gave nothing yet. */
export type Pieces = Iterator<Uint8Array | undefined, void>;

/** Where the parts go. */
interface Sink {
  write(piece: Uint8Array): void;
  /** Whether more may be written now; otherwise `resume` is called when it may. */
  room(resume: () => void): boolean;
  end(): void;
}

/**
 * Sends a long body in chunks: a part is made when the client has taken most of the parts before, and others have their turn in between.
 * `gzip`: the level of compression; undefined: none. `fail` is told what a part could not be made for.
 */
export function streamList(x: Exchange, contentType: string, pieces: Pieces, slices: Slices, gzip: number | undefined, fail: (error: unknown) => void): void {
  const { call } = x;
  let sink: Sink | undefined;
  const step = (): boolean => {
    if (call.gone) return false;
    try {
      if (sink && !sink.room(() => slices.add(step))) return false;
      const next = pieces.next();
      if (!next.done && !next.value) return true;
      // Begun late: a part that fails before any was sent is still answered with its error.
      if (!sink) {
        x.begin(200, contentType, gzip === undefined ? undefined : ['Content-Encoding', 'gzip', 'Vary', 'Accept-Encoding']);
        sink = gzip === undefined ? new PlainSink(call) : new GzipSink(call, gzip);
      }
      if (!next.done) {
        sink.write(next.value!);
        return true;
      }
      sink.end();
    } catch (e) {
      if (sink) call.destroy();
      fail(e);
    }
    return false;
  };
  slices.add(step);
}

class PlainSink implements Sink {
  constructor(private readonly call: Call) {}

  write(piece: Uint8Array): void {
    this.call.write(piece);
  }

  room(resume: () => void): boolean {
    const { socket } = this.call;
    if (!socket.writableNeedDrain) return true;
    socket.once('drain', resume);
    return false;
  }

  end(): void {
    this.call.end();
  }
}

class GzipSink implements Sink {
  private readonly gzip;

  constructor(call: Call, level: number) {
    const plain = new PlainSink(call);
    const gzip = (this.gzip = createGzip({ level, chunkSize: 64 * 1024 }));
    gzip.on('data', (packed: Buffer) => {
      plain.write(packed);
      if (plain.room(() => gzip.resume())) return;
      gzip.pause();
    });
    gzip.on('end', () => plain.end());
    gzip.on('error', () => call.destroy());
    call.onGone(() => gzip.destroy());
  }

  write(piece: Uint8Array): void {
    this.gzip.write(piece);
  }

  room(resume: () => void): boolean {
    if (!this.gzip.writableNeedDrain) return true;
    this.gzip.once('drain', resume);
    return false;
  }

  end(): void {
    this.gzip.end();
  }
}
