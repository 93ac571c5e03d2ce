import { invalidValue, required, tooLong, type FieldError } from '../../api/errors/field-error';
import { isCIdentifier } from '../shared/formats';
import { isDns1123Label, isDns1123Subdomain, longerThan } from '../shared/names';
import { pushDriverNameErrors } from '../shared/volume-sources';

const POOL_MAX = 253;
const ID_MAX = 32;
const DOMAIN_MAX = 63;

/** Longest key that a path of attributes or capacities shows in full. */
export const QUALIFIED_NAME_MAX = DOMAIN_MAX + 1 + ID_MAX;

export function validateDriverName(name: string | undefined, path: string): FieldError[] {
  const errors: FieldError[] = [];
  pushDriverNameErrors(errors, name, path);
  return errors;
}

/** Names of devices, requests and counters. */
export function validateLabelName(name: string | undefined, path: string): FieldError[] {
  return isDns1123Label(name ?? '').map((m) => invalidValue(path, name ?? '', m));
}

/** Name of a pool: subdomains separated by slashes. */
export function validatePoolName(name: string | undefined, path: string): FieldError[] {
  if (!name) return [required(path)];
  const errors = longerThan(name, POOL_MAX) ? [tooLong(path, POOL_MAX)] : [];
  for (const part of name.split('/')) for (const m of isDns1123Subdomain(part)) errors.push(invalidValue(path, part, m));
  return errors;
}

function validateIdentifier(id: string, path: string): FieldError[] {
  const errors = longerThan(id, ID_MAX) ? [tooLong(path, ID_MAX)] : [];
  for (const m of isCIdentifier(id)) errors.push(invalidValue(path, id, m));
  return errors;
}

/** Name of an attribute or capacity: an identifier, with or without a domain before it. */
export function validateQualifiedName(name: string, path: string): FieldError[] {
  const parts = name.split('/');
  if (parts.length === 1) return validateIdentifier(name, path);
  if (parts.length > 2) return [];
  const [domain, id] = parts as [string, string];
  return [
    ...(domain ? validateDriverName(domain, path) : [invalidValue(path, '', 'the domain must not be empty')]),
    ...(id ? validateIdentifier(id, path) : [invalidValue(path, '', 'the name must not be empty')]),
  ];
}

export function validateFullyQualifiedName(name: string, path: string): FieldError[] {
  const errors = validateQualifiedName(name, path);
  if (!name.includes('/')) errors.push(invalidValue(path, name, 'a fully qualified name must be a domain and a name separated by a slash'));
  return errors;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const UUID_LENGTHS = new Set([32, 36, 38, 45]);

/** Complaints about the id of a share of a device. */
export function validateShareId(uid: string, path: string): FieldError[] {
  if (UUID.test(uid)) return [];
  if (!UUID_LENGTHS.has(Buffer.byteLength(uid))) return [invalidValue(path, uid, `error validating uid: invalid UUID length: ${Buffer.byteLength(uid)}`)];
  if (!/^(urn:uuid:)?\{?[0-9a-fA-F-]{32,36}\}?$/i.test(uid)) return [invalidValue(path, uid, 'error validating uid: invalid UUID format')];
  return [
    invalidValue(path, uid, 'uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with lowercase hexadecimal characters'),
  ];
}
