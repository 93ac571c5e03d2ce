import { invalidValue, required, type FieldError } from '../../api/errors/field-error';
import { groupResource, type KubeObject } from '../../api/meta/object';
import type { ResourceDefinition } from '../../apiserver/registry/strategy';
import { nameColumn } from '../shared/columns';
import { semanticEqual } from '../shared/equality';
import { validateIp } from '../shared/ip';
import { isDns1123Subdomain, isPathSegmentName } from '../shared/names';
import { ALL_VERBS } from '../shared/verbs';
import { WHOLE_THEN_CHANGE } from '../shared/metadata-rules';

interface ParentRef {
  group?: string;
  resource?: string;
  namespace?: string;
  name?: string;
}

const PATH = 'spec.parentRef';

function validateParent(ref: ParentRef | undefined): FieldError[] {
  if (!ref) return [required(PATH)];
  const errors: FieldError[] = [];
  if (ref.group) for (const m of isDns1123Subdomain(ref.group)) errors.push(invalidValue(`${PATH}.group`, ref.group, m));
  for (const field of ['resource', 'name', 'namespace'] as const) {
    const value = ref[field];
    if (value) for (const m of isPathSegmentName(value)) errors.push(invalidValue(`${PATH}.${field}`, value, m));
    else if (field !== 'namespace') errors.push(required(`${PATH}.${field}`));
  }
  return errors;
}

/** The reference under the names of upstream's internal type, as its message prints it. */
function shownParent(ref: ParentRef | undefined): object | null {
  return ref ? { Group: ref.group ?? '', Resource: ref.resource ?? '', Namespace: ref.namespace ?? '', Name: ref.name ?? '' } : null;
}

function parentCell(o: KubeObject): string {
  const ref: ParentRef | undefined = o.spec?.parentRef;
  if (!ref) return '<none>';
  const namespace = ref.namespace ? `/${ref.namespace}` : '';
  return `${groupResource(ref.group ?? '', ref.resource ?? '').toLowerCase()}${namespace}/${ref.name ?? ''}`;
}

/** The part of a message between value and path. */
function detailOf(e: FieldError, value: string): string {
  return e.message.slice(`Invalid value: ${JSON.stringify(value)}: `.length);
}

export const ipAddress: ResourceDefinition = {
  gvk: { group: 'networking.k8s.io', version: 'v1', kind: 'IPAddress' },
  plural: 'ipaddresses',
  shortNames: ['ip'],
  namespaced: false,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.networking.v1.IPAddress',
  strategy: {
    metadata: WHOLE_THEN_CHANGE,
    validateName: (name) => validateIp(name, '').map((e) => detailOf(e, name)),
    validate: (_c, o, old) => {
      const errors = validateParent(o.spec?.parentRef);
      if (old && !semanticEqual(o.spec?.parentRef, old.spec?.parentRef)) {
        errors.push(invalidValue(PATH, shownParent(o.spec?.parentRef), 'field is immutable'));
      }
      return errors;
    },
  },
  columns: [nameColumn, { name: 'ParentRef', type: 'string', cell: parentCell }],
};
