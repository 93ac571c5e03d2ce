import { required, type FieldError } from '../../api/errors/field-error';
import { pushAnnotationErrors } from './annotations';
import { pushLabelErrors } from './labels';
import { podOptions, type PodValidationOptions } from './pod-options';
import { pushPodSpecErrors } from './pod-spec-validation';
import type { Raw } from './raw';

export interface PodTemplateValidation {
  /** The stored template on update: what it already had wrong stays allowed. */
  old?: Raw;
  options?: PodValidationOptions;
}

/**
 * Complaints about a PodTemplateSpec at `path` ('spec.template'): metadata, then the pod spec, in upstream's order
 * (ValidatePodTemplateSpec). An absent template is the caller's matter, since kinds word that differently.
 */
export function validatePodTemplate(t: Raw | undefined, path: string, v: PodTemplateValidation = {}): FieldError[] {
  const errors: FieldError[] = [];
  if (!t) return [required(path)];
  const meta = (t.metadata ?? {}) as Raw;
  const options = v.options ?? podOptions(t, v.old);
  if (meta.labels) pushLabelErrors(errors, meta.labels, `${path}.labels`);
  if (meta.annotations) pushAnnotationErrors(errors, meta.annotations, `${path}.annotations`);
  const spec = (t.spec ?? {}) as Raw;
  pushPodSpecErrors(errors, spec, meta, `${path}.spec`, options);
  return errors;
}
