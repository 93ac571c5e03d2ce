import type { Clock, Disposable } from '../../util/clock';
import type { Random } from '../../util/random';
import { StatusError } from '../../api/errors/status-error';
import type { ListParams } from '../handlers/handlers';
import type { Encoder, WireCodec } from './encoder';
import type { Endpoint } from './endpoint';
import type { Exchange } from './exchange';
import type { Accepted } from './negotiate';
import { MEDIA_TYPES, STREAM_TYPES } from './negotiate';
import { notAcceptable } from './refusals';
import { formOf } from './form';
import { FrameMaker } from './watch-frames';
import type { FrameWriter } from './watch-stream';
import { Flusher } from './flusher';
import { ChunkedWriter, FrameJoiner, WatchStream } from './watch-stream';

const MIN_TIMEOUT = 1800_000;

/** Counts what watches send. */
export interface WatchObserver {
  opened(e: Endpoint): void;
  closed(e: Endpoint): void;
  sent(e: Endpoint, events: number, bytes: number): void;
}

/** Takes over the connection of a request that asked to upgrade to WebSocket; undefined: it did not. */
export type Upgrader = (x: Exchange, text: boolean, gone: () => void) => FrameWriter | undefined;

/** All watches that are open now. */
export class Watches {
  private readonly open = new Set<WatchStream>();
  private readonly joiner = new FrameJoiner();
  private readonly flusher: Flusher;

  constructor(
    private readonly encoder: Encoder,
    private readonly codec: WireCodec,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly observer: WatchObserver,
    private readonly upgrade: Upgrader,
  ) {
    this.flusher = new Flusher(clock);
  }

  /** Starts a watch and answers with its stream. @throws what the handler refuses; 406 */
  serve(x: Exchange, e: Endpoint, accepted: Accepted, p: ListParams): void {
    if (accepted.encoding === 'yaml') throw notAcceptable(STREAM_TYPES);
    const frames = new FrameMaker(e, formOf(x, accepted), this.encoder, this.codec, this.clock);
    const stream = new WatchStream(
      frames,
      this.flusher,
      this.clock,
      this.random,
      { timeout: this.timeoutOf(p), bookmarks: x.query.flag('allowWatchBookmarks'), revision: () => e.handlers.revision?.() },
      (s) => {
        if (this.open.delete(s)) this.observer.closed(e);
      },
      (events, bytes) => this.observer.sent(e, events, bytes),
    );
    let watch: Disposable;
    try {
      watch = e.handlers.watch(x, p, stream);
    } catch (error) {
      if (!(error instanceof StatusError) || error.code !== 410) throw error;
      // The list the client begins from is too old: the stream itself says so.
      stream.fail(this.begin(x, accepted, stream), frames.error(error.status));
      return;
    }
    this.open.add(stream);
    this.observer.opened(e);
    stream.start(this.begin(x, accepted, stream), watch);
  }

  /** Number of open watches. */
  get size(): number {
    return this.open.size;
  }

  /** Ends every watch cleanly: clients come back to whoever serves next. */
  stop(): void {
    for (const s of [...this.open]) s.stop();
  }

  private begin(x: Exchange, accepted: Accepted, stream: WatchStream): FrameWriter {
    const text = accepted.encoding === 'json';
    const upgraded = this.upgrade(x, text, () => stream.abandon());
    if (upgraded) return upgraded;
    x.call.onGone(() => stream.abandon());
    x.begin(200, text ? MEDIA_TYPES.json : `${MEDIA_TYPES.protobuf};stream=watch`);
    return new ChunkedWriter(x.call, this.joiner);
  }

  /** Milliseconds: what the client says, else at random between half an hour and an hour, so that clients do not all come back at once. */
  private timeoutOf(p: ListParams): number {
    const seconds = Number.parseInt(p.timeoutSeconds ?? '', 10);
    return seconds > 0 ? Math.min(seconds * 1000, 2 ** 31 - 1) : MIN_TIMEOUT * (1 + this.random.next());
  }
}
