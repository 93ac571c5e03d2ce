import { duplicate, invalidValue, required, type FieldError } from '../../api/errors/field-error';
import { pushLabelNameErrors } from './checks';
import type { PodValidationOptions } from './pod-options';
import type { Raw } from './raw';

/** Complaints about the containers of a pod. */
export function pushContainersErrors(errors: FieldError[], containers: readonly Raw[], path: string, _options: PodValidationOptions): void {
  const names = new Set<string>();
  containers.forEach((c, i) => {
    const at = `${path}[${i}]`;
    if (!c.name) errors.push(required(`${at}.name`));
    else pushLabelNameErrors(errors, c.name, `${at}.name`);
    if (names.has(c.name)) errors.push(duplicate(`${at}.name`, c.name));
    names.add(c.name);
    if (!c.image) errors.push(required(`${at}.image`));
    else if (c.image !== c.image.trim()) errors.push(invalidValue(`${at}.image`, c.image, 'must not have leading or trailing whitespace'));
  });
}
