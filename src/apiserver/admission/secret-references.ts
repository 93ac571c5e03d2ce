import type { KubeObject } from '../../api/meta/object';

interface Container {
  name: string;
  env?: { name: string; valueFrom?: { secretKeyRef?: { name?: string } } }[];
  envFrom?: { secretRef?: { name?: string } }[];
}
interface Named {
  name?: string;
}
interface Volume {
  secret?: { secretName?: string };
  azureFile?: { secretName?: string };
  csi?: { nodePublishSecretRef?: Named };
  projected?: { sources?: { secret?: Named; serviceAccountToken?: object }[] };
  cephfs?: { secretRef?: Named };
  cinder?: { secretRef?: Named };
  flexVolume?: { secretRef?: Named };
  rbd?: { secretRef?: Named };
  scaleIO?: { secretRef?: Named };
  iscsi?: { secretRef?: Named };
  storageos?: { secretRef?: Named };
}

const KINDS = { initContainers: 'init container', containers: 'container', ephemeralContainers: 'ephemeral container' } as const;
type Kind = keyof typeof KINDS;

/** Whether a pod names a secret anywhere: in variables, volumes or for pulling images. */
export function namesSecrets(pod: KubeObject): boolean {
  const spec = pod['spec'] as { imagePullSecrets?: object[]; volumes?: Volume[] };
  if (spec.imagePullSecrets?.length) return true;
  if ((Object.keys(KINDS) as Kind[]).some((k) => containersOf(pod, k).some((c) => c.env?.some((e) => e.valueFrom?.secretKeyRef) || c.envFrom?.some((e) => e.secretRef)))) return true;
  return (spec.volumes ?? []).some(
    (v) =>
      v.secret ??
      v.azureFile ??
      v.csi?.nodePublishSecretRef ??
      [v.cephfs, v.cinder, v.flexVolume, v.rbd, v.scaleIO, v.iscsi, v.storageos].find((s) => s?.secretRef) ??
      v.projected?.sources?.find((s) => s.secret),
  );
}

/** Whether a pod asks for a service account's token as a projected volume. */
export function projectsToken(pod: KubeObject): boolean {
  return ((pod['spec'].volumes as Volume[] | undefined) ?? []).some((v) => v.projected?.sources?.some((s) => s.serviceAccountToken));
}

/**
 * What a pod may not name because its account, which has kubernetes.io/enforce-mountable-secrets, does not: the first such complaint.
 * `ephemeral`: only the pod's ephemeral containers are looked at.
 */
export function secretComplaint(pod: KubeObject, account: KubeObject, ephemeral: boolean): string | undefined {
  const allowed = new Set(((account['secrets'] as Named[] | undefined) ?? []).map((s) => s.name));
  const because = `is not allowed because service account ${account.metadata.name} does not reference that`;
  if (ephemeral) return containerComplaint(pod, 'ephemeralContainers', allowed, because);
  const spec = pod['spec'] as { imagePullSecrets?: Named[]; volumes?: Volume[] };
  const volume = (spec.volumes ?? []).find((v) => v.secret && !allowed.has(v.secret.secretName));
  if (volume) return `volume with secret.secretName="${volume.secret!.secretName}" ${because} secret`;
  const named = containerComplaint(pod, 'initContainers', allowed, because) ?? containerComplaint(pod, 'containers', allowed, because);
  if (named !== undefined) return named;
  const pull = new Set(((account['imagePullSecrets'] as Named[] | undefined) ?? []).map((s) => s.name));
  const i = (spec.imagePullSecrets ?? []).findIndex((s) => !pull.has(s.name));
  return i < 0 ? undefined : `imagePullSecrets[${i}].name="${spec.imagePullSecrets![i]!.name ?? ''}" ${because} imagePullSecret`;
}

function containerComplaint(pod: KubeObject, kind: Kind, allowed: ReadonlySet<string | undefined>, because: string): string | undefined {
  for (const c of containersOf(pod, kind)) {
    const variable = c.env?.find((e) => e.valueFrom?.secretKeyRef && !allowed.has(e.valueFrom.secretKeyRef.name));
    if (variable) return `${KINDS[kind]} ${c.name} with envVar ${variable.name} referencing secret.secretName="${variable.valueFrom!.secretKeyRef!.name ?? ''}" ${because} secret`;
    const source = c.envFrom?.find((e) => e.secretRef && !allowed.has(e.secretRef.name));
    if (source) return `${KINDS[kind]} ${c.name} with envFrom referencing secret.secretName="${source.secretRef!.name ?? ''}" ${because} secret`;
  }
  return undefined;
}

function containersOf(pod: KubeObject, kind: Kind): Container[] {
  return (pod['spec'][kind] as Container[] | undefined) ?? [];
}
