import type { Socket } from 'node:net';
import type { Clock } from '../../../util/clock';
import { HEAD_TIMEOUT, IDLE_TIMEOUT } from '../limits';
import type { RequestHeaders } from '../request-headers';
import { readHeaderLines } from '../request-headers';
import type { RequestHead } from './request-head';
import { readHead } from './request-head';
import type { CallOwner } from './wire-call';
import { WireCall } from './wire-call';

/** What a connection needs of the server that accepted it. */
export interface ConnectionHost {
  /** Serves one request; it is answered through the call, now or later. */
  serve(call: WireCall): void;
  /** Whether requests for a URL are for `serve`. */
  owns(url: string): boolean;
  /** Takes over a connection with everything that was read of it and not served. */
  handOver(socket: Socket): void;
  date(): string;
  readonly clock: Clock;
  closed(connection: WireConnection): void;
}

/** Bytes that may wait on a connection whose request is still being served. */
const AHEAD = 64 * 1024;
/** Bytes of answers that a client may leave unread before its next request is served. */
const UNREAD = 1024 * 1024;
const NOTHING = Buffer.alloc(0);

/**
 * One connection whose requests are read here, without Node's HTTP server. One request at a time is served, in order. The first that is
 * not of the plainest form goes to Node's server, and the connection with it.
 */
export class WireConnection implements CallOwner {
  private call?: WireCall;
  private waiting: Buffer = NOTHING;
  private lastHead?: RequestHead;
  private lastHeaders?: RequestHeaders;
  private body?: { bytes: Buffer; at: number; done?: (body: Buffer) => void };
  private reading = false;
  /** Bytes to come of the body of a request that is over. */
  private unwanted = 0;
  /** When the first part of a head came whose rest is awaited. */
  private partialSince?: number;
  private over = false;

  constructor(
    readonly socket: Socket,
    private readonly host: ConnectionHost,
  ) {
    socket.on('data', this.received);
    socket.on('end', this.ended);
    socket.on('close', this.ended);
    socket.on('error', this.failed);
    // Not setTimeout's own listener, which hears of it once: that may be during a long watch.
    socket.on('timeout', this.silent);
    socket.setTimeout(IDLE_TIMEOUT);
  }

  /** A request is being served. */
  get busy(): boolean {
    return this.call !== undefined;
  }

  date(): string {
    return this.host.date();
  }

  readBody(done: (body: Buffer) => void): void {
    const { body } = this;
    if (!body) done(NOTHING);
    else if (body.at === body.bytes.length) {
      this.body = undefined;
      done(body.bytes);
    } else body.done = done;
  }

  finished(last: boolean): void {
    // What is still to come of a body that nobody wanted is passed over; the connection stays, as the answer said.
    this.unwanted = this.body ? this.body.bytes.length - this.body.at : 0;
    this.call = undefined;
    this.body = undefined;
    if (last) {
      this.leave();
      this.socket.end();
    } else if (this.socket.writableLength > UNREAD) {
      this.socket.pause();
      this.socket.once('drain', () => {
        this.socket.resume();
        this.next();
      });
    } else if (!this.reading && this.waiting.length > 0) this.next();
  }

  private readonly received = (bytes: Buffer): void => {
    if (this.unwanted > 0) {
      const passed = Math.min(this.unwanted, bytes.length);
      this.unwanted -= passed;
      if (passed === bytes.length) return;
      bytes = bytes.subarray(passed);
    }
    if (this.body && this.body.at < this.body.bytes.length) {
      bytes = this.fill(this.body, bytes);
      if (bytes.length === 0) return;
    }
    this.waiting = this.waiting.length === 0 ? bytes : Buffer.concat([this.waiting, bytes]);
    if (!this.call) this.next();
    else if (this.waiting.length > AHEAD) this.socket.pause();
  };

  /** Serves what is waiting, request after request, until one is not answered at once. */
  private next(): void {
    this.reading = true;
    while (!this.call && !this.over && this.waiting.length > 0) {
      const head = readHead(this.waiting, this.lastHead);
      if (head === 'partial') {
        this.await();
        break;
      }
      if (this.partialSince !== undefined) {
        this.partialSince = undefined;
        this.socket.setTimeout(IDLE_TIMEOUT);
      }
      if (head === 'other' || !this.host.owns(head.url)) {
        this.handOver();
        break;
      }
      this.begin(head);
    }
    this.reading = false;
    if (!this.over && !this.call && this.socket.isPaused()) this.socket.resume();
  }

  /** A client that never comes to the end of its head must not hold its connection for ever. */
  private await(): void {
    const now = this.host.clock.monotonic();
    // Should nothing more come, the socket itself says so.
    if (this.partialSince === undefined) this.socket.setTimeout(HEAD_TIMEOUT);
    this.partialSince ??= now;
    if (now - this.partialSince > HEAD_TIMEOUT) this.socket.destroy();
  }

  private begin(head: RequestHead): void {
    const headers = this.lastHead?.lines === head.lines ? this.lastHeaders! : readHeaderLines(head.lines);
    this.lastHead = head;
    this.lastHeaders = headers;
    const rest = this.waiting.subarray(head.end);
    if (head.contentLength === 0) {
      this.body = undefined;
      this.waiting = rest.length ? rest : NOTHING;
    } else if (rest.length >= head.contentLength) {
      this.body = { bytes: rest.subarray(0, head.contentLength), at: head.contentLength };
      this.waiting = rest.length > head.contentLength ? rest.subarray(head.contentLength) : NOTHING;
    } else {
      this.body = { bytes: Buffer.allocUnsafe(head.contentLength), at: 0 };
      this.waiting = NOTHING;
      this.fill(this.body, rest);
    }
    const call = (this.call = new WireCall(this, head, headers));
    this.host.serve(call);
  }

  /** Adds to a body; gives what is beyond it. */
  private fill(body: { bytes: Buffer; at: number; done?: (body: Buffer) => void }, bytes: Buffer): Buffer {
    const taken = bytes.copy(body.bytes, body.at);
    body.at += taken;
    if (body.at === body.bytes.length && body.done) {
      this.body = undefined;
      body.done(body.bytes);
    }
    return bytes.subarray(taken);
  }

  private handOver(): void {
    const rest = this.waiting;
    this.leave();
    this.socket.off('error', this.failed);
    this.host.handOver(this.socket);
    this.socket.unshift(rest);
    if (this.socket.isPaused()) this.socket.resume();
  }

  private leave(): void {
    if (this.over) return;
    this.over = true;
    this.waiting = NOTHING;
    this.socket.off('data', this.received);
    this.socket.off('end', this.ended);
    this.socket.off('close', this.ended);
    this.socket.off('timeout', this.silent);
    this.socket.setTimeout(0);
    this.host.closed(this);
  }

  private readonly ended = (): void => {
    this.leave();
    const { call } = this;
    this.call = undefined;
    call?.lost();
    this.socket.end();
  };

  private readonly silent = (): void => {
    if (!this.call) this.socket.destroy();
  };

  /** Connections break; what was under way learns it from 'close'. */
  private readonly failed = (): void => {
    this.socket.destroy();
  };
}
