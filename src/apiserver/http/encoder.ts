import type { Status } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { formatYaml } from '../../api/yaml/encode';
import type { Cached } from '../../storage/watch-cache/watch-cache';
import type { Clock } from '../../util/clock';
import { partsOf, type Parts } from '../../util/parts';
import { Scratch } from '../../util/scratch';
import type { ListResult, ObjectResult } from '../handlers/handlers';
import type { Column } from '../registry/strategy';
import { cachedPartialMetadata, partialMetadataJson, writePartialMetadata } from '../table/partial-metadata';
import type { MetaVersion } from '../table/partial-metadata';
import type { IncludeObject, TableMetadata } from '../table/table';
import { columnsJson, rowHead, rowJson, tableHead, tableJson } from '../table/table';
import type { Endpoint } from './endpoint';
import { JsonList, LIST_END, sizeOf } from './json-list';
import type { LongBody } from './list-stream';
import type { Accepted, Conversion } from './negotiate';
import { RecentEncodings } from './recent-encodings';
import { notConvertible } from './refusals';
import type { ProtobufBodies } from './body';

/** What the HTTP layer needs of the protobuf codec. */
export interface WireCodec extends ProtobufBodies {
  /** An object with the envelope that names its kind. @throws Error when the kind has no protobuf form */
  encode(object: KubeObject | Status): Uint8Array;
  /** The message of an object alone, as it stands in lists. */
  encodeMessage(object: KubeObject, apiVersion: string, kind: string): Uint8Array;
  /** A list of messages made by encodeMessage, with envelope. */
  encodeList(apiVersion: string, listKind: string, metadata: object, items: readonly Uint8Array[]): Uint8Array;
  /** Bytes of an object's message, and of a message of some length as an item of a list. */
  messageSize(object: KubeObject, apiVersion: string, kind: string): number;
  itemSize(length: number): number;
  /** Adds a message made by encodeMessage as an item of a list; or an object's, which is not kept. */
  writeItem(item: Uint8Array, to: Parts): void;
  writeObject(object: KubeObject, apiVersion: string, kind: string, to: Parts): void;
  /** What stands before and after the items of a list, with its envelope. `size`: bytes of the items as writeItem added them. */
  listEnds(apiVersion: string, listKind: string, metadata: object, size: number): { head: Uint8Array; tail: Uint8Array };
  /** The payload of one watch frame around an encoded object. */
  encodeWatchEvent(type: string, object: Uint8Array): Uint8Array;
}

/** How one answer shall be made: what was negotiated, and the options of tables. */
export interface Form {
  accepted: Accepted;
  pretty: boolean;
  include: IncludeObject;
}

/** Items in a part of a long list. */
const PIECE = 250;
/** Bytes of a part of a JSON list. */
const SCRATCH = 256 * 1024;
/** Bytes of protobuf encodings that are kept with their objects. */
const ENCODINGS = 32 * 1024 * 1024;
/** Protobuf messages that are made at a time. */
const MESSAGES = 100;
/** Lists and tables of more items leave in parts: the text of a long Table costs half as much again when it is made as one. */
const LONG_LIST = 2000;
const LONG_TABLE = 300;
const NEWLINE = 0x0a;
const COMMA = 0x2c;
const CLOSE = 0x7d;

/** Turns handler results into the bytes of answers. */
export class Encoder {
  private readonly scratch = new Scratch(SCRATCH, 4);
  private readonly recent = new RecentEncodings(ENCODINGS);
  private readonly giveBack = (piece: Uint8Array): void => this.scratch.give(piece);

  constructor(
    private readonly codec: WireCodec,
    private readonly clock: Clock,
  ) {}

  /** One object, or the Status that stands for it. */
  one(e: Endpoint, r: ObjectResult, form: Form): Uint8Array {
    const { accepted } = form;
    if (r.body && isStatus(r.body)) return this.status(r.body, accepted, form.pretty);
    if (accepted.as) return this.converted(e, r, accepted.as, form);
    if (accepted.encoding === 'protobuf') return r.cached ? this.cachedProtobuf(r.cached) : this.codec.encode(r.body!);
    return this.finish(r.cached ? r.cached.bytes : Buffer.from(JSON.stringify(r.body)), accepted, form.pretty);
  }

