import { type FieldError, forbiddenField, invalidValue, required, tooLong } from '../../api/errors/field-error';
import type { WriteParams } from './handlers';

const MAX_LENGTH = 128;

/** Checks fieldManager, and of a patch also force, which CreateOptions and UpdateOptions do not have; complaints go to `errors`. */
export function decodeFieldManager(p: WriteParams, kind: 'apply' | 'patch' | 'other', errors: FieldError[]): void {
  if (kind === 'patch') {
    if (p.force !== undefined) errors.push(forbiddenField('force', 'may not be specified for non-apply patch'));
  } else if (kind === 'apply' && !p.fieldManager) {
    errors.push(required('fieldManager', 'is required for apply patch'));
  }
  const name = p.fieldManager;
  if (!name) return;
  if (Buffer.byteLength(name) > MAX_LENGTH) errors.push(tooLong('fieldManager', MAX_LENGTH));
  let i = 0;
  for (const c of name) {
    if (!isPrintable(c)) errors.push(invalidValue('fieldManager', name, `invalid character U+${c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')} (at position ${i})`));
    i += Buffer.byteLength(c);
  }
}

/** unicode.IsPrint: letters, marks, numbers, punctuation, symbols and the plain space. */
function isPrintable(c: string): boolean {
  return c === ' ' || /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(c);
}

/** Who a write is attributed to: the fieldManager given, else the User-Agent up to its first slash. */
export function managerOf(fieldManager: string | undefined, userAgent: string): string {
  if (fieldManager) return fieldManager;
  const slash = userAgent.indexOf('/');
  const prefix = slash < 0 ? userAgent : userAgent.slice(0, slash);
  let out = '';
  for (const c of prefix) {
    if (!isPrintable(c)) continue;
    if (Buffer.byteLength(out) + Buffer.byteLength(c) > MAX_LENGTH) break;
    out += c;
  }
  return out;
}
