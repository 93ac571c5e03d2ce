import type { KubeObject } from '../../api/meta/object';
import { encodeObject } from '../../api/schema/encode';
import { bytesAtRevision } from '../../storage/watch-cache/revision-bytes';
import type { Cached } from '../../storage/watch-cache/watch-cache';
import { orderedMetadata } from './ordered-metadata';

const EMPTY = new Uint8Array(0);

/** A cached object whose bytes are filled in at the moment its revision is known. */
export class Entry implements Cached {
  rev = 0;
  bytes: Uint8Array = EMPTY;
  encodings?: Map<string, unknown>;
  metadataEnd = 0;
  messageSize = 0;
  constructor(
    readonly key: string,
    readonly object: KubeObject,
  ) {}

  /** Puts the revision into the object and encodes it: the one time this state is turned into bytes. */
  readonly encode = (rev: number): Uint8Array => {
    this.rev = rev;
    this.object.metadata.resourceVersion = String(rev);
    this.object.metadata = orderedMetadata(this.object.metadata);
    return (this.bytes = Buffer.from(encodeObject(this.object)));
  };

  /** Encodes the last state of an object that goes: that of `before`, with the revision of the deletion. */
  encodeLast(before: Cached, rev: number): Uint8Array {
    const bytes = bytesAtRevision(before, rev);
    if (!bytes) return this.encode(rev);
    this.rev = rev;
    this.object.metadata.resourceVersion = String(rev);
    return (this.bytes = bytes);
  }

  /** For answers that are not stored (dry run): no revision. */
  encodeUnstored(): this {
    this.bytes = Buffer.from(encodeObject(this.object));
    return this;
  }
}
