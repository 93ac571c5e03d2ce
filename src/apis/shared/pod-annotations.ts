import { invalidValue, type FieldError } from '../../api/errors/field-error';
import { APPARMOR_PREFIX } from './apparmor';
import { eachContainer } from './pod-warnings';
import type { Raw } from './raw';
import {
  pushAppArmorMismatch,
  pushSeccompAnnotationErrors,
  pushSeccompMismatch,
  SECCOMP_CONTAINER_PREFIX,
  SECCOMP_POD_ANNOTATION,
} from './security-profiles';
import { pushTolerationErrors } from './tolerations';

const MIRROR = 'kubernetes.io/config.mirror';
const TOLERATIONS = 'scheduler.alpha.kubernetes.io/tolerations';
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const INT = /^(0|[1-9][0-9]*|-[0-9]+)$/;

/** True for the text of a 32-bit integer without leading zeros or plus sign. */
export function isDeletionCost(text: string): boolean {
  if (!INT.test(text)) return false;
  const n = Number(text);
  return n >= -2147483648 && n <= 2147483647;
}

function pushTolerationsAnnotation(errors: FieldError[], text: string, path: string): void {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (e) {
    return void errors.push(invalidValue(path, TOLERATIONS, (e as Error).message));
  }
  if (Array.isArray(list)) list.forEach((t, i) => pushTolerationErrors(errors, t as Raw, `${path}.${TOLERATIONS}[${i}]`));
}

/** Complaints about annotations that mean something for the pod itself (ValidatePodSpecificAnnotations). */
export function pushPodAnnotationErrors(errors: FieldError[], annotations: Record<string, string>, spec: Raw, path: string): void {
  let any = false;
  for (const _ in annotations) {
    any = true;
    break;
  }
  if (!any) return;
  if (annotations[MIRROR] !== undefined && !spec.nodeName) {
    errors.push(invalidValue(`${path}[${MIRROR}]`, annotations[MIRROR], 'must set spec.nodeName if mirror pod annotation is set'));
  }
  if (annotations[TOLERATIONS]) pushTolerationsAnnotation(errors, annotations[TOLERATIONS], path);
  const cost = annotations[DELETION_COST];
  if (cost !== undefined && !isDeletionCost(cost)) {
    errors.push(invalidValue(`${path}[${DELETION_COST}]`, cost, 'must be a 32bit integer'));
  }
  if (annotations[SECCOMP_POD_ANNOTATION] !== undefined) pushSeccompAnnotationErrors(errors, annotations[SECCOMP_POD_ANNOTATION], `${path}.${SECCOMP_POD_ANNOTATION}`);
  for (const key in annotations) {
    if (key.startsWith(SECCOMP_CONTAINER_PREFIX)) pushSeccompAnnotationErrors(errors, annotations[key]!, `${path}.${key}`);
  }
  for (const key in annotations) {
    if (key.startsWith(APPARMOR_PREFIX)) pushAppArmorAnnotation(errors, key, annotations[key]!, spec, `${path}[${key}]`);
  }
}

function pushAppArmorAnnotation(errors: FieldError[], key: string, value: string, spec: Raw, path: string): void {
  const name = key.slice(APPARMOR_PREFIX.length);
  let found = false;
  eachContainer(spec, '', (c) => {
    found ||= c.name === name;
  });
  if (!found) errors.push(invalidValue(path, name, 'container not found'));
  if (value && value !== 'runtime/default' && value !== 'unconfined' && !value.startsWith('localhost/')) {
    errors.push(invalidValue(path, value, `invalid AppArmor profile name: ${JSON.stringify(value)}`));
  }
}

/** Complaints where annotations of old clients and the fields that replaced them disagree; `path` is the pod spec's. */
export function pushProfileMismatches(errors: FieldError[], annotations: Record<string, string> | undefined, spec: Raw, path: string): void {
  if (!annotations) return;
  const podContext = spec.securityContext as Raw | undefined;
  pushSeccompMismatch(errors, annotations[SECCOMP_POD_ANNOTATION], podContext?.seccompProfile, `${path}.securityContext.seccompProfile`);
  eachContainer(spec, path, (c, p) => {
    pushSeccompMismatch(errors, annotations[SECCOMP_CONTAINER_PREFIX + c.name], c.securityContext?.seccompProfile, `${p}.securityContext.seccompProfile`);
  });
  if (spec.os?.name === 'windows') return;
  eachContainer(spec, path, (c, p) => {
    const profile = (c.securityContext?.appArmorProfile ?? podContext?.appArmorProfile) as Raw | undefined;
    pushAppArmorMismatch(errors, annotations, c.name as string, profile, `${p}.securityContext.appArmorProfile`);
  });
}
