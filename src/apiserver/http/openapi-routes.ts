import { createHash } from 'node:crypto';
import type { Answers } from './answers';
import type { Exchange } from './exchange';
import { parseAccept } from './negotiate';

/** The OpenAPI documents of what is served. */
export interface OpenApiSource {
  /** The OpenAPI v2 document; a new object when it has changed. */
  v2(): object;
  /** Paths with an OpenAPI v3 document of their own: 'api/v1', 'apis/apps/v1', 'version' … */
  v3Paths(): Iterable<string>;
  /** The document of such a path, a new object when it has changed; undefined when there is none. */
  v3(path: string): object | undefined;
}

interface Document {
  json: Buffer;
  etag: string;
}

/** Turns the OpenAPI v2 document into the protobuf message that kubectl up to 1.28 reads. */
export type OpenApiProtobuf = (v2: object) => Uint8Array;

const JSON_TYPE = 'application/json';
const PROTOBUF_TYPE = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
const PROTOBUF_NAMES = new Set(['com.github.proto-openapi.spec.v2.v1.0+protobuf', 'com.github.proto-openapi.spec.v2@v1.0+protobuf']);
const EMPTY = Buffer.alloc(0);

/** Answers /openapi/v2, the index /openapi/v3 and the documents below it. Encodings are kept as long as their document is. */
export class OpenApiRoutes {
  private readonly encoded = new WeakMap<object, Document>();
  private readonly protobufs = new WeakMap<object, Buffer>();

  constructor(
    private readonly source: OpenApiSource,
    private readonly protobuf: OpenApiProtobuf,
    private readonly answers: Answers,
  ) {}

  /** False when the path is none of its own. */
  serve(x: Exchange): boolean {
    const path = x.info.path;
    if (path === '/openapi/v2') this.serveV2(x);
    else if (path === '/openapi/v3' || path === '/openapi/v3/') this.serveIndex(x);
    else if (path.startsWith('/openapi/v3/')) return this.serveV3(x, path.slice('/openapi/v3/'.length));
    else return false;
    return true;
  }

  private serveV2(x: Exchange): void {
    const v2 = this.source.v2();
    for (const clause of x.headers.accept === '' ? [{ type: '*', subType: '*' }] : parseAccept(x.headers.accept)) {
      if (clause.type !== 'application' && clause.type !== '*') continue;
      if (clause.subType === 'json' || clause.subType === '*') return this.cacheable(x, JSON_TYPE, this.encode(v2).json, this.encode(v2).etag);
      if (PROTOBUF_NAMES.has(clause.subType)) return this.cacheable(x, PROTOBUF_TYPE, this.encodeProtobuf(v2), this.encode(v2).etag);
    }
    x.send(406, '', EMPTY, ['Vary', 'Accept']);
  }

  private serveIndex(x: Exchange): void {
    const paths: Record<string, { serverRelativeURL: string }> = {};
    for (const path of [...this.source.v3Paths()].sort()) {
      const document = this.source.v3(path);
      if (document) paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${this.encode(document).etag}` };
    }
    const json = Buffer.from(JSON.stringify({ paths }));
    this.cacheable(x, JSON_TYPE, json, etagOf(json));
  }

  private serveV3(x: Exchange, path: string): boolean {
    const source = this.source.v3(path);
    if (!source) return false;
    const { json, etag } = this.encode(source);
    if (x.headers.accept !== '' && !parseAccept(x.headers.accept).some((c) => (c.type === 'application' || c.type === '*') && (c.subType === 'json' || c.subType === '*'))) {
      x.send(406, '', EMPTY, ['Vary', 'Accept']);
      return true;
    }
    const hash = x.query.get('hash');
    if (hash && hash !== etag) x.send(301, '', EMPTY, ['Location', `/openapi/v3/${path}?hash=${etag}`, 'Vary', 'Accept']);
    else this.cacheable(x, JSON_TYPE, json, etag, hash ? ['Cache-Control', 'public, immutable'] : []);
    return true;
  }

  private cacheable(x: Exchange, type: string, body: Buffer, etag: string, extra: readonly string[] = []): void {
    const quoted = `"${etag}"`;
    const headers = ['Etag', quoted, 'Vary', 'Accept', ...extra];
    if (x.headers.ifNoneMatch === quoted) x.send(304, '', EMPTY, headers);
    else this.answers.send(x, 200, type, body, headers);
  }

  private encode(document: object): Document {
    let found = this.encoded.get(document);
    if (!found) {
      const json = Buffer.from(JSON.stringify(document));
      this.encoded.set(document, (found = { json, etag: etagOf(json) }));
    }
    return found;
  }

  private encodeProtobuf(document: object): Buffer {
    let found = this.protobufs.get(document);
    if (!found) this.protobufs.set(document, (found = Buffer.from(this.protobuf(document))));
    return found;
  }
}

function etagOf(json: Buffer): string {
  return createHash('sha512').update(json).digest('hex').toUpperCase();
}
