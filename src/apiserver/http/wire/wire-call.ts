import type { Socket } from 'node:net';
import type { Call } from '../call';
import type { RequestHeaders } from '../request-headers';
import type { RequestHead } from './request-head';
import { answerHead } from './answer-head';

/** What a call needs of the connection it came on. */
export interface CallOwner {
  readonly socket: Socket;
  /** Text of a Date header's value for now. */
  date(): string;
  /** Gives the body, now or when it is there. */
  readBody(done: (body: Buffer) => void): void;
  /** The answer is whole; `last`: nothing more is to come on this connection. */
  finished(last: boolean): void;
}

const LAST_CHUNK = '0\r\n\r\n';
/** Bodies up to this many bytes leave in one piece with their head. */
const JOIN_UP_TO = 64 * 1024;

/** A request that was read from its connection by WireConnection. */
export class WireCall implements Call {
  answered = false;
  gone = false;
  private listeners?: (() => void)[];
  private closing = false;
  private chunked = false;

  constructor(
    private readonly owner: CallOwner,
    private readonly head: RequestHead,
    readonly headers: RequestHeaders,
  ) {}

  get method(): string {
    return this.head.method;
  }

  get url(): string {
    return this.head.url;
  }

  get socket(): Socket {
    return this.owner.socket;
  }

  get rawHeaders(): readonly string[] {
    const all: string[] = [];
    for (const line of this.head.lines.split('\r\n')) {
      const colon = line.indexOf(':');
      if (colon > 0) all.push(line.slice(0, colon), line.slice(colon + 1).trim());
    }
    return all;
  }

  readBody(done: (body: Buffer) => void): void {
    this.owner.readBody(done);
  }

  send(code: number, head: readonly string[], body: Uint8Array | undefined): void {
    this.answered = true;
    const text = this.headText(code, head, false);
    const { socket } = this.owner;
    if (!body || body.length === 0) socket.write(text, 'latin1');
    else if (body.length <= JOIN_UP_TO) {
      const out = Buffer.allocUnsafe(text.length + body.length);
      out.write(text, 0, 'latin1');
      out.set(body, text.length);
      socket.write(out);
    } else {
      socket.write(text, 'latin1');
      socket.write(body);
    }
    this.owner.finished(this.closing);
  }

  begin(code: number, head: readonly string[], size?: number): void {
    this.answered = true;
    this.chunked = size === undefined;
    this.owner.socket.write(this.headText(code, this.chunked ? head : [...head, 'Content-Length', String(size)], this.chunked), 'latin1');
  }

  write(piece: Uint8Array | string, done?: () => void): void {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
    const { socket } = this.owner;
    // An empty chunk would end the body.
    if (bytes.length === 0 || this.gone) {
      done?.();
      return;
    }
    if (!this.chunked) {
      socket.write(bytes, done);
      return;
    }
    socket.cork();
    socket.write(`${bytes.length.toString(16)}\r\n`, 'latin1');
    socket.write(bytes, done);
    socket.write('\r\n', 'latin1');
    socket.uncork();
  }

  get chunks(): Socket {
    return this.owner.socket;
  }

  get pending(): number {
    return this.owner.socket.writableLength;
  }

  end(): void {
    if (this.gone) return;
    if (this.chunked) this.owner.socket.write(LAST_CHUNK, 'latin1');
    this.owner.finished(this.closing);
  }

  destroy(): void {
    this.owner.socket.destroy();
  }

  onGone(fn: () => void): void {
    (this.listeners ??= []).push(fn);
  }

  /** The connection has ended before the answer was whole. */
  lost(): void {
    this.gone = true;
    for (const fn of this.listeners ?? []) fn();
  }

  private headText(code: number, head: readonly string[], chunked: boolean): string {
    this.closing = head.includes('Connection');
    return answerHead(code, head, this.owner.date(), chunked);
  }
}
