import { invalidValue, tooLong, type FieldError } from '../../api/errors/field-error';
import { isQualifiedName } from './names';

/** Most bytes that keys and values of all annotations may have together. */
export const ANNOTATIONS_MAX_BYTES = 256 * 1024;

/** Complaints about annotations: keys are qualified names in either case, and all together have a size limit. */
export function validateAnnotations(annotations: Record<string, string> | undefined, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (annotations) pushAnnotationErrors(errors, annotations, path);
  return errors;
}

/** validateAnnotations into a list that is already there. */
export function pushAnnotationErrors(errors: FieldError[], annotations: Record<string, string>, path: string): void {
  let size = 0;
  for (const key in annotations) {
    const bad = isQualifiedName(key.toLowerCase());
    for (let i = 0; i < bad.length; i++) errors.push(invalidValue(path, key, bad[i]!));
    size += key.length + annotations[key]!.length;
  }
  // bytes are counted only when there can be too many of them
  if (size * 3 > ANNOTATIONS_MAX_BYTES) {
    let bytes = 0;
    for (const key in annotations) bytes += Buffer.byteLength(key) + Buffer.byteLength(annotations[key]!);
    if (bytes > ANNOTATIONS_MAX_BYTES) errors.push(tooLong(path, ANNOTATIONS_MAX_BYTES));
  }
}
