import type { KubeObject } from '../../api/meta/object';
import { holdsGivenEmpty } from '../../api/schema/empties';
import type { ResourceDefinition } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { semanticEqual } from '../shared/equality';
import { bumpGeneration } from '../shared/generation';
import { ALL_VERBS } from '../shared/verbs';
import { defaultWebhooks, validateWebhooks, webhooksOf } from './webhook-validation';
import { WHOLE_PLAIN } from '../shared/metadata-rules';

const STATIC_SUFFIX = '.static.k8s.io';

/** Warning about names kept for configurations in files. */
export function staticNameWarnings(o: KubeObject): string[] {
  if (!o.metadata.name?.endsWith(STATIC_SUFFIX)) return [];
  return [`metadata.name: names ending with "${STATIC_SUFFIX}" are reserved for static manifest-based configurations and cannot be managed via the API`];
}

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
      default: (o) => defaultWebhooks(o, mutating),
      prepareForCreate: (_c, o) => bumpGeneration(o, undefined),
      prepareForUpdate: (_c, o, old) => bumpGeneration(o, old, holdsGivenEmpty(o.webhooks) || !semanticEqual(o.webhooks, old.webhooks)),
      validate: (_c, o, old) => validateWebhooks(o, old),
      warnings: (_c, o) => staticNameWarnings(o),
      allowUnconditionalUpdate: false,
    },
    columns: [nameColumn, { name: 'Webhooks', type: 'integer', cell: (o) => webhooksOf(o).length }, ageColumn],
  };
}

export const mutatingWebhookConfiguration = definition('MutatingWebhookConfiguration', true);
export const validatingWebhookConfiguration = definition('ValidatingWebhookConfiguration', false);
