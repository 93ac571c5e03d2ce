import type { CachedEvent, WatchSink } from '../../storage/watch-cache/watch-cache';
import type { Clock, Disposable } from '../../util/clock';
import type { Random } from '../../util/random';
import type { Call } from './call';
import type { Flusher } from './flusher';
import type { Frame, FrameMaker } from './watch-frames';

/** Where frames leave: a chunked HTTP response or a WebSocket. */
export interface FrameWriter {
  /** Bytes accepted but not yet taken by the operating system. */
  readonly pending: number;
  /** Calls `fn` once, when most of what is pending has been taken, or never when the client goes away. */
  drained(fn: () => void): void;
  write(frames: readonly Frame[]): void;
  /** Ends the stream cleanly, after what was written. */
  end(): void;
  /** Breaks the connection: the client does not read. */
  destroy(): void;
}

/** Bytes a client may lag behind before its watch is ended. */
const LAG_LIMIT = 8 * 1024 * 1024;
/** Bytes up to which more of the state a watch begins with is taken. */
const ROOM = 1024 * 1024;
const BOOKMARK_PERIOD = 60_000;
const BOOKMARK_BEFORE_END = 2_000;

export interface WatchStreamOptions {
  /** Milliseconds after which the watch ends by itself. */
  timeout: number;
  bookmarks: boolean;
  /** Revision that all events so far have reached; undefined: that of the last event sent. */
  revision?: () => number | undefined;
}

/** One client's watch: takes events, writes frames, sends bookmarks, ends in time. */
export class WatchStream implements WatchSink {
  private queue: Frame[] = [];
  private queued = 0;
  /** More than the usual lag is granted to what was there at the beginning: it comes in one piece. */
  private allowance = LAG_LIMIT;
  private lastRev = 0;
  private scheduled = false;
  private writer?: FrameWriter;
  private over = false;
  /** Goes on with the state the watch begins with. */
  private resume?: () => void;
  private timers: Disposable[] = [];
  private bookmarkTimer?: Disposable;
  private watch?: Disposable;
  private deadline = 0;

  constructor(
    private readonly frames: FrameMaker,
    private readonly flusher: Flusher,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly options: WatchStreamOptions,
    private readonly ended: (stream: WatchStream) => void,
    private readonly sent: (events: number, bytes: number) => void,
  ) {}

  offer(event: CachedEvent): boolean {
    if (this.over) return false;
    this.lastRev = event.rev;
    this.push(this.frames.frame(event));
    if (!this.writer || this.queued + this.writer.pending <= this.allowance) return true;
    this.finish(true);
    return false;
  }

  room(resume: () => void): boolean {
    const { writer } = this;
    if (!writer || this.queued > ROOM) {
      // What is queued is written in the next round.
      this.resume = resume;
      return false;
    }
    if (writer.pending <= ROOM) return true;
    writer.drained(resume);
    return false;
  }

  close(reason: string): void {
    this.finish(reason === 'slow');
  }

  /** Begins to write: the head of the answer is out. `watch` is what fills this stream. */
  start(writer: FrameWriter, watch: Disposable): void {
    this.watch = watch;
    this.writer = writer;
    if (this.over) {
      watch.dispose();
      this.flush();
      writer.end();
      return;
    }
    this.allowance = this.queued + LAG_LIMIT;
    this.deadline = this.clock.now() + this.options.timeout;
    this.timers.push(this.clock.after(this.options.timeout, () => this.finish(false)));
    if (this.options.bookmarks) this.scheduleBookmark();
    this.flush();
  }

  /** Sends an error as the only frame and ends. */
  fail(writer: FrameWriter, frame: Frame): void {
    this.writer = writer;
    this.push(frame);
    this.finish(false);
  }

  /** The client has gone. */
  abandon(): void {
    this.queue = [];
    this.release();
  }

  /** Ends the watch cleanly: the server stops, or its time is over. */
  stop(): void {
    this.finish(false);
  }

