import type { Status } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import type { CachedEvent } from '../../storage/watch-cache/watch-cache';
import type { Clock } from '../../util/clock';
import { cachedPartialMetadata, partialMetadataJson } from '../table/partial-metadata';
import type { MetaVersion } from '../table/partial-metadata';
import { blankRowJson, columnsJson, tableJson } from '../table/table';
import type { Encoder, Form, WireCodec } from './encoder';
import type { Endpoint } from './endpoint';

/** One event on the wire: an HTTP chunk, of which start to end is the frame itself. */
export interface Frame {
  readonly chunk: Buffer;
  readonly start: number;
  readonly end: number;
}

const NEWLINE_END = Buffer.from('}\n\r\n');

/** Builds the frames of one watch. What it builds for an event is kept on the event, for every other watch of the same form. */
export class FrameMaker {
  private first = true;
  private readonly key: string;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly form: Form,
    private readonly encoder: Encoder,
    private readonly codec: WireCodec,
    private readonly clock: Clock,
  ) {
    const { encoding, as } = form.accepted;
    this.key = as ? `${encoding}/${as.kind}/${as.version}${as.kind === 'Table' ? `/${form.include}` : ''}` : encoding;
  }

  frame(e: CachedEvent): Frame {
    // The first frame of a table also brings the column definitions.
    const key = this.first && this.form.accepted.as?.kind === 'Table' ? `${this.key}/columns` : this.key;
    const frames = (e.frames ??= new Map<string, unknown>());
    let frame = frames.get(key) as Frame | undefined;
    if (!frame) frames.set(key, (frame = this.build(e)));
    this.first = false;
    return frame;
  }

  /** The frame that ends a watch with an error. */
  error(status: Status): Frame {
    if (this.form.accepted.encoding === 'protobuf') return this.protobuf('ERROR', this.codec.encode(status));
    return jsonFrame('ERROR', Buffer.from(JSON.stringify(status)));
  }

  private build(e: CachedEvent): Frame {
    const { encoding, as } = this.form.accepted;
    if (encoding === 'protobuf') return this.protobuf(e.type, this.protobufObject(e));
    if (!as && e.cached) return jsonFrame(e.type, e.cached.bytes);
    return jsonFrame(e.type, Buffer.from(this.json(e)));
  }

  /** JSON of what the frame carries, where it is not the object as stored. */
  private json(e: CachedEvent): string {
    const as = this.form.accepted.as;
    const object = e.cached?.object ?? this.bookmark(e);
    if (!as) return JSON.stringify(object);
    const version = as.version as MetaVersion;
    const partial = e.cached ? cachedPartialMetadata(e.cached, version) : partialMetadataJson(object, version);
    if (as.kind !== 'Table') return partial;
    const row = e.cached
      ? this.encoder.row(this.endpoint, object, e.cached, version, this.form.include, this.clock.now())
      : blankRowJson(this.endpoint.columns, partial);
    const metadata = { resourceVersion: object.metadata.resourceVersion };
    return tableJson(version, metadata, this.first ? columnsJson(this.endpoint.columns) : 'null', [row]);
  }

  private protobufObject(e: CachedEvent): Uint8Array {
    const as = this.form.accepted.as;
    if (e.cached && !as) return this.encoder.cachedProtobuf(e.cached);
    const object = e.cached?.object ?? this.bookmark(e);
    return this.codec.encode(as ? { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${as.version}`, metadata: object.metadata } : object);
  }

  private bookmark(e: CachedEvent): KubeObject {
    return {
      kind: this.endpoint.gvk.kind,
      apiVersion: this.endpoint.apiVersion,
      metadata: { resourceVersion: String(e.rev), ...(e.initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}) },
    };
  }

  private protobuf(type: string, object: Uint8Array): Frame {
    const event = this.codec.encodeWatchEvent(type, object);
    const head = `${(event.length + 4).toString(16)}\r\n`;
    const chunk = Buffer.allocUnsafe(head.length + 4 + event.length + 2);
    let at = chunk.write(head, 'latin1');
    at = chunk.writeUInt32BE(event.length, at);
    chunk.set(event, at);
    chunk.write('\r\n', at + event.length, 'latin1');
    return { chunk, start: head.length, end: chunk.length - 2 };
  }
}

function jsonFrame(type: string, object: Uint8Array): Frame {
  const prefix = `{"type":"${type}","object":`;
  const head = `${(prefix.length + object.length + 2).toString(16)}\r\n`;
  const chunk = Buffer.allocUnsafe(head.length + prefix.length + object.length + NEWLINE_END.length);
  const at = chunk.write(head + prefix, 'latin1');
  chunk.set(object, at);
  chunk.set(NEWLINE_END, at + object.length);
  return { chunk, start: head.length, end: chunk.length - 2 };
}
