import type { KubeObject } from '../../api/meta/object';
import type { Cached } from '../../storage/watch-cache/watch-cache';
import type { Parts } from '../../util/parts';

/** Versions of meta.k8s.io in which Table and PartialObjectMetadata exist. */
export type MetaVersion = 'v1' | 'v1beta1';

const QUOTE = 0x22;
const ESCAPE = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const KIND = '{"kind":"'.length;
const VERSION = '","apiVersion":"'.length;
const METADATA = Buffer.from('","metadata":');
const NONE = -1;

/** JSON text of the object's metadata alone, as meta.k8s.io PartialObjectMetadata. */
export function partialMetadataJson(object: KubeObject, version: MetaVersion): string {
  return `${head(version)}${JSON.stringify(object.metadata)}}`;
}

/** The same for a cached object. */
export function cachedPartialMetadata(cached: Cached, version: MetaVersion): string {
  const { bytes } = cached;
  const from = metadataStart(bytes);
  const to = metadataEnd(cached, from);
  if (to === NONE) return partialMetadataJson(cached.object, version);
  return `${head(version)}${Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString()}}`;
}

/** Adds the same to a body, from the object's own bytes, which are neither parsed nor made a text. */
export function writePartialMetadata(cached: Cached, version: MetaVersion, to: Parts): void {
  const from = metadataStart(cached.bytes);
  const end = metadataEnd(cached, from);
  if (end === NONE) {
    to.text(partialMetadataJson(cached.object, version));
    return;
  }
  to.text(head(version));
  to.bytes(cached.bytes, from, end);
  to.byte(CLOSE);
}

function head(version: MetaVersion): string {
  return version === 'v1' ? '{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":' : '{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1beta1","metadata":';
}

/** Where the metadata begins in an object's JSON, with its brace; -1 when it does not come third. */
function metadataStart(bytes: Uint8Array): number {
  let at = endOfString(bytes, KIND) + VERSION;
  at = endOfString(bytes, at);
  for (let i = 0; i < METADATA.length; i++) if (bytes[at + i] !== METADATA[i]) return NONE;
  return at + METADATA.length;
}

/** Where it ends; found once for an object. */
function metadataEnd(cached: Cached, from: number): number {
  if (from === NONE) return NONE;
  return (cached.metadataEnd ||= endOfObject(cached.bytes, from));
}

/** Where the text ends that begins at `at`, behind its opening quote: the index of its closing one. */
function endOfString(bytes: Uint8Array, at: number): number {
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === ESCAPE ? 2 : 1;
  return at;
}

/** The index after the closing brace of the object whose opening one is at `at`; -1 when there is none. */
function endOfObject(bytes: Uint8Array, at: number): number {
  let depth = 0;
  for (; at < bytes.length; at++) {
    const c = bytes[at]!;
    if (c === QUOTE) at = endOfString(bytes, at + 1);
    else if (c === OPEN) depth++;
    else if (c === CLOSE && --depth === 0) return at + 1;
  }
  return NONE;
}