  /** A list; empty ones have empty items. */
  list(e: Endpoint, r: ListResult, form: Form): Uint8Array {
    const { accepted, pretty } = form;
    const metadata = listMetadata(r);
    const as = accepted.as;
    if (as?.kind === 'PartialObjectMetadata') throw notConvertible(`you requested PartialObjectMetadata, but the requested object is a list (${e.goType(true)})`);
    if (as?.kind === 'Table') {
      const version = as.version as MetaVersion;
      const now = this.clock.now();
      // Upstream's general writer of tables, for kinds without columns of their own, begins with no slice.
      const rows = r.items.length === 0 && isGeneral(e.columns) ? undefined : r.items.map((c) => this.row(e, c.object, c, version, form.include, now));
      return this.finish(Buffer.from(tableJson(version, metadata, columnsJson(e.columns), rows)), accepted, pretty);
    }
    if (as) {
      const version = as.version as MetaVersion;
      if (accepted.encoding === 'protobuf') {
        const items = r.items.map((c) => this.codec.encodeMessage({ ...PARTIAL, apiVersion: `meta.k8s.io/${version}`, metadata: c.object.metadata }, `meta.k8s.io/${version}`, 'PartialObjectMetadata'));
        return this.codec.encodeList(`meta.k8s.io/${version}`, 'PartialObjectMetadataList', metadata, items);
      }
      // Go's writer of these lists begins with no slice.
      const items = r.items.length === 0 ? 'null' : `[${r.items.map((c) => cachedPartialMetadata(c, version)).join(',')}]`;
      return this.finish(Buffer.from(`{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/${version}","metadata":${JSON.stringify(metadata)},"items":${items}}`), accepted, pretty);
    }
    if (accepted.encoding === 'protobuf') {
      return this.codec.encodeList(e.apiVersion, e.listKind, metadata, r.items.map((c) => this.cachedMessage(e, c)));
    }
    const bytes = new JsonList(listHead(e, metadata), r.items, e.prefixLength).whole();
    return accepted.encoding === 'json' && !pretty && !accepted.pretty ? bytes : this.finish(bytes.subarray(0, -1), accepted, pretty);
  }

  /**
   * The same bytes as list() in parts of some hundred items, made one at a time; undefined for the rare forms that cannot be made in parts
   * (indented, YAML). @throws 406
   */
  listInPieces(e: Endpoint, r: ListResult, form: Form): LongBody | undefined {
    const { accepted, pretty, include } = form;
    const { as } = accepted;
    if (as?.kind === 'PartialObjectMetadata' || pretty || accepted.pretty || accepted.encoding === 'yaml') return undefined;
    const metadata = listMetadata(r);
    const version = as?.version as MetaVersion;
    if (accepted.encoding === 'protobuf') {
      if (as) return undefined;
      return { pieces: this.protobufPieces(e, r, metadata), used: this.giveBack };
    }
    if (!as) {
      const list = new JsonList(listHead(e, metadata), r.items, e.prefixLength);
      return { size: list.length, pieces: list.pieces(this.scratch), used: this.giveBack };
    }
    if (as.kind === 'Table') {
      const now = this.clock.now();
      return this.jsonInPieces(tableHead(version, metadata, columnsJson(e.columns)), r.items, (c, to) => this.writeRow(e, c, version, include, now, to));
    }
    return this.jsonInPieces(`{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/${version}","metadata":${JSON.stringify(metadata)},"items":[`, r.items, (c, to) => writePartialMetadata(c, version, to));
  }

  private jsonInPieces(head: string, items: readonly Cached[], write: (c: Cached, to: Parts) => void): LongBody {
    const one = (i: number, to: Parts): void => {
      if (i > 0) to.byte(COMMA);
      write(items[i]!, to);
    };
    return { pieces: partsOf(this.scratch, Buffer.from(head), items.length, one, LIST_END, PIECE), used: this.giveBack };
  }

  /** Whether listInPieces would be better for the machine than list(): the items are many, or long as they are sent. `packed`: the client takes gzip. */
  isLong(e: Endpoint, r: ListResult, accepted: Accepted, packed: boolean): boolean {
    const { length } = r.items;
    if (length > (accepted.as?.kind === 'Table' ? LONG_TABLE : LONG_LIST)) return true;
    return !packed && !accepted.as && accepted.encoding === 'json' && sizeOf(r.items, e.prefixLength) > this.scratch.size;
  }

  /**
   * The envelope begins with the length of all messages, so that they are measured first: the sizes stay with their objects. Messages that
   * are too many to be kept are made twice rather than held: as much memory at once would cost collections of garbage that hold up everybody.
   */
  private *protobufPieces(e: Endpoint, r: ListResult, metadata: TableMetadata): Generator<Uint8Array | undefined, void> {
    const { items } = r;
    const keep = sizeOf(items, 0) < ENCODINGS;
    let size = 0;
    for (let i = 0; i < items.length; i++) {
      const c = items[i]!;
      const known = (c.messageSize ||= keep ? this.cachedMessage(e, c).length : this.codec.messageSize(c.object, e.apiVersion, e.gvk.kind));
      size += this.codec.itemSize(known);
      if ((i + 1) % MESSAGES === 0) yield undefined;
    }
    const { head, tail } = this.codec.listEnds(e.apiVersion, e.listKind, metadata, size);
    const write = (i: number, to: Parts): void => {
      if (keep) this.codec.writeItem(this.cachedMessage(e, items[i]!), to);
      else this.codec.writeObject(items[i]!.object, e.apiVersion, e.gvk.kind, to);
    };
    yield* partsOf(this.scratch, head, items.length, write, tail, MESSAGES);
  }

