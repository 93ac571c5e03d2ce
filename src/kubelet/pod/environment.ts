import type { KubeObject } from '../../api/meta/object';
import type { ConfigSource } from './config-source';
import { UNKNOWN } from './config-source';
import type { ContainerSpec, EnvVar } from './container';

/** The environment of a container; or what it needs and cannot have yet; or nothing, as that is not known yet. */
export type Resolved = { env: { name: string; value: string }[] } | { missing: string } | typeof UNKNOWN;

/** What fieldRef may name beside the pod's own fields. */
export interface PlaceFacts {
  nodeName: string;
  hostIP: string;
  podIP: string;
}

/** What a container's environment comes to. */
export function environmentOf(source: ConfigSource, pod: KubeObject, c: ContainerSpec, facts: PlaceFacts): Resolved {
  const env = new Map<string, string>();
  for (const from of c.envFrom ?? []) {
    const kind = from.configMapRef ? 'configmap' : 'secret';
    const ref = from.configMapRef ?? from.secretRef;
    if (!ref?.name) continue;
    const data = source.data(kind, pod.metadata.namespace!, ref.name);
    if (data === UNKNOWN) return UNKNOWN;
    if (!data && !ref.optional) return { missing: `${kind} ${JSON.stringify(ref.name)} not found` };
    for (const [k, v] of Object.entries(data ?? {})) env.set(`${from.prefix ?? ''}${k}`, v);
  }
  for (const e of c.env ?? []) {
    const value = valueOf(source, pod, c, e, env, facts);
    if (typeof value === 'object' || value === UNKNOWN) return value;
    if (value !== undefined) env.set(e.name, value);
  }
  return { env: [...env].map(([name, value]) => ({ name, value })) };
}

function valueOf(source: ConfigSource, pod: KubeObject, c: ContainerSpec, e: EnvVar, env: ReadonlyMap<string, string>, facts: PlaceFacts): string | undefined | { missing: string } | typeof UNKNOWN {
  const from = e.valueFrom;
  if (!from) return expand(e.value ?? '', env);
  if (from.fieldRef) return field(pod, from.fieldRef.fieldPath, facts);
  if (from.resourceFieldRef) return resource(c, from.resourceFieldRef.resource);
  const kind = from.configMapKeyRef ? 'configmap' : 'secret';
  const ref = from.configMapKeyRef ?? from.secretKeyRef;
  if (!ref?.name) return undefined;
  const namespace = pod.metadata.namespace!;
  const data = source.data(kind, namespace, ref.name);
  if (data === UNKNOWN) return UNKNOWN;
  if (!data) return ref.optional ? undefined : { missing: `${kind} ${JSON.stringify(ref.name)} not found` };
  const value = data[ref.key];
  if (value !== undefined || ref.optional) return value;
  return { missing: `couldn't find key ${ref.key} in ${kind === 'configmap' ? 'ConfigMap' : 'Secret'} ${namespace}/${ref.name}` };
}

/** Replaces $(NAME) by variables that are known; $$ stands for a dollar sign (expansion.Expand upstream). */
export function expand(text: string, env: ReadonlyMap<string, string>): string {
  if (!text.includes('$')) return text;
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (all, name?: string) => (all === '$$' ? '$' : (env.get(name!) ?? all)));
}

function field(pod: KubeObject, path: string, facts: PlaceFacts): string {
  const m = pod.metadata;
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (keyed) return m[keyed[1] as 'labels' | 'annotations']?.[keyed[2]!] ?? '';
  switch (path) {
    case 'metadata.name':
      return m.name!;
    case 'metadata.namespace':
      return m.namespace!;
    case 'metadata.uid':
      return m.uid!;
    case 'spec.nodeName':
      return facts.nodeName;
    case 'spec.serviceAccountName':
      return (pod['spec'].serviceAccountName as string | undefined) ?? '';
    case 'status.hostIP':
    case 'status.hostIPs':
      return facts.hostIP;
    case 'status.podIP':
    case 'status.podIPs':
      return facts.podIP;
    default:
      return '';
  }
}

function resource(c: ContainerSpec, path: string): string {
  const m = /^(limits|requests)\.(.+)$/.exec(path);
  return (m && c.resources?.[m[1] as 'limits' | 'requests']?.[m[2]!]) ?? '0';
}
