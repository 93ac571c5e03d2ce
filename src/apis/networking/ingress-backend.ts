import { invalidValue, required, type FieldError } from '../../api/errors/field-error';
import { isPortName, isPortNumber } from '../shared/formats';
import { isDns1123Subdomain, isPathSegmentName, nameIsDnsLabel } from '../shared/names';

/** An object by kind and name, as backends and class parameters refer to it. */
export interface TypedReference {
  apiGroup?: string | null;
  kind?: string;
  name?: string;
}

export interface Backend {
  service?: { name?: string; port?: { name?: string; number?: number } };
  resource?: TypedReference;
}

/** Complaints about a backend: a service with a port by name or number, or any other object, but not both. */
export function validateBackend(backend: Backend, path: string): FieldError[] {
  const { service, resource } = backend;
  if (resource && service) return [invalidValue(path, '', 'cannot set both resource and service backends')];
  if (resource) return validateTypedReference(resource, `${path}.resource`);
  if (!service) return [invalidValue(path, '', 'resource or service backend is required')];
  const errors: FieldError[] = [];
  if (!service.name) errors.push(required(`${path}.service.name`));
  else for (const m of nameIsDnsLabel(service.name, false)) errors.push(invalidValue(`${path}.service.name`, service.name, m));
  const name = service.port?.name ?? '';
  const number = service.port?.number ?? 0;
  if (name && number) errors.push(invalidValue(path, '', 'cannot set both port name & port number'));
  else if (name) for (const m of isPortName(name)) errors.push(invalidValue(`${path}.service.port.name`, name, m));
  else if (number) for (const m of isPortNumber(number)) errors.push(invalidValue(`${path}.service.port.number`, number, m));
  else errors.push(required(path, 'port name or number is required'));
  return errors;
}

/** Complaints about group, kind and name of a reference. */
export function validateTypedReference(ref: TypedReference, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (typeof ref.apiGroup === 'string') for (const m of isDns1123Subdomain(ref.apiGroup)) errors.push(invalidValue(`${path}.apiGroup`, ref.apiGroup, m));
  for (const field of ['kind', 'name'] as const) {
    const value = ref[field];
    if (!value) errors.push(required(`${path}.${field}`));
    else for (const m of isPathSegmentName(value)) errors.push(invalidValue(`${path}.${field}`, value, m));
  }
  return errors;
}