  flush(): void {
    this.scheduled = false;
    if (this.queue.length === 0 || !this.writer) return;
    const frames = this.queue;
    this.sent(frames.length, this.queued);
    this.queue = [];
    this.queued = 0;
    this.writer.write(frames);
    const { resume } = this;
    this.resume = undefined;
    resume?.();
    if (this.allowance > LAG_LIMIT && this.writer.pending <= LAG_LIMIT / 2) this.allowance = LAG_LIMIT;
  }

  private push(frame: Frame): void {
    this.queue.push(frame);
    this.queued += frame.chunk.length;
    if (this.writer && !this.scheduled) {
      this.scheduled = true;
      this.flusher.add(this);
    }
  }

  private finish(broken: boolean): void {
    if (this.over) return;
    this.release();
    if (!this.writer) return;
    if (broken) {
      this.queue = [];
      this.writer.destroy();
      return;
    }
    this.flush();
    this.writer.end();
  }

  private release(): void {
    if (this.over) return;
    this.over = true;
    for (const t of this.timers) t.dispose();
    this.bookmarkTimer?.dispose();
    this.watch?.dispose();
    this.ended(this);
  }

  /** About every minute, and once shortly before the end, so that a client that comes back need not read much again. */
  private scheduleBookmark(): void {
    const now = this.clock.now();
    const period = BOOKMARK_PERIOD * (1 + 0.25 * this.random.next());
    const beforeEnd = this.deadline - BOOKMARK_BEFORE_END - now;
    if (beforeEnd <= 0) return;
    this.bookmarkTimer = this.clock.after(Math.min(period, beforeEnd), () => {
      const rev = this.options.revision?.() ?? this.lastRev;
      if (rev > 0) this.offer({ type: 'BOOKMARK', rev });
      if (!this.over) this.scheduleBookmark();
    });
  }
}

const NOTHING = Buffer.alloc(0);
const COALESCE = 64 * 1024;

/**
 * Writes frames to the connection of a response whose head is out. They are ready-made chunks, so they go to the socket itself;
 * small ones are joined into one write.
 */
export class ChunkedWriter implements FrameWriter {
  private readonly socket;

  constructor(
    private readonly call: Call,
    private readonly joiner: FrameJoiner,
  ) {
    this.socket = call.chunks;
  }

  get pending(): number {
    return this.call.pending;
  }

  write(frames: readonly Frame[]): void {
    const { socket } = this;
    if (!socket) {
      for (const f of frames) this.call.write(f.chunk.subarray(f.start, f.end));
      return;
    }
    if (!socket.writable) return;
    if (frames.length === 1) {
      socket.write(frames[0]!.chunk);
      return;
    }
    let from = 0;
    let size = 0;
    for (let i = 0; i < frames.length; i++) {
      size += frames[i]!.chunk.length;
      if (size < COALESCE && i < frames.length - 1) continue;
      socket.write(i === from ? frames[i]!.chunk : this.joiner.join(frames, from, i + 1, size));
      from = i + 1;
      size = 0;
    }
  }

  drained(fn: () => void): void {
    this.call.socket.once('drain', fn);
  }

  end(): void {
    this.call.end();
  }

  destroy(): void {
    this.call.destroy();
  }
}

/** Joins frames. Watchers of the same objects are written the same frames one after the other: what was joined for one serves the next. */
export class FrameJoiner {
  private last: readonly Frame[] = [];
  private joined: Buffer = NOTHING;

  join(frames: readonly Frame[], from: number, to: number, size: number): Buffer {
    if (this.isLast(frames, from, to)) return this.joined;
    const out = Buffer.allocUnsafe(size);
    let at = 0;
    for (let i = from; i < to; i++) at += frames[i]!.chunk.copy(out, at);
    this.last = frames.slice(from, to);
    return (this.joined = out);
  }

  private isLast(frames: readonly Frame[], from: number, to: number): boolean {
    const { last } = this;
    if (last.length !== to - from) return false;
    for (let i = from; i < to; i++) if (frames[i] !== last[i - from]) return false;
    return true;
  }
}
