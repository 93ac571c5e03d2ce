import { forbiddenField, invalidValue, notSupported, required, tooLong, type FieldError } from '../../api/errors/field-error';
import { APPARMOR_PREFIX, apparmorAnnotationFor } from './apparmor';
import { goValue } from './go-value';
import { longerThan } from './names';
import { pushDescendingPathErrors } from './paths';
import type { Raw } from './raw';

const TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const MAX_PATH = 4095;
const LOCALHOST = 'localhost/';
export const SECCOMP_POD_ANNOTATION = 'seccomp.security.alpha.kubernetes.io/pod';
export const SECCOMP_CONTAINER_PREFIX = 'container.seccomp.security.alpha.kubernetes.io/';

/** Complaints about a seccompProfile. */
export function pushSeccompErrors(errors: FieldError[], p: Raw | undefined, path: string): void {
  if (!p) return;
  if (!p.type) errors.push(required(`${path}.type`, 'type is required when seccompProfile is set'));
  else if (!TYPES.includes(p.type)) errors.push(notSupported(`${path}.type`, p.type, TYPES));
  const at = `${path}.localhostProfile`;
  if (p.type === 'Localhost') {
    if (p.localhostProfile === undefined) errors.push(required(at, 'must be set when seccomp type is Localhost'));
    else pushDescendingPathErrors(errors, p.localhostProfile, at);
  } else if (p.localhostProfile !== undefined) {
    errors.push(invalidValue(at, goValue('SeccompProfile', p), 'can only be set when seccomp type is Localhost'));
  }
}

/** Complaints about an appArmorProfile. */
export function pushAppArmorErrors(errors: FieldError[], p: Raw | undefined, path: string): void {
  if (!p) return;
  const at = `${path}.localhostProfile`;
  const file = p.localhostProfile as string | undefined;
  switch (p.type) {
    case 'Localhost':
      if (file === undefined || file === '') errors.push(required(at, 'must be set when AppArmor type is Localhost'));
      else if (file.trim() !== file) errors.push(invalidValue(at, file, 'must not be padded with whitespace'));
      if (file && longerThan(file, MAX_PATH)) errors.push(tooLong(at, MAX_PATH));
      break;
    case 'RuntimeDefault':
    case 'Unconfined':
      if (file !== undefined) errors.push(invalidValue(at, file, 'can only be set when AppArmor type is Localhost'));
      break;
    default:
      if (!p.type) errors.push(required(`${path}.type`, 'type is required when appArmorProfile is set'));
      else errors.push(notSupported(`${path}.type`, p.type, TYPES));
  }
}

/** Complaints about a seccomp annotation's value. */
export function pushSeccompAnnotationErrors(errors: FieldError[], value: string, path: string): void {
  if (value === 'runtime/default' || value === 'docker/default' || value === 'unconfined') return;
  if (value.startsWith(LOCALHOST)) pushDescendingPathErrors(errors, value.slice(LOCALHOST.length), path);
  else errors.push(invalidValue(path, value, 'must be a valid seccomp profile'));
}

/** An annotation and the field that replaced it must say the same. */
export function pushSeccompMismatch(errors: FieldError[], annotation: string | undefined, p: Raw | undefined, path: string): void {
  if (annotation === undefined || !p) return;
  const differs = forbiddenField(`${path}.type`, 'seccomp type in annotation and field must match');
  if (p.type === 'Unconfined' && annotation !== 'unconfined') errors.push(differs);
  else if (p.type === 'RuntimeDefault' && annotation !== 'runtime/default' && annotation !== 'docker/default') errors.push(differs);
  else if (p.type === 'Localhost') {
    if (!annotation.startsWith(LOCALHOST)) errors.push(differs);
    else if (annotation.slice(LOCALHOST.length) !== p.localhostProfile) {
      errors.push(forbiddenField(`${path}.localhostProfile`, 'seccomp profile in annotation and field must match'));
    }
  }
}

/** The same for AppArmor. */
export function pushAppArmorMismatch(errors: FieldError[], annotations: Record<string, string>, container: string, p: Raw | undefined, path: string): void {
  const annotation = annotations[APPARMOR_PREFIX + container];
  if (annotation === undefined || !p || !TYPES.includes(p.type)) return;
  if (p.type === 'Localhost' && annotation.startsWith(LOCALHOST)) {
    if (annotation !== apparmorAnnotationFor(p)) errors.push(forbiddenField(`${path}.localhostProfile`, 'apparmor profile in annotation and field must match'));
  } else if (annotation !== apparmorAnnotationFor(p)) errors.push(forbiddenField(`${path}.type`, 'apparmor type in annotation and field must match'));
}
