import { pathSegmentProblems } from '../registry/object-meta';
import { goQuote } from '../../api/patch/go-format';
import type { KubeObject } from '../../api/meta/object';
import { randomSuffix } from '../../util/random';
import type { ResourceDefinition } from '../registry/strategy';
import type { AdmissionPlugin, AdmissionRequest, Operation } from './admission';
import { refusal } from './refusal';
import { namesSecrets, projectsToken, secretComplaint } from './secret-references';

const SERVICE_ACCOUNTS = { group: '', version: 'v1', resource: 'serviceaccounts' };
const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const MIRROR = 'kubernetes.io/config.mirror';
const ENFORCE = 'kubernetes.io/enforce-mountable-secrets';
/** What Go reads as true. */
const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
/** One hour, and seven seconds by which the kubelet can tell it from a token somebody asked for. */
const TOKEN_SECONDS = 3607;

interface Container {
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
}

/** ServiceAccount: gives every pod an account that exists, the account's pull secrets, and its token as a projected volume. */
export class ServiceAccountAdmission implements AdmissionPlugin {
  readonly name = 'ServiceAccount';

  handles(d: ResourceDefinition, operation: Operation, subresource: string | undefined): boolean {
    if (d.gvk.group !== '' || d.plural !== 'pods') return false;
    return operation === 'CREATE' ? subresource === undefined : operation === 'UPDATE' && subresource === 'ephemeralcontainers';
  }

  admit(r: AdmissionRequest): void {
    const pod = r.object!;
    const spec = pod.spec;
    if (r.operation !== 'CREATE') return;
    // A mirror pod stands for a static one and is left as it is.
    if (isMirror(pod)) return checkMirror(r);
    spec.serviceAccountName ||= 'default';
    spec.serviceAccount = spec.serviceAccountName;
    const account = accountOf(r);
    if ((spec.automountServiceAccountToken ?? account.automountServiceAccountToken) !== false) mountToken(pod, r);
    if (!spec.imagePullSecrets?.length && account.imagePullSecrets?.length) {
      spec.imagePullSecrets = (account.imagePullSecrets as { name: string }[]).map((s) => ({ name: s.name }));
    }
  }

  validate(r: AdmissionRequest): void {
    const pod = r.object!;
    if (r.operation === 'CREATE' && isMirror(pod)) return checkMirror(r);
    if (!pod.spec.serviceAccountName) throw refusal(r, `no service account specified for pod ${r.namespace}/${pod.metadata.name ?? ''}`);
    const account = accountOf(r);
    if (!TRUE.has(account.metadata.annotations?.[ENFORCE] ?? '')) return;
    const complaint = secretComplaint(pod, account, r.operation !== 'CREATE');
    if (complaint !== undefined) throw refusal(r, complaint);
  }
}

function accountOf(r: AdmissionRequest): KubeObject {
  const name = r.object!['spec'].serviceAccountName as string;
  const account = r.ctx.lookup.get(SERVICE_ACCOUNTS, r.namespace, name);
  if (!account) {
    const [problem] = pathSegmentProblems(name, false);
    const why = problem ? `invalid resource name ${goQuote(name)}: [${problem}]` : `serviceaccount ${goQuote(name)} not found`;
    throw refusal(r, `error looking up service account ${r.namespace}/${name}: ${why}`);
  }
  return account;
}

function isMirror(pod: KubeObject): boolean {
  return pod.metadata.annotations?.[MIRROR] !== undefined;
}

function checkMirror(r: AdmissionRequest): void {
  const pod = r.object!;
  if (pod['spec'].serviceAccountName) throw refusal(r, 'a mirror pod may not reference service accounts');
  if (namesSecrets(pod)) throw refusal(r, 'a mirror pod may not reference secrets');
  if (projectsToken(pod)) throw refusal(r, 'a mirror pod may not use ServiceAccountToken volume projections');
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
