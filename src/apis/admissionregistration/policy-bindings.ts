import type { ResourceDefinition } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { semanticEqual } from '../shared/equality';
import { bumpGeneration } from '../shared/generation';
import { ALL_VERBS } from '../shared/verbs';
import { validateBinding } from './binding-validation';
import { paramRefCell } from './param-validation';
import { defaultMatching } from './rule-validation';
import { staticNameWarnings } from './webhook-configurations';
import { WHOLE_PLAIN } from '../shared/metadata-rules';

function definition(kind: string, mutating: boolean): ResourceDefinition {
  return {
    gvk: { group: 'admissionregistration.k8s.io', version: 'v1', kind },
    plural: `${kind.toLowerCase()}s`,
    categories: ['api-extensions'],
    namespaced: false,
    verbs: ALL_VERBS,
    schema: `io.k8s.api.admissionregistration.v1.${kind}`,
    strategy: {
      metadata: WHOLE_PLAIN,
      default: (o) => defaultMatching(o.spec?.matchResources),
      prepareForCreate: (_c, o) => bumpGeneration(o, undefined),
      prepareForUpdate: (_c, o, old) => bumpGeneration(o, old, !semanticEqual(o.spec, old.spec)),
      validate: (_c, o) => validateBinding(o, mutating),
      warnings: (_c, o) => staticNameWarnings(o),
      allowUnconditionalUpdate: false,
    },
    columns: [
      nameColumn,
      { name: 'PolicyName', type: 'string', cell: (o) => o.spec?.policyName ?? '' },
      { name: 'ParamRef', type: 'string', cell: paramRefCell },
      ageColumn,
    ],
    // Newly stable: stored so that the release before can read it.
    ...(mutating ? { storageVersion: 'v1beta1' } : {}),
  };
}

export const mutatingAdmissionPolicyBinding = definition('MutatingAdmissionPolicyBinding', true);
export const validatingAdmissionPolicyBinding = definition('ValidatingAdmissionPolicyBinding', false);
