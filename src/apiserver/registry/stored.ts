import type { KubeObject } from '../../api/meta/object';
import type { KV } from '../../storage/store';
import type { Cached } from '../../storage/watch-cache/watch-cache';

/** A stored value as a cached object. Stored bytes were written by this server, so they need no checking. */
export function decodeStored(kv: KV): Cached {
  return { key: kv.key, rev: kv.rev, bytes: kv.value, object: parseStored(kv.value) };
}

/** The object in stored bytes. @throws SyntaxError when they are damaged */
export function parseStored(bytes: Uint8Array): KubeObject {
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()) as KubeObject;
}
