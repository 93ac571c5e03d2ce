import { invalidValue } from '../../api/errors/field-error';
import type { ResourceDefinition } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { semanticEqual } from '../shared/equality';
import { goValue } from '../shared/go-value';
import type { Raw } from '../shared/raw';
import { validateTemplateMetadata } from '../shared/claim-spec-validation';
import { ALL_VERBS } from '../shared/verbs';
import { validateAdminAccess } from './admin-access';
import { defaultClaimSpec, validateClaimSpec } from './claim-spec';
import { WHOLE_THEN_CHANGE } from '../shared/metadata-rules';

export const resourceClaimTemplate: ResourceDefinition = {
  gvk: { group: 'resource.k8s.io', version: 'v1', kind: 'ResourceClaimTemplate' },
  plural: 'resourceclaimtemplates',
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.resource.v1.ResourceClaimTemplate',
  returnsDeletedObject: true,
  strategy: {
    metadata: WHOLE_THEN_CHANGE,
    default: (o) => defaultClaimSpec(o.spec?.spec),
    validate: (c, o, old) => {
      const spec = (o.spec ?? {}) as Raw;
      const errors = old ? [] : validateAdminAccess(c, o.metadata.namespace ?? '', spec.spec);
      errors.push(...validateTemplateMetadata(spec.metadata ?? {}, 'spec.metadata'), ...validateClaimSpec(spec.spec, 'spec.spec'));
      if (old && !semanticEqual(spec, old.spec)) errors.push(invalidValue('spec', goValue('ResourceClaimTemplateSpec', spec), 'field is immutable'));
      return errors;
    },
  },
  columns: [nameColumn, ageColumn],
};
