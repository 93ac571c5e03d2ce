import { forbiddenField, notSupported, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import { isDns1123Label } from '../shared/names';
import type { Raw } from '../shared/raw';

export function templateOf(o: KubeObject | undefined): Raw | undefined {
  return o?.spec?.template as Raw | undefined;
}

/** Complaints about what pods of a controller cannot have: an end. `kind` as the message names it. */
export function validateEndlessPods(template: Raw | undefined, kind: string): FieldError[] {
  const spec = (template?.spec ?? {}) as Raw;
  const errors: FieldError[] = [];
  if (spec.restartPolicy !== 'Always') errors.push(notSupported('spec.template.spec.restartPolicy', spec.restartPolicy ?? '', ['Always']));
  if (spec.activeDeadlineSeconds !== undefined) {
    errors.push(forbiddenField('spec.template.spec.activeDeadlineSeconds', `activeDeadlineSeconds in ${kind} is not Supported`));
  }
  return errors;
}

/** Warning about a name that will not do as part of a host name. */
export function hostNameWarnings(o: KubeObject): string[] {
  const messages = isDns1123Label(o.metadata.name ?? '');
  if (!messages.length) return [];
  return [`metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${messages.join(' ')}]`];
}
