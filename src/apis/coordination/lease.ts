import { forbiddenField, invalidValue, notSupported, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import type { ResourceDefinition } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { isQualifiedName } from '../shared/names';
import { ALL_VERBS } from '../shared/verbs';
import { CHANGE_PLAIN } from '../shared/metadata-rules';

function validateLease(o: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const spec = o.spec ?? {};
  if (spec.leaseDurationSeconds !== undefined && spec.leaseDurationSeconds <= 0) {
    errors.push(invalidValue('spec.leaseDurationSeconds', spec.leaseDurationSeconds, 'must be greater than 0'));
  }
  if (spec.leaseTransitions !== undefined && spec.leaseTransitions < 0) {
    errors.push(invalidValue('spec.leaseTransitions', spec.leaseTransitions, 'must be greater than or equal to 0'));
  }
  if (spec.strategy !== undefined) errors.push(...validateStrategy(spec.strategy));
  if (spec.preferredHolder && !spec.strategy) {
    errors.push(forbiddenField('spec.preferredHolder', 'may only be specified if `strategy` is defined'));
  }
  return errors;
}

/** Upstream names the field twice in the path. */
function validateStrategy(strategy: string): FieldError[] {
  const path = 'spec.strategy.strategy';
  if (strategy.includes('/')) return isQualifiedName(strategy).map((m) => invalidValue(path, strategy, m));
  return strategy === 'OldestEmulationVersion' ? [] : [notSupported(path, strategy, ['OldestEmulationVersion'])];
}

export const lease: ResourceDefinition = {
  gvk: { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease' },
  plural: 'leases',
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.coordination.v1.Lease',
  strategy: {
    metadata: CHANGE_PLAIN,
    // coordinated leader election is off by default, and its fields with it
    prepareForCreate: (_c, o) => {
      delete o.spec?.strategy;
      delete o.spec?.preferredHolder;
    },
    prepareForUpdate: (_c, o, old) => {
      if (old.spec?.strategy === undefined) delete o.spec?.strategy;
      if (old.spec?.preferredHolder === undefined) delete o.spec?.preferredHolder;
    },
    validate: (_c, o) => validateLease(o),
    allowCreateOnUpdate: true,
    allowUnconditionalUpdate: false,
  },
  columns: [nameColumn, { name: 'Holder', type: 'string', cell: (o) => o.spec?.holderIdentity ?? '' }, ageColumn],
};
