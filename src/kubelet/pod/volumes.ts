import type { KubeObject } from '../../api/meta/object';
import type { ConfigSource } from './config-source';
import { UNKNOWN } from './config-source';

/** Published for every namespace by a controller that may be switched off; pods must not wait for it. */
const ROOT_CA = 'kube-root-ca.crt';

interface ConfigRef {
  name?: string;
  optional?: boolean;
  items?: { key: string }[];
}

interface VolumeSpec {
  name: string;
  configMap?: ConfigRef;
  secret?: Omit<ConfigRef, 'name'> & { secretName?: string };
  projected?: { sources?: { configMap?: ConfigRef; secret?: ConfigRef }[] };
  persistentVolumeClaim?: { claimName: string };
  ephemeral?: object;
}

/** Why a volume cannot be mounted now, as an event tells it; without words while that is not known yet. */
export type VolumeProblem = { reason: string; message: string } | typeof UNKNOWN;

/** The first of a pod's volumes that cannot be mounted now: a ConfigMap, a Secret, a key of them or a bound claim is not there. */
export function volumeProblem(source: ConfigSource, pod: KubeObject): VolumeProblem | undefined {
  for (const v of (pod['spec'].volumes ?? []) as VolumeSpec[]) {
    const problem = v.persistentVolumeClaim || v.ephemeral ? claimProblem(source, pod, v) : configProblem(source, pod, v);
    if (problem) return problem;
  }
  return undefined;
}

function configProblem(source: ConfigSource, pod: KubeObject, v: VolumeSpec): VolumeProblem | undefined {
  const sources = v.projected?.sources ?? [{ configMap: v.configMap, secret: v.secret && { ...v.secret, name: v.secret.secretName } }];
  for (const s of sources) {
    for (const [kind, ref] of [['configmap', s.configMap], ['secret', s.secret]] as const) {
      if (!ref?.name || ref.name === ROOT_CA) continue;
      const data = source.data(kind, pod.metadata.namespace!, ref.name);
      if (data === UNKNOWN) return UNKNOWN;
      if (ref.optional) continue;
      if (!data) return unmounted(v.name, `${kind} ${JSON.stringify(ref.name)} not found`);
      const lacking = ref.items?.find((i) => !(i.key in data));
      if (lacking) return unmounted(v.name, `${kind === 'configmap' ? 'configmap references non-existent config key' : 'references non-existent secret key'}: ${lacking.key}`);
    }
  }
  return undefined;
}

function claimProblem(source: ConfigSource, pod: KubeObject, v: VolumeSpec): VolumeProblem | undefined {
  const namespace = pod.metadata.namespace!;
  const name = v.persistentVolumeClaim?.claimName ?? `${pod.metadata.name}-${v.name}`;
  const claim = source.get('claim', namespace, name);
  if (claim === UNKNOWN) return UNKNOWN;
  if (claim?.['status']?.phase === 'Bound') return undefined;
  const why = claim ? 'PVC is not bound' : `failed to fetch PVC from API server: persistentvolumeclaims ${JSON.stringify(name)} not found`;
  const message = `unmounted volumes=[${v.name}], unattached volumes=[], failed to process volumes=[${v.name}]: error processing PVC ${namespace}/${name}: ${why}`;
  return { reason: 'FailedMount', message: `Unable to attach or mount volumes: ${message}` };
}

function unmounted(volume: string, why: string): VolumeProblem {
  return { reason: 'FailedMount', message: `MountVolume.SetUp failed for volume ${JSON.stringify(volume)} : ${why}` };
}
