import type { Status } from '../errors/status-error';
import type { KubeObject } from '../meta/object';
import { decodeMessage } from './decode';
import { encodeMessage, encodeShared } from './encode';
import { MessageSet, showKind } from './messages';
import type { MessageType, ProtobufTable } from './messages';
import { BYTES, Reader, ReverseWriter } from './wire';

/** What every object begins with: "k8s" and a zero. */
const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

/** Field numbers of runtime.Unknown, its TypeMeta, metav1 lists and WatchEvents: the frame around every message. */
const UNKNOWN = { typeMeta: 1, raw: 2, contentEncoding: 3, contentType: 4 };
const TYPE_META = { apiVersion: 1, kind: 2 };
const LIST = { metadata: 1, items: 2 };
const WATCH_EVENT = { type: 1, object: 2 };
const RAW_EXTENSION = { raw: 1 };

/** Messages up to this many bytes are copied by an ItemSink. */
const SHORT = 64 * 1024;

/** Where a list's items go; bytes up to SHORT are copied at once. */
export interface ItemSink {
  byte(value: number): void;
  bytes(b: Uint8Array): void;
}

/** Reads and writes Kubernetes objects as protocol buffers (application/vnd.kubernetes.protobuf). */
export class ProtobufCodec {
  readonly types: MessageSet;

  constructor(table: ProtobufTable) {
    this.types = new MessageSet(table);
  }

  /** Whether a kind has a protobuf form. */
  has(apiVersion: string, kind: string): boolean {
    return this.types.forKind(apiVersion, kind) !== undefined;
  }

  /** An object with its envelope. @throws Error when the kind has no protobuf form */
  encode(object: KubeObject | Status): Buffer {
    // The oldest discovery documents have no apiVersion.
    const apiVersion = (object.apiVersion as string | undefined) ?? '';
    return this.envelope(apiVersion, object.kind, this.encodeMessage(object as KubeObject, apiVersion, object.kind));
  }

  /** The message of an object alone. @throws Error when the kind has no protobuf form */
  encodeMessage(object: KubeObject, apiVersion: string, kind: string): Buffer {
    return encodeMessage(this.types, this.typeOf(apiVersion, kind), object);
  }

  /** Bytes of an object's message. @throws Error when the kind has no protobuf form */
  messageSize(object: KubeObject, apiVersion: string, kind: string): number {
    return encodeShared(this.types, this.typeOf(apiVersion, kind), object).length;
  }

  /** Adds an object's message as an item of a list, without keeping it. */
  writeObject(object: KubeObject, apiVersion: string, kind: string, to: ItemSink): void {
    const message = encodeShared(this.types, this.typeOf(apiVersion, kind), object);
    // What is too long to be copied by its taker must not change under it.
    this.writeItem(message.length > SHORT ? Buffer.from(message) : message, to);
  }

  /** A list, with envelope, of messages made by encodeMessage. `metadata`: its ListMeta as JSON. */
  encodeList(apiVersion: string, listKind: string, metadata: object, items: readonly Uint8Array[]): Buffer {
    const parts: Uint8Array[] = [];
    const to: ItemSink = { byte: (value) => parts.push(Buffer.of(value)), bytes: (b) => parts.push(b) };
    let size = 0;
    for (const item of items) {
      this.writeItem(item, to);
      size += this.itemSize(item.length);
    }
    const { head, tail } = this.listEnds(apiVersion, listKind, metadata, size);
    return Buffer.concat([head, ...parts, tail], head.length + size + tail.length);
  }

  /** Bytes that a message of `length` takes as an item of a list. */
  itemSize(length: number): number {
    let bytes = 2;
    for (let rest = length; rest > 127; rest >>>= 7) bytes++;
    return bytes + length;
  }

  /** Adds a message made by encodeMessage as an item of a list. */
  writeItem(item: Uint8Array, to: ItemSink): void {
    to.byte(LIST.items * 8 + BYTES);
    let rest = item.length;
    for (; rest > 127; rest >>>= 7) to.byte((rest & 127) | 128);
    to.byte(rest);
    to.bytes(item);
  }

  /** What stands before and after the items of a list, with its envelope. `size`: bytes of the items as writeItem added them. */
  listEnds(apiVersion: string, listKind: string, metadata: object, size: number): { head: Buffer; tail: Buffer } {
    const meta = encodeMessage(this.types, this.typeOf('meta.k8s.io/v1', 'ListMeta'), metadata as Record<string, unknown>);
    const head = new ReverseWriter(meta.length + apiVersion.length + listKind.length + 64);
    delimited(head, LIST.metadata, meta);
    head.varint(head.length + size);
    head.tag(UNKNOWN.raw, BYTES);
    typeMeta(head, apiVersion, listKind);
    const tail = new ReverseWriter(8);
    contentTypes(tail);
    return { head: head.result(), tail: tail.result() };
  }