  /** A Status, or any other small object that has no endpoint (discovery). */
  status(s: Status | KubeObject, accepted: Accepted, pretty: boolean): Uint8Array {
    if (accepted.encoding === 'protobuf') return this.codec.encode(s);
    return this.finish(Buffer.from(JSON.stringify(s)), accepted, pretty);
  }

  /** JSON text as it was asked for: with its newline, indented, or as YAML. */
  finish(json: Uint8Array, accepted: Accepted, pretty: boolean): Uint8Array {
    if (accepted.encoding === 'yaml') return Buffer.from(formatYaml(JSON.parse(text(json))));
    if (pretty || accepted.pretty) return Buffer.from(JSON.stringify(JSON.parse(text(json)), null, 2) + '\n');
    const out = Buffer.allocUnsafe(json.length + 1);
    out.set(json);
    out[json.length] = NEWLINE;
    return out;
  }

  /** JSON text of a table row for an object. */
  row(e: Endpoint, o: KubeObject, cached: Cached | undefined, version: MetaVersion, include: IncludeObject, now: number): string {
    const conditions = e.sub ? undefined : e.definition.rowConditions?.(o);
    const object = include === 'None' ? 'null' : include === 'Object' ? objectJson(o, cached) : metadataJson(o, cached, version);
    return rowJson(e.columns, o, object, now, conditions && JSON.stringify(conditions));
  }

  /** Adds a table row for a cached object to a body. */
  private writeRow(e: Endpoint, c: Cached, version: MetaVersion, include: IncludeObject, now: number, to: Parts): void {
    const conditions = e.sub ? undefined : e.definition.rowConditions?.(c.object);
    to.text(rowHead(e.columns, c.object, now, conditions && JSON.stringify(conditions)));
    if (include === 'None') to.text('null');
    else if (include === 'Object') to.bytes(c.bytes);
    else writePartialMetadata(c, version, to);
    to.byte(CLOSE);
  }

  /** The protobuf form of a cached object with its envelope. */
  cachedProtobuf(c: Cached): Uint8Array {
    return this.recent.get(c, 'protobuf', () => this.codec.encode(c.object));
  }

  private cachedMessage(e: Endpoint, c: Cached): Uint8Array {
    return this.recent.get(c, 'protobuf-message', () => this.codec.encodeMessage(c.object, e.apiVersion, e.gvk.kind));
  }

  private converted(e: Endpoint, r: ObjectResult, as: Conversion, form: Form): Uint8Array {
    const version = as.version as MetaVersion;
    const object = r.cached ? r.cached.object : (r.body as KubeObject);
    if (as.kind === 'PartialObjectMetadataList') {
      throw notConvertible(`you requested PartialObjectMetadataList, but the requested object is not a list (${e.goType(false)})`);
    }
    if (as.kind === 'Table') {
      const row = this.row(e, object, r.cached, version, form.include, this.clock.now());
      const metadata = object.metadata.resourceVersion ? { resourceVersion: object.metadata.resourceVersion } : {};
      return this.finish(Buffer.from(tableJson(version, metadata, columnsJson(e.columns), [row])), form.accepted, form.pretty);
    }
    if (form.accepted.encoding === 'protobuf') return this.codec.encode({ ...PARTIAL, apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata });
    return this.finish(Buffer.from(metadataJson(object, r.cached, version)), form.accepted, form.pretty);
  }
}

const isGeneral = (columns: readonly Column[]): boolean => columns.length === 2 && columns[1]!.name === 'Created At';

const PARTIAL = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1' } as const;

/** The ListMeta of a result, in Go's order of fields. */
export function listMetadata(r: ListResult): TableMetadata {
  return {
    ...(r.rev > 0 ? { resourceVersion: String(r.rev) } : {}),
    ...(r.continue ? { continue: r.continue } : {}),
    ...(r.remaining ? { remainingItemCount: r.remaining } : {}),
  };
}

function listHead(e: Endpoint, metadata: TableMetadata): string {
  return `{"kind":${JSON.stringify(e.listKind)},"apiVersion":${JSON.stringify(e.apiVersion)},"metadata":${JSON.stringify(metadata)},"items":[`;
}

export function isStatus(o: KubeObject | Status): o is Status {
  return o.kind === 'Status' && o.apiVersion === 'v1';
}

function objectJson(o: KubeObject, cached: Cached | undefined): string {
  return cached ? text(cached.bytes) : JSON.stringify(o);
}

function metadataJson(o: KubeObject, cached: Cached | undefined, version: MetaVersion): string {
  return cached ? cachedPartialMetadata(cached, version) : partialMetadataJson(o, version);
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
