import type { Cached } from './watch-cache';

/**
 * The bytes of a state with another resourceVersion in them, made without parsing or encoding the object again. undefined when it is
 * not certain which text the version is.
 */
export function bytesAtRevision(state: Cached, rev: number): Uint8Array | undefined {
  const bytes = Buffer.from(state.bytes.buffer, state.bytes.byteOffset, state.bytes.byteLength);
  const old = `"resourceVersion":"${state.rev}"`;
  const at = bytes.indexOf(old, 0, 'latin1');
  if (at < 0 || bytes.indexOf(old, at + 1, 'latin1') >= 0) return undefined;
  const now = `"resourceVersion":"${rev}"`;
  const out = Buffer.allocUnsafe(bytes.length - old.length + now.length);
  bytes.copy(out, 0, 0, at);
  out.write(now, at, 'latin1');
  bytes.copy(out, at + now.length, at + old.length);
  return out;
}
