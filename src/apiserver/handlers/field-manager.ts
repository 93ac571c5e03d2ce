import { type FieldError, forbiddenField, required } from '../../api/errors/field-error';
import { isPrintable } from '../../api/patch/go-format';
import { MAX_MANAGER, managerNameErrors } from '../registry/manager-name';
import type { WriteParams } from './handlers';

/** Checks fieldManager, and of a patch also force, which CreateOptions and UpdateOptions do not have; complaints go to `errors`. */
export function decodeFieldManager(p: WriteParams, kind: 'apply' | 'patch' | 'other', errors: FieldError[]): void {
  if (kind === 'patch') {
    if (p.force !== undefined) errors.push(forbiddenField('force', 'may not be specified for non-apply patch'));
  } else if (kind === 'apply' && !p.fieldManager) {
    errors.push(required('fieldManager', 'is required for apply patch'));
  }
  if (p.fieldManager) errors.push(...managerNameErrors('fieldManager', p.fieldManager));
}

/** Who a write is attributed to: the fieldManager given, else the User-Agent up to its first slash. */
export function managerOf(fieldManager: string | undefined, userAgent: string): string {
  if (fieldManager) return fieldManager;
  const slash = userAgent.indexOf('/');
  const prefix = slash < 0 ? userAgent : userAgent.slice(0, slash);
  let out = '';
  for (const c of prefix) {
    if (!isPrintable(c)) continue;
    if (Buffer.byteLength(out) + Buffer.byteLength(c) > MAX_MANAGER) break;
    out += c;
  }
  return out;
}
