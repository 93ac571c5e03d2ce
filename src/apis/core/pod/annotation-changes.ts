import { forbiddenField, type FieldError } from '../../../api/errors/field-error';
import type { KubeObject } from '../../../api/meta/object';
import { APPARMOR_PREFIX } from '../../shared/apparmor';
import { pushPodAnnotationErrors } from '../../shared/pod-annotations';
import type { Raw } from '../../shared/raw';

export const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';

/** Annotations that stand for parts of the spec may not change (ValidatePodSpecificAnnotationUpdates). */
export function pushAnnotationChangeErrors(errors: FieldError[], o: KubeObject, old: KubeObject): void {
  const now = o.metadata.annotations ?? {};
  const before = old.metadata.annotations ?? {};
  const refuse = (key: string, verb: string): void => {
    const path = `metadata.annotations[${key}]`;
    if (key.startsWith(APPARMOR_PREFIX)) errors.push(forbiddenField(path, `may not ${verb} AppArmor annotations`));
    if (key === MIRROR_ANNOTATION) errors.push(forbiddenField(path, `may not ${verb} mirror pod annotation`));
  };
  for (const key in before) if (now[key] !== before[key]) refuse(key, 'remove or update');
  for (const key in now) if (!(key in before)) refuse(key, 'add');
  pushPodAnnotationErrors(errors, now, o.spec as Raw, 'metadata.annotations');
}
