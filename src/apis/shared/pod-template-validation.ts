import { forbiddenField, required, type FieldError } from '../../api/errors/field-error';
import { pushAnnotationErrors } from './annotations';
import { pushLabelErrors } from './labels';
import { pushPodAnnotationErrors, pushProfileMismatches } from './pod-annotations';
import { pushPodSpecErrors } from './pod-spec-validation';
import type { Raw } from './raw';

/**
 * Complaints about a PodTemplateSpec at `path` ('spec.template'): metadata, then the pod spec, in upstream's order
 * (ValidatePodTemplateSpec). An absent template is the caller's matter, since kinds word that differently.
 */
export function validatePodTemplate(t: Raw | undefined, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!t) return [required(path)];
  const meta = (t.metadata ?? {}) as Raw;
  if (meta.labels) pushLabelErrors(errors, meta.labels, `${path}.labels`);
  if (meta.annotations) pushAnnotationErrors(errors, meta.annotations, `${path}.annotations`);
  const spec = (t.spec ?? {}) as Raw;
  if (meta.annotations) pushPodAnnotationErrors(errors, meta.annotations, spec, `${path}.annotations`);
  // a template has no name: what depends on the pod's is not checked
  pushPodSpecErrors(errors, spec, {}, `${path}.spec`, false);
  pushProfileMismatches(errors, meta.annotations, spec, `${path}.spec`);
  if (spec.ephemeralContainers?.length) errors.push(forbiddenField(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template'));
  return errors;
}
