import { stableJson } from '../../client/equality';

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** FNV-1a, 32 bits. */
export function fnv32a(text: string): number {
  let h = 0x811c9dc5;
  for (const byte of Buffer.from(text)) h = Math.imul(h ^ byte, 0x01000193);
  return h >>> 0;
}

/** A number in letters that may stand in names and make no words (rand.SafeEncodeString of its decimal form). */
export function safeEncode(n: number): string {
  let s = '';
  for (const c of String(n)) s += ALPHABET[c.charCodeAt(0) % ALPHABET.length]!;
  return s;
}

/** The hash by which objects made of a template are told apart: pod-template-hash, controller-revision-hash. */
export function templateHash(template: unknown, collisionCount?: number): string {
  return safeEncode(fnv32a(stableJson(template) + (collisionCount === undefined ? '' : `#${collisionCount}`)));
}
