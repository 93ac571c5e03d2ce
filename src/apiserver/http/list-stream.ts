import { createGzip } from 'node:zlib';
import type { Slices } from '../../util/slices';
import type { Call } from './call';
import type { Exchange } from './exchange';

/** A body in parts. */
export interface LongBody {
  /** Made as they are asked for; undefined: some work was done that gave nothing yet. */
  pieces: Iterator<Uint8Array | undefined, void>;
  /** Bytes of all parts together, when that is known: then they are not sent as chunks. */
  size?: number;
  /** Told of each part when nobody reads it any more. */
  used?: (piece: Uint8Array) => void;
}

/** Where the parts go. */
interface Sink {
  /** `done`: the bytes were taken and may change. */
  write(piece: Uint8Array, done: (() => void) | undefined): void;
  /** Whether more may be written now; otherwise `resume` is called when it may. */
  room(resume: () => void): boolean;
  end(): void;
}

/**
 * Sends a long body: a part is made when the client has taken most of the parts before, and others have their turn in between.
 * `gzip`: the level of compression; undefined: none. `fail` is told what a part could not be made for.
 */
export function streamList(x: Exchange, contentType: string, body: LongBody, slices: Slices, gzip: number | undefined, fail: (error: unknown) => void): void {
  const { call } = x;
  const { used } = body;
  let sink: Sink | undefined;
  const step = (): boolean => {
    if (call.gone) return false;
    try {
      if (sink && !sink.room(() => slices.add(step))) return false;
      const next = body.pieces.next();
      if (!next.done && !next.value) return true;
      // Begun late: a part that fails before any was sent is still answered with its error.
      if (!sink) {
        if (gzip === undefined) x.begin(200, contentType, undefined, body.size);
        else x.begin(200, contentType, ['Content-Encoding', 'gzip', 'Vary', 'Accept-Encoding']);
        sink = gzip === undefined ? new PlainSink(call) : new GzipSink(call, gzip);
      }
      if (!next.done) {
        const piece = next.value!;
        sink.write(piece, used && (() => used(piece)));
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

  write(piece: Uint8Array, done: (() => void) | undefined): void {
    this.call.write(piece, done);
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
      plain.write(packed, undefined);
      if (plain.room(() => gzip.resume())) return;
      gzip.pause();
    });
    gzip.on('end', () => plain.end());
    gzip.on('error', () => call.destroy());
    call.onGone(() => gzip.destroy());
  }

  write(piece: Uint8Array, done: (() => void) | undefined): void {
    this.gzip.write(piece, done);
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
