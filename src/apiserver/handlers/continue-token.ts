import { badRequest } from '../../api/errors/status-error';
import { parseJson } from '../../api/schema/json';

/** Where a chunked list goes on. `rev` < 0: from whatever is newest (the inconsistent token after an expiry). */
export interface ContinuePoint {
  start: string;
  rev: number;
}

/** The opaque token for a list that goes on at `start` (a key below `prefix`). */
export function encodeContinue(start: string, prefix: string, rev: number): string {
  const json = JSON.stringify({ v: 'meta.k8s.io/v1', rv: rev, start: start.slice(prefix.length) });
  return Buffer.from(json).toString('base64url');
}

/** Reads a token back. @throws BadRequest in upstream's words */
export function decodeContinue(token: string, prefix: string): ContinuePoint {
  const bad = (why: string): Error => badRequest(`invalid continue token: continue key is not valid: ${why}`);
  const odd = token.search(/[^A-Za-z0-9_-]/);
  // One digit more than whole bytes need stands for nothing.
  const stop = odd < 0 && token.length % 4 === 1 ? token.length - 1 : odd;
  if (stop >= 0) throw bad(`illegal base64 data at input byte ${stop}`);
  let value: unknown;
  try {
    const bytes = Buffer.from(token, 'base64url');
    value = parseJson(bytes.toString('utf8'), undefined, bytes);
  } catch (e) {
    throw bad((e as Error).message);
  }
  const { v, rv, start } = (value ?? {}) as { v?: unknown; rv?: unknown; start?: unknown };
  if (v !== 'meta.k8s.io/v1') throw bad(`server does not recognize this encoded version ${typeof v === 'string' ? v : ''}`);
  if (rv === 0 || rv === undefined) throw bad('incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  if (typeof start !== 'string' || start === '') throw bad('continue key is not valid: encoded start key is empty (version meta.k8s.io/v1)');
  if (start.includes('../')) throw bad(start);
  return { start: prefix + start, rev: Number(rv) };
}
