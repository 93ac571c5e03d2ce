import { forbiddenField, type FieldError } from '../../../api/errors/field-error';
import type { KubeObject } from '../../../api/meta/object';
import { semanticEqual } from '../../shared/equality';
import { goDiff } from '../../shared/go-diff';
import type { Raw } from '../../shared/raw';
import { MIRROR_ANNOTATION, pushAnnotationChangeErrors } from './annotation-changes';
import { pushPodErrors } from './validate-create';

/** Complaints about an update through pods/ephemeralcontainers: they can be added, never changed or removed. */
export function validateEphemeralUpdate(o: KubeObject, old: KubeObject): FieldError[] {
  if (old.metadata.annotations?.[MIRROR_ANNOTATION] !== undefined) return [forbiddenField('', 'static pods do not support ephemeral containers')];
  const errors: FieldError[] = [];
  pushPodErrors(errors, o);
  pushAnnotationChangeErrors(errors, o, old);
  const now = (o.spec?.ephemeralContainers ?? []) as Raw[];
  for (const before of (old.spec?.ephemeralContainers ?? []) as Raw[]) {
    const path = 'spec.ephemeralContainers';
    const name = JSON.stringify(before.name);
    const c = now.findLast((n) => n.name === before.name);
    if (!c) errors.push(forbiddenField(path, `existing ephemeral containers ${name} may not be removed\n`));
    else if (!semanticEqual(before, c)) errors.push(forbiddenField(path, `existing ephemeral containers ${name} may not be changed\n${goDiff('EphemeralContainer', before, c)}`));
  }
  return errors;
}
