import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Call } from './call';
import { MAX_BODY } from './limits';
import { reasonPhrase } from './reason-phrase';
import { bodyTooLarge } from './refusals';
import type { RequestHeaders } from './request-headers';
import { readHeaders } from './request-headers';

/** A request that came through Node's HTTP server. */
export class NodeCall implements Call {
  readonly method: string;
  readonly url: string;
  readonly headers: RequestHeaders;

  constructor(
    readonly req: IncomingMessage,
    readonly res: ServerResponse,
  ) {
    this.method = req.method ?? 'GET';
    this.url = req.url ?? '/';
    this.headers = readHeaders(req.rawHeaders);
  }

  get socket(): Socket {
    return this.req.socket;
  }

  get rawHeaders(): readonly string[] {
    return this.req.rawHeaders;
  }

  readBody(done: (body: Buffer) => void, fail: (error: Error) => void): void {
    const parts: Buffer[] = [];
    let size = 0;
    let over = false;
    this.req.on('data', (part: Buffer) => {
      size += part.length;
      if (over) return;
      if (size > MAX_BODY) {
        over = true;
        parts.length = 0;
        fail(bodyTooLarge(MAX_BODY));
        return;
      }
      parts.push(part);
    });
    this.req.on('end', () => {
      if (!over) done(parts.length === 1 ? parts[0]! : Buffer.concat(parts, size));
    });
  }

  get answered(): boolean {
    return this.res.headersSent || this.res.writableEnded;
  }

  get gone(): boolean {
    return this.res.destroyed;
  }

  send(code: number, head: readonly string[], body: Uint8Array | undefined): void {
    this.res.removeHeader('connection');
    this.res.writeHead(code, reasonPhrase(code), head as string[]);
    if (body) this.res.end(body);
    else this.res.end();
  }

  begin(code: number, head: readonly string[], size?: number): void {
    this.res.removeHeader('connection');
    this.res.writeHead(code, reasonPhrase(code), size === undefined ? (head as string[]) : [...head, 'Content-Length', String(size)]);
    this.res.flushHeaders();
  }

  write(piece: Uint8Array | string, done?: () => void): void {
    this.res.write(piece, done);
  }

  get chunks(): Socket | undefined {
    return this.res.chunkedEncoding ? (this.res.socket ?? undefined) : undefined;
  }

  get pending(): number {
    return this.res.socket?.writableLength ?? this.res.writableLength;
  }

  end(): void {
    this.res.end();
  }

  destroy(): void {
    this.res.destroy();
  }

  onGone(fn: () => void): void {
    this.res.once('close', () => {
      if (!this.res.writableEnded) fn();
    });
  }
}
