import { own } from '../shared/own';
import { forbiddenField, invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import type { ResourceDefinition } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { bumpGeneration } from '../shared/generation';
import { ALL_VERBS } from '../shared/verbs';

const SYSTEM_PREFIX = 'system-';
const HIGHEST_USER_VALUE = 1_000_000_000;
const SYSTEM_CLASSES: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
};

/** Why the object is none of the system's own classes; undefined: it is one. */
function systemProblem(o: KubeObject): string | undefined {
  const name = o.metadata.name!;
  const value = own(SYSTEM_CLASSES, name);
  if (value === undefined) return `${name} is not a known system priority class`;
  if (o.value !== value) return `value of ${name} PriorityClass must be ${value}`;
  return o.globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

function validateCreate(o: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  if (o.metadata.name?.startsWith(SYSTEM_PREFIX)) {
    const problem = systemProblem(o);
    if (problem) {
      errors.push(forbiddenField('metadata.name', `priority class names with '${SYSTEM_PREFIX}' prefix are reserved for system use only. error: ${problem}`));
    }
  } else if (o.value > HIGHEST_USER_VALUE) {
    errors.push(forbiddenField('value', `maximum allowed value of a user defined priority is ${HIGHEST_USER_VALUE}`));
  }
  if (!o.preemptionPolicy) errors.push(required('preemptionPolicy'));
  else if (o.preemptionPolicy !== 'PreemptLowerPriority' && o.preemptionPolicy !== 'Never') {
    errors.push(notSupported('preemptionPolicy', o.preemptionPolicy, ['PreemptLowerPriority', 'Never']));
  }
  return errors;
}

function validateUpdate(o: KubeObject, old: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  if ((o.value ?? 0) !== (old.value ?? 0)) errors.push(forbiddenField('value', 'may not be changed in an update.'));
  if (o.preemptionPolicy !== old.preemptionPolicy) errors.push(invalidValue('preemptionPolicy', o.preemptionPolicy, 'field is immutable'));
  return errors;
}

export const priorityClass: ResourceDefinition = {
  gvk: { group: 'scheduling.k8s.io', version: 'v1', kind: 'PriorityClass' },
  plural: 'priorityclasses',
  shortNames: ['pc'],
  namespaced: false,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.scheduling.v1.PriorityClass',
  strategy: {
    default: (o) => {
      o.preemptionPolicy ??= 'PreemptLowerPriority';
    },
    prepareForCreate: (_c, o) => bumpGeneration(o, undefined),
    validate: (_c, o, old) => (old ? validateUpdate(o, old) : validateCreate(o)),
  },
  columns: [
    nameColumn,
    { name: 'Value', type: 'integer', cell: (o) => o.value ?? 0 },
    { name: 'Global-Default', type: 'boolean', cell: (o) => o.globalDefault ?? false },
    ageColumn,
    { name: 'PreemptionPolicy', type: 'string', cell: (o) => o.preemptionPolicy ?? '' },
  ],
};
