import { forbidden } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { randomSuffix } from '../../util/random';
import type { ResourceDefinition } from '../registry/strategy';
import type { AdmissionPlugin, AdmissionRequest, Operation } from './admission';

const SERVICE_ACCOUNTS = { group: '', version: 'v1', resource: 'serviceaccounts' };
const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const MIRROR = 'kubernetes.io/config.mirror';
/** One hour, and seven seconds by which the kubelet can tell it from a token somebody asked for. */
const TOKEN_SECONDS = 3607;

interface Container {
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
}

/** ServiceAccount: gives every pod an account that exists, the account's pull secrets, and its token as a projected volume. */
export class ServiceAccountAdmission implements AdmissionPlugin {
  readonly name = 'ServiceAccount';

  handles(d: ResourceDefinition, operation: Operation, subresource: string | undefined): boolean {
    return d.gvk.group === '' && d.plural === 'pods' && operation === 'CREATE' && subresource === undefined;
  }

  admit(r: AdmissionRequest): void {
    const pod = r.object!;
    const spec = pod.spec;
    // A mirror pod stands for a static one and may have no account.
    if (pod.metadata.annotations?.[MIRROR] !== undefined) return;
    spec.serviceAccountName ||= 'default';
    spec.serviceAccount = spec.serviceAccountName;
    const account = r.ctx.lookup.get(SERVICE_ACCOUNTS, r.namespace, spec.serviceAccountName as string);
    if (!account) {
      throw forbidden(
        { group: '', resource: 'pods' },
        r.name ?? '',
        `error looking up service account ${r.namespace}/${spec.serviceAccountName}: serviceaccount "${spec.serviceAccountName}" not found`,
      );
    }
    if ((spec.automountServiceAccountToken ?? account.automountServiceAccountToken) !== false) mountToken(pod, r);
    if (!spec.imagePullSecrets?.length && account.imagePullSecrets?.length) {
      spec.imagePullSecrets = (account.imagePullSecrets as { name: string }[]).map((s) => ({ name: s.name }));
    }
  }
}

function mountToken(pod: KubeObject, r: AdmissionRequest): void {
  const spec = pod.spec;
  const containers = [...((spec.initContainers as Container[] | undefined) ?? []), ...((spec.containers as Container[] | undefined) ?? [])];
  const without = containers.filter((c) => !c.volumeMounts?.some((m) => m.mountPath === MOUNT_PATH));
  const present = ((spec.volumes as { name: string }[] | undefined) ?? []).find((v) => v.name.startsWith('kube-api-access-'));
  if (!without.length) return;
  const name = present?.name ?? `kube-api-access-${randomSuffix(r.ctx.random)}`;
  for (const c of without) (c.volumeMounts ??= []).push({ name, readOnly: true, mountPath: MOUNT_PATH });
  if (present) return;
  (spec.volumes ??= []).push({
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
      ],
      defaultMode: 0o644,
    },
  });
}
