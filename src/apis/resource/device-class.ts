import { invalidValue, type FieldError } from '../../api/errors/field-error';
import type { ResourceDefinition } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { semanticEqual } from '../shared/equality';
import { bumpGeneration } from '../shared/generation';
import type { Raw } from '../shared/raw';
import { isExtendedResource } from '../shared/resource-names';
import { ALL_VERBS } from '../shared/verbs';
import { CONFIGS_MAX } from './claim-spec';
import { validateDeviceConfiguration } from './device-config';
import { validateItems } from './lists';
import { validateDeviceSelectors } from './selectors';
import { WHOLE_THEN_CHANGE } from '../shared/metadata-rules';
import { onlyNameIsDnsSubdomain } from '../shared/names';

function validateSpec(spec: Raw, old: Raw | undefined): FieldError[] {
  const stored = old !== undefined && semanticEqual(spec.config, old.config);
  const errors = [
    ...validateDeviceSelectors(spec.selectors, 'spec.selectors'),
    ...validateItems<Raw>(spec.config, CONFIGS_MAX, (c, at) => validateDeviceConfiguration(c, at, stored), 'spec.config'),
  ];
  const name = spec.extendedResourceName as string | undefined;
  if (name !== undefined && !isExtendedResource(name)) {
    errors.push(invalidValue('spec.extendedResourceName', name, 'must be a valid extended resource name'));
  }
  return errors;
}

export const deviceClass: ResourceDefinition = {
  gvk: { group: 'resource.k8s.io', version: 'v1', kind: 'DeviceClass' },
  plural: 'deviceclasses',
  namespaced: false,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.resource.v1.DeviceClass',
  returnsDeletedObject: true,
  strategy: {
    metadata: WHOLE_THEN_CHANGE,
    validateName: onlyNameIsDnsSubdomain,
    prepareForCreate: (_c, o) => bumpGeneration(o, undefined),
    prepareForUpdate: (_c, o, old) => bumpGeneration(o, old, !semanticEqual(o.spec, old.spec)),
    validate: (_c, o, old) => validateSpec(o.spec ?? {}, old?.spec),
  },
  columns: [nameColumn, ageColumn],
};
