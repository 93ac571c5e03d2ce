import type { Socket } from 'node:net';
import type { RequestHeaders } from './request-headers';

/** One request as it came in, and the way of its answer: over Node's HTTP server (NodeCall) or our own reading of the connection (WireCall). */
export interface Call {
  readonly method: string;
  /** The request target: path and query. */
  readonly url: string;
  readonly headers: RequestHeaders;
  readonly socket: Socket;
  /** Names and values of all headers, in turn. */
  readonly rawHeaders: readonly string[];
  /**
   * Reads the body, then calls `done`. One beyond the limit is refused by `fail` and the rest of it discarded.
   * Nothing is called when the client goes away.
   */
  readBody(done: (body: Buffer) => void, fail: (error: Error) => void): void;
  /** True once an answer has begun. */
  readonly answered: boolean;
  /** True when the connection is broken. */
  readonly gone: boolean;
  /** Sends a complete answer. `head`: header names and values in turn, without Date; `body` undefined: none is sent. */
  send(code: number, head: readonly string[], body: Uint8Array | undefined): void;
  /** Sends the head of an answer whose body follows in pieces, at once. `size`: bytes of the body; undefined: it goes in chunks. */
  begin(code: number, head: readonly string[], size?: number): void;
  /** One piece of such a body. `done`: its bytes were taken and may change. */
  write(piece: Uint8Array | string, done?: () => void): void;
  /** Where pieces may be written that are HTTP chunks already; undefined when that is not how this answer goes. */
  readonly chunks: Socket | undefined;
  /** Bytes written and not yet taken by the operating system. */
  readonly pending: number;
  /** Ends an answer that was begun. */
  end(): void;
  /** Breaks the connection. */
  destroy(): void;
  /** Calls `fn` when the client goes away before its answer is whole. */
  onGone(fn: () => void): void;
}
