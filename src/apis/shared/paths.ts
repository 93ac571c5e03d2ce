import { invalidValue, type FieldError } from '../../api/errors/field-error';

/** Complaint about a file path with a '..' in it. */
export function pushBackstepErrors(errors: FieldError[], target: string, path: string): void {
  if (target.includes('..') && target.split('/').includes('..')) errors.push(invalidValue(path, target, "must not contain '..'"));
}

/** Complaints about a file path that has to stay below where it is put. */
export function pushDescendingPathErrors(errors: FieldError[], target: string, path: string): void {
  if (target.startsWith('/')) errors.push(invalidValue(path, target, 'must be a relative path'));
  pushBackstepErrors(errors, target, path);
}

/** As pushDescendingPathErrors; names that begin with two dots are reserved for the kubelet. */
export function pushLocalPathErrors(errors: FieldError[], target: string, path: string): void {
  pushDescendingPathErrors(errors, target, path);
  if (target.startsWith('..') && !target.startsWith('../')) errors.push(invalidValue(path, target, "must not start with '..'"));
}

const FILE_MODE = 'must be a number between 0 and 0777 (octal), both inclusive';

/** Complaint about the permission bits of a file. */
export function pushFileModeErrors(errors: FieldError[], mode: number | undefined, path: string): void {
  if (mode !== undefined && (mode < 0 || mode > 0o777)) errors.push(invalidValue(path, mode, FILE_MODE));
}
