import { invalidValue, required, tooLong, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import type { ResourceDefinition, Strategy } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { isConfigMapKey } from '../shared/formats';
import { nameIsDnsSubdomain } from '../shared/names';
import { ALL_VERBS } from '../shared/verbs';
import { base64Bytes, count, MAX_DATA_BYTES, validateFrozenData } from './config-map';
import { jsonObjectProblem } from './json-syntax';
import { keyPairProblem } from './key-pair';
import { CHANGE_THEN_WHOLE } from '../shared/metadata-rules';

const SERVICE_ACCOUNT_NAME = 'kubernetes.io/service-account.name';

function setDefaults(o: KubeObject): void {
  o.type ||= 'Opaque';
  // stringData is write-only: it overwrites data and is never stored
  const text = o.stringData as Record<string, string> | undefined;
  if (!text) return;
  const data = (o.data ??= {}) as Record<string, string>;
  for (const key in text) data[key] = Buffer.from(text[key]!, 'utf8').toString('base64');
  delete o.stringData;
  if (!count(data)) delete o.data;
}

function bytes(o: KubeObject, key: string): Buffer {
  return Buffer.from((o.data?.[key] as string | undefined) ?? '', 'base64');
}

function validateJsonKey(o: KubeObject, key: string): FieldError[] {
  if (o.data?.[key] === undefined) return [required(`data[${key}]`)];
  // Go names a byte that it does not expect as if it were a character.
  const problem = jsonObjectProblem(bytes(o, key).toString('latin1'));
  return problem ? [invalidValue(`data[${key}]`, '<secret contents redacted>', problem)] : [];
}

/** Complaints about what the type of a Secret demands. */
function validateByType(o: KubeObject): FieldError[] {
  const has = (key: string): boolean => o.data?.[key] !== undefined;
  switch (o.type) {
    case 'kubernetes.io/service-account-token':
      return o.metadata.annotations?.[SERVICE_ACCOUNT_NAME] ? [] : [required(`metadata.annotations[${SERVICE_ACCOUNT_NAME}]`)];
    case 'kubernetes.io/dockercfg':
      return validateJsonKey(o, '.dockercfg');
    case 'kubernetes.io/dockerconfigjson':
      return validateJsonKey(o, '.dockerconfigjson');
    case 'kubernetes.io/basic-auth':
      return has('username') || has('password') ? [] : [required('data[username]'), required('data[password]')];
    case 'kubernetes.io/ssh-auth':
      return o.data?.['ssh-privatekey'] ? [] : [required('data[ssh-privatekey]')];
    case 'kubernetes.io/tls':
      return ['tls.crt', 'tls.key'].filter((key) => !has(key)).map((key) => required(`data[${key}]`));
    default:
      return [];
  }
}

function validate(o: KubeObject, old?: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  if (old && o.type !== old.type) errors.push(invalidValue('type', o.type, 'field is immutable'));
  errors.push(...validateFrozenData(o, old, ['data']));
  const data = (o.data ?? {}) as Record<string, string>;
  let size = 0;
  for (const key in data) {
    for (const m of isConfigMapKey(key)) errors.push(invalidValue(`data[${key}]`, key, m));
    size += base64Bytes(data[key]!);
  }
  if (size > MAX_DATA_BYTES) errors.push(tooLong('data', MAX_DATA_BYTES));
  errors.push(...validateByType(o));
  return errors;
}

const strategy: Strategy = {
  metadata: CHANGE_THEN_WHOLE,
  default: setDefaults,
  validate: (_c, o, old) => validate(o, old),
  validateName: nameIsDnsSubdomain,
  warnings(_c, o) {
    if (o.type !== 'kubernetes.io/tls') return [];
    const problem = keyPairProblem(bytes(o, 'tls.crt').toString('latin1'), bytes(o, 'tls.key').toString('latin1'));
    return problem ? [problem] : [];
  },
};

export const secret: ResourceDefinition = {
  gvk: { group: '', version: 'v1', kind: 'Secret' },
  plural: 'secrets',
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.core.v1.Secret',
  strategy,
  fields: { type: (o) => (o.type as string | undefined) ?? '' },
  columns: [
    nameColumn,
    { name: 'Type', type: 'string', cell: (o) => (o.type as string | undefined) ?? '' },
    { name: 'Data', type: 'string', cell: (o) => count(o.data) },
    ageColumn,
  ],
};
