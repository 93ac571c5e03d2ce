import { forbiddenField, type FieldError } from '../../../api/errors/field-error';
import type { KubeObject } from '../../../api/meta/object';
import { pushImageSpaces } from '../../shared/container-validation';
import { pushPodAnnotationErrors, pushProfileMismatches } from '../../shared/pod-annotations';
import { pushPodSpecErrors } from '../../shared/pod-spec-validation';
import type { Raw } from '../../shared/raw';

/** Complaints about a pod's annotations and spec, whatever it was before (validatePodMetadataAndSpec). */
export function pushPodErrors(errors: FieldError[], o: KubeObject): void {
  const spec = o.spec as Raw;
  if (o.metadata.annotations) pushPodAnnotationErrors(errors, o.metadata.annotations, spec, 'metadata.annotations');
  pushPodSpecErrors(errors, spec, o.metadata as Raw, 'spec', true);
  if (!spec.serviceAccountName) {
    ((spec.volumes ?? []) as Raw[]).forEach((v, i) => {
      ((v.projected?.sources ?? []) as Raw[]).forEach((s, j) => {
        if (!s.serviceAccountToken) return;
        errors.push(forbiddenField(`spec.volumes[${i}].projected.sources[${j}].serviceAccountToken`, 'must not be specified when serviceAccountName is not set'));
      });
    });
  }
  for (const list of ['containers', 'initContainers']) ((spec[list] ?? []) as Raw[]).forEach((c, i) => pushImageSpaces(errors, c, `spec.${list}[${i}]`));
}

/** Complaints about a pod that is to be created (ValidatePodCreate). */
export function validateNewPod(o: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const spec = o.spec as Raw;
  pushPodErrors(errors, o);
  if (spec.ephemeralContainers?.length) errors.push(forbiddenField('spec.ephemeralContainers', 'cannot be set on create'));
  if (spec.nodeName && spec.schedulingGates?.length) errors.push(forbiddenField('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
  pushProfileMismatches(errors, o.metadata.annotations, spec, 'spec');
  return errors;
}
