import { gzip } from 'node:zlib';
import { internalError, StatusError } from '../../api/errors/status-error';
import type { Status } from '../../api/errors/status-error';
import { StoreError } from '../../storage/store-error';
import type { Log } from '../../util/log';
import type { Slices } from '../../util/slices';
import type { Encoder } from './encoder';
import type { Exchange } from './exchange';
import type { LongBody } from './list-stream';
import { streamList } from './list-stream';
import { MEDIA_TYPES, negotiate, PLAIN } from './negotiate';

/** Bodies above this many bytes are compressed for clients that take gzip; the fastest level, as upstream. */
const GZIP_ABOVE = 128 * 1024;
const GZIP_LEVEL = 1;
const VARY = ['Content-Encoding', 'gzip', 'Vary', 'Accept-Encoding'];

/** Sends complete answers: bodies, refusals, and texts where there is nothing else. */
export class Answers {
  constructor(
    private readonly encoder: Encoder,
    private readonly log: Log,
  ) {}

  /** A body, compressed when that pays. `extra`: further header names and values in turn. */
  send(x: Exchange, code: number, contentType: string, body: Uint8Array, extra?: readonly string[]): void {
    if (body.length <= GZIP_ABOVE || !takesGzip(x.headers.acceptEncoding)) {
      x.send(code, contentType, body, extra);
      return;
    }
    gzip(body, { level: GZIP_LEVEL }, (error, packed) => {
      if (error) this.fail(x, error);
      else x.send(code, contentType, packed, extra ? [...extra, ...VARY] : VARY);
    });
  }

  /** A long body in parts, compressed when the client takes that. */
  stream(x: Exchange, contentType: string, body: LongBody, slices: Slices): void {
    streamList(x, contentType, body, slices, takesGzip(x.headers.acceptEncoding) ? GZIP_LEVEL : undefined, (error) => this.fail(x, error));
  }

  /** The answer to anything that was thrown. What is no StatusError is a fault of ours: logged, and told as 500. */
  fail(x: Exchange, error: unknown): void {
    if (x.answered || x.call.gone) {
      if (!(error instanceof StatusError || error instanceof StoreError)) this.log.error({ err: error, path: x.info.path }, 'a request failed after its answer had begun');
      return;
    }
    this.status(x, this.statusOf(x, error));
  }

  /** The Status that tells a client of an error. */
  statusOf(x: Exchange, error: unknown): Status {
    if (error instanceof StatusError) return error.status;
    // The store has logged what happened to it; every request says it again to its client.
    if (error instanceof StoreError) return internalError(error.message).status;
    this.log.error({ err: error, method: x.method, path: x.info.path, auditId: x.auditId }, 'a request failed unexpectedly');
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code: 500 };
  }

  /** A Status in the form the client asked for; in indented JSON when it asked for nothing that exists. */
  status(x: Exchange, status: Status): void {
    const code = status.code ?? 500;
    const retry = status.details?.retryAfterSeconds;
    const extra = retry ? ['Retry-After', String(retry)] : undefined;
    const accepted = negotiate(x.headers.accept, PLAIN);
    if (!accepted) x.send(code, MEDIA_TYPES.json, Buffer.from(JSON.stringify(status, null, 2)), extra);
    else x.send(code, MEDIA_TYPES[accepted.encoding], this.encoder.status(status, accepted, x.pretty), extra);
  }

  /** Plain text, as Go's http.Error and the health endpoints send it. */
  text(x: Exchange, code: number, body: string, extra?: readonly string[]): void {
    x.send(code, 'text/plain; charset=utf-8', Buffer.from(body), ['X-Content-Type-Options', 'nosniff', ...(extra ?? [])]);
  }

  notFound(x: Exchange): void {
    this.text(x, 404, '404 page not found\n');
  }
}

/** Whether a client takes compressed answers. */
export function takesGzip(acceptEncoding: string): boolean {
  return acceptEncoding === 'gzip' || (acceptEncoding.includes('gzip') && acceptEncoding.split(',').some((t) => t.trim() === 'gzip'));
}
