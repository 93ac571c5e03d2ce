import type { KubeObject } from '../../api/meta/object';
import type { KV } from '../store';
import { bytesAtRevision } from './revision-bytes';
import type { Cached } from './watch-cache';

export type Decode<T extends KubeObject> = (bytes: Uint8Array) => T;

/** What the store gave, decoded when somebody first looks at the object: many lists and watches need only the bytes. */
class Entry<T extends KubeObject> implements Cached<T> {
  encodings?: Map<string, unknown>;
  metadataEnd = 0;
  messageSize = 0;
  private decoded: T | undefined;

  constructor(
    readonly key: string,
    readonly rev: number,
    readonly bytes: Uint8Array,
    decoded: T | undefined,
    private readonly decode: Decode<T>,
  ) {
    this.decoded = decoded;
  }

  /** @throws Error when the stored bytes cannot be decoded */
  get object(): T {
    if (this.decoded === undefined) {
      try {
        this.decoded = this.decode(this.bytes);
      } catch (e) {
        throw new Error(`the stored object ${this.key} at revision ${this.rev} cannot be read: ${e instanceof Error ? e.message : String(e)}`, { cause: e });
      }
    }
    return this.decoded;
  }
}

/** The cached form of a stored value. `tag` may be the writer's own object with the very bytes that were stored; then nothing is parsed. */
export function cachedFrom<T extends KubeObject>(kv: KV, tag: unknown, decode: Decode<T>): Cached<T> {
  const made = tag as Partial<Cached<T>> | undefined;
  if (typeof made !== 'object' || made === null || made.bytes !== kv.value || made.object === undefined) return new Entry(kv.key, kv.rev, kv.value, undefined, decode);
  if (made.key === kv.key && made.rev === kv.rev) return made as Cached<T>;
  return new Entry(kv.key, kv.rev, kv.value, made.object, decode);
}

/** The same state with another resourceVersion: what a watcher is told is gone when an object stops to match its selector. */
export class AtRevision<T extends KubeObject> implements Cached<T> {
  encodings?: Map<string, unknown>;
  metadataEnd = 0;
  messageSize = 0;
  readonly key: string;
  private changed: T | undefined;
  private encoded: Uint8Array | undefined;

  constructor(
    private readonly state: Cached<T>,
    readonly rev: number,
  ) {
    this.key = state.key;
  }

  get object(): T {
    if (!this.changed) {
      const { object } = this.state;
      this.changed = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.rev) } };
    }
    return this.changed;
  }

  get bytes(): Uint8Array {
    return (this.encoded ??= bytesAtRevision(this.state, this.rev) ?? Buffer.from(JSON.stringify(this.object)));
  }
}
