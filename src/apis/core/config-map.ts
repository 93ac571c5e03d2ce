import { forbiddenField, invalidValue, tooLong, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import type { ResourceDefinition, Strategy } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { semanticEqual } from '../shared/equality';
import { isConfigMapKey } from '../shared/formats';
import { nameIsDnsSubdomain } from '../shared/names';
import { ALL_VERBS } from '../shared/verbs';
import { CHANGE_THEN_WHOLE } from '../shared/metadata-rules';

/** Most bytes that the values of a ConfigMap or Secret may have together. */
export const MAX_DATA_BYTES = 1024 * 1024;

const IMMUTABLE = 'field is immutable when `immutable` is set';

/** Length in bytes of what base64 text stands for. */
export function base64Bytes(text: string): number {
  let n = text.length;
  while (n > 0 && text.charCodeAt(n - 1) === 61 /* = */) n--;
  return Math.floor((n * 3) / 4);
}

/** Complaints of objects frozen by `immutable: true`: neither that nor the data fields may change. */
export function validateFrozenData(o: KubeObject, old: KubeObject | undefined, fields: readonly string[]): FieldError[] {
  if (!old?.immutable) return [];
  const errors: FieldError[] = [];
  if (!o.immutable) errors.push(forbiddenField('immutable', IMMUTABLE));
  for (const f of fields) if (!semanticEqual(o[f], old[f])) errors.push(forbiddenField(f, IMMUTABLE));
  return errors;
}

function validate(o: KubeObject, old?: KubeObject): FieldError[] {
  const errors = validateFrozenData(o, old, ['data', 'binaryData']);
  const data = (o.data ?? {}) as Record<string, string>;
  const binary = (o.binaryData ?? {}) as Record<string, string>;
  let size = 0;
  for (const key in data) {
    for (const m of isConfigMapKey(key)) errors.push(invalidValue(`data[${key}]`, key, m));
    if (Object.hasOwn(binary, key)) errors.push(invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData'));
    size += Buffer.byteLength(data[key]!);
  }
  for (const key in binary) {
    for (const m of isConfigMapKey(key)) errors.push(invalidValue(`binaryData[${key}]`, key, m));
    size += base64Bytes(binary[key]!);
  }
  if (size > MAX_DATA_BYTES) errors.push(tooLong('[]', MAX_DATA_BYTES));
  return errors;
}

const strategy: Strategy = {
  metadata: CHANGE_THEN_WHOLE,
  validate: (_c, o, old) => validate(o, old),
  validateName: nameIsDnsSubdomain,
};

export const configMap: ResourceDefinition = {
  gvk: { group: '', version: 'v1', kind: 'ConfigMap' },
  plural: 'configmaps',
  shortNames: ['cm'],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.core.v1.ConfigMap',
  strategy,
  columns: [
    nameColumn,
    { name: 'Data', type: 'string', cell: (o) => count(o.data) + count(o.binaryData) },
    ageColumn,
  ],
};

/** Number of keys of a map that may be absent. */
export function count(map: Record<string, unknown> | undefined): number {
  return map ? Object.keys(map).length : 0;
}