  /** A metav1.WatchEvent around an object with its envelope; frames carry it without an envelope of its own. */
  encodeWatchEvent(type: string, object: Uint8Array): Buffer {
    const w = new ReverseWriter(object.length + 64);
    delimited(w, RAW_EXTENSION.raw, object);
    const length = w.length;
    w.varint(length);
    w.tag(WATCH_EVENT.object, BYTES);
    text(w, WATCH_EVENT.type, type);
    return w.result();
  }

  /**
   * The JSON object of a body: kind and apiVersion first, from its envelope or else from `fallback`. Of a kind that is not known only those
   * two come back. @throws Error in the words of kube-apiserver
   */
  decode(bytes: Uint8Array, fallback: { apiVersion: string; kind: string }): Record<string, unknown> {
    const { apiVersion, kind, raw } = this.open(bytes);
    const out: Record<string, unknown> = { kind: kind || fallback.kind, apiVersion: apiVersion || fallback.apiVersion };
    const type = this.types.forKind(out.apiVersion as string, out.kind as string);
    return type ? decodeMessage(this.types, type, raw, out) : out;
  }

  /** Decodes one watch frame's payload: the event's type and the object in it. */
  decodeWatchEvent(bytes: Uint8Array): { type: string; object: Record<string, unknown> } {
    const r = new Reader(bytes);
    let type = '';
    let object: Record<string, unknown> = {};
    while (!r.done) {
      const tag = r.varint();
      if (tag >> 3 === WATCH_EVENT.type) type = r.string();
      else if (tag >> 3 === WATCH_EVENT.object) {
        const inner = r.nested();
        inner.varint();
        object = this.decode(inner.bytes(), { apiVersion: 'v1', kind: 'Status' });
      } else r.skip(tag & 7);
    }
    return { type, object };
  }

  private open(bytes: Uint8Array): { apiVersion: string; kind: string; raw: Uint8Array } {
    if (bytes.length === 0) throw new Error('empty data');
    if (bytes.length < MAGIC.length || MAGIC.compare(bytes, 0, MAGIC.length) !== 0) {
      throw new Error('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
    }
    if (bytes.length === MAGIC.length) throw new Error('empty body');
    const out = { apiVersion: '', kind: '', raw: Buffer.alloc(0) as Uint8Array };
    for (const r = new Reader(bytes, MAGIC.length); !r.done; ) {
      const tag = r.varint();
      if (tag >> 3 === UNKNOWN.typeMeta) {
        for (const t = r.nested(); !t.done; ) {
          const inner = t.varint();
          if (inner >> 3 === TYPE_META.apiVersion) out.apiVersion = t.string();
          else if (inner >> 3 === TYPE_META.kind) out.kind = t.string();
          else t.skip(inner & 7);
        }
      } else if (tag >> 3 === UNKNOWN.raw) out.raw = r.bytes();
      else r.skip(tag & 7);
    }
    return out;
  }

  private envelope(apiVersion: string, kind: string, message: Uint8Array): Buffer {
    const w = new ReverseWriter(message.length + apiVersion.length + kind.length + 40);
    contentTypes(w);
    delimited(w, UNKNOWN.raw, message);
    typeMeta(w, apiVersion, kind);
    return w.result();
  }

  private typeOf(apiVersion: string, kind: string): MessageType {
    const type = this.types.forKind(apiVersion, kind);
    if (!type) throw new Error(`object ${showKind(apiVersion, kind)} does not implement the protobuf marshalling interface and cannot be encoded to a protobuf message`);
    return type;
  }
}

/** How an envelope ends, and how it begins. */
function contentTypes(w: ReverseWriter): void {
  text(w, UNKNOWN.contentType, '');
  text(w, UNKNOWN.contentEncoding, '');
}

function typeMeta(w: ReverseWriter, apiVersion: string, kind: string): void {
  const before = w.length;
  text(w, TYPE_META.kind, kind);
  text(w, TYPE_META.apiVersion, apiVersion);
  w.varint(w.length - before);
  w.tag(UNKNOWN.typeMeta, BYTES);
  w.bytes(MAGIC);
}

function delimited(w: ReverseWriter, field: number, bytes: Uint8Array): void {
  w.bytes(bytes);
  w.varint(bytes.length);
  w.tag(field, BYTES);
}

function text(w: ReverseWriter, field: number, s: string): void {
  const before = w.length;
  w.string(s);
  w.varint(w.length - before);
  w.tag(field, BYTES);
}
