import { required, type FieldError } from '../../api/errors/field-error';
import { pushContainersErrors } from './container-validation';
import type { PodValidationOptions } from './pod-options';
import type { Raw } from './raw';

/** Complaints about a PodSpec at `path`, in upstream's order (ValidatePodSpec). `meta` is the pod's or template's metadata. */
export function pushPodSpecErrors(errors: FieldError[], spec: Raw, _meta: Raw, path: string, options: PodValidationOptions): void {
  const containers = spec.containers as Raw[] | undefined;
  if (!containers?.length) errors.push(required(`${path}.containers`));
  else pushContainersErrors(errors, containers, `${path}.containers`, options);
}
