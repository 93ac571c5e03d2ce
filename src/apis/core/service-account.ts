import type { KubeObject } from '../../api/meta/object';
import type { ResourceDefinition, Strategy } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { nameIsDnsSubdomain } from '../shared/names';
import { ALL_VERBS } from '../shared/verbs';
import { serviceAccountToken, type TokenIssuer } from './service-account-token';
import { CHANGE_THEN_WHOLE } from '../shared/metadata-rules';

const ENFORCE_MOUNTABLE = 'kubernetes.io/enforce-mountable-secrets';

/** Secrets are named and nothing else: whatever more a client says of them is dropped. */
function cleanSecrets(o: KubeObject): void {
  const secrets = o.secrets as { name?: string }[] | undefined;
  if (secrets) o.secrets = secrets.map((s) => (s.name === undefined ? {} : { name: s.name }));
}

const strategy: Strategy = {
  metadata: CHANGE_THEN_WHOLE,
  prepareForCreate: (_c, o) => cleanSecrets(o),
  prepareForUpdate: (_c, o) => cleanSecrets(o),
  validateName: nameIsDnsSubdomain,
  warnings(_c, o, old) {
    if (o.metadata.annotations?.[ENFORCE_MOUNTABLE] === undefined || old?.metadata.annotations?.[ENFORCE_MOUNTABLE] !== undefined) return [];
    return [`metadata.annotations[${ENFORCE_MOUNTABLE}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`];
  },
};

/** The serviceaccounts resource; tokens can be asked for when there is somebody to sign them. */
export function serviceAccountResource(tokens: TokenIssuer | undefined): ResourceDefinition {
  return {
    gvk: { group: '', version: 'v1', kind: 'ServiceAccount' },
    plural: 'serviceaccounts',
    shortNames: ['sa'],
    namespaced: true,
    verbs: ALL_VERBS,
    schema: 'io.k8s.api.core.v1.ServiceAccount',
    strategy,
    columns: [nameColumn, ageColumn],
    ...(tokens ? { subresources: { token: serviceAccountToken(tokens) } } : {}),
    returnsDeletedObject: true,
  };
}
