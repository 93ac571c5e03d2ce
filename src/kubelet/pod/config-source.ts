import type { KubeObject } from '../../api/meta/object';
import type { Caches, Informer } from '../../client/informer';
import { CONFIG_MAPS, SECRETS } from '../../client/resources';
import type { ContainerSpec, EnvVar } from './container';

type Kind = 'configmap' | 'secret';

/** The environment of a container, or what it needs and cannot have yet. */
export type Resolved = { env: { name: string; value: string }[] } | { missing: string };

/** Published for every namespace by a controller that may be switched off; pods must not wait for it. */
const ROOT_CA = 'kube-root-ca.crt';

/**
 * ConfigMaps and Secrets that pods refer to. They are watched from the first pod on that refers to any. Who misses one is called again when
 * something in its namespace changes.
 */
export class ConfigSource {
  private readonly informers = new Map<Kind, Informer>();
  private readonly waiting = new Map<string, Set<() => void>>();

  constructor(private readonly caches: Caches) {}

  /** What a container's environment comes to; `facts` are what fieldRef may name beside the pod's own fields. */
  environment(pod: KubeObject, c: ContainerSpec, facts: { nodeName: string; hostIP: string; podIP: string }): Resolved {
    const env = new Map<string, string>();
    for (const from of c.envFrom ?? []) {
      const kind: Kind = from.configMapRef ? 'configmap' : 'secret';
      const ref = from.configMapRef ?? from.secretRef;
      if (!ref?.name) continue;
      const data = this.data(kind, pod.metadata.namespace!, ref.name);
      if (!data && !ref.optional) return { missing: `${kind} ${JSON.stringify(ref.name)} not found` };
      for (const [k, v] of Object.entries(data ?? {})) env.set(`${from.prefix ?? ''}${k}`, v);
    }
    for (const e of c.env ?? []) {
      const value = this.value(pod, c, e, env, facts);
      if (typeof value === 'object') return value;
      if (value !== undefined) env.set(e.name, value);
    }
    return { env: [...env].map(([name, value]) => ({ name, value })) };
  }

  /** The first volume whose ConfigMap or Secret is not there: volume name and why. */
  missingVolume(pod: KubeObject): { volume: string; why: string } | undefined {
    for (const v of (pod['spec'].volumes ?? []) as VolumeSpec[]) {
      const sources = v.projected?.sources ?? [{ configMap: v.configMap, secret: v.secret && { name: v.secret.secretName, optional: v.secret.optional } }];
      for (const s of sources) {
        for (const [kind, ref] of [['configmap', s.configMap], ['secret', s.secret]] as const) {
          if (!ref?.name || ref.optional || ref.name === ROOT_CA || this.data(kind, pod.metadata.namespace!, ref.name)) continue;
          return { volume: v.name, why: `${kind} ${JSON.stringify(ref.name)} not found` };
        }
      }
    }
    return undefined;
  }

  /** Calls `fn` once when a ConfigMap or Secret of the namespace has come or changed; the result takes that back. */
  onChange(namespace: string, fn: () => void): () => void {
    let set = this.waiting.get(namespace);
    if (!set) this.waiting.set(namespace, (set = new Set()));
    set.add(fn);
    return () => void this.waiting.get(namespace)?.delete(fn);
  }

  private value(pod: KubeObject, c: ContainerSpec, e: EnvVar, env: ReadonlyMap<string, string>, facts: { nodeName: string; hostIP: string; podIP: string }): string | undefined | { missing: string } {
    const from = e.valueFrom;
    if (!from) return expand(e.value ?? '', env);
    if (from.fieldRef) return field(pod, from.fieldRef.fieldPath, facts);
    if (from.resourceFieldRef) return resource(c, from.resourceFieldRef.resource);
    const kind: Kind = from.configMapKeyRef ? 'configmap' : 'secret';
    const ref = from.configMapKeyRef ?? from.secretKeyRef;
    if (!ref?.name) return undefined;
    const namespace = pod.metadata.namespace!;
    const data = this.data(kind, namespace, ref.name);
    if (!data) return ref.optional ? undefined : { missing: `${kind} ${JSON.stringify(ref.name)} not found` };
    const value = data[ref.key];
    if (value !== undefined || ref.optional) return value;
    return { missing: `couldn't find key ${ref.key} in ${kind === 'configmap' ? 'ConfigMap' : 'Secret'} ${namespace}/${ref.name}` };
  }

  private data(kind: Kind, namespace: string, name: string): Record<string, string> | undefined {
    const o = this.informer(kind).get(`${namespace}/${name}`);
    if (!o) return undefined;
    const data = (o['data'] ?? {}) as Record<string, string>;
    if (kind === 'configmap') return data;
    return Object.fromEntries(Object.entries(data).map(([k, v]) => [k, Buffer.from(v, 'base64').toString('utf8')]));
  }

  private informer(kind: Kind): Informer {
    let informer = this.informers.get(kind);
    if (!informer) {
      informer = this.caches.informer(kind === 'configmap' ? CONFIG_MAPS : SECRETS);
      this.informers.set(kind, informer);
      const wake = (o: KubeObject): void => {
        const namespace = o.metadata.namespace!;
        const waiting = this.waiting.get(namespace);
        if (!waiting?.size) return;
        this.waiting.delete(namespace);
        for (const fn of waiting) fn();
      };
      informer.subscribe({ added: wake, updated: wake });
    }
    return informer;
  }
}

interface VolumeSpec {
  name: string;
  configMap?: { name?: string; optional?: boolean };
  secret?: { secretName?: string; optional?: boolean };
  projected?: { sources?: { configMap?: { name?: string; optional?: boolean }; secret?: { name?: string; optional?: boolean } }[] };
}

/** Replaces $(NAME) by variables that are known; $$ stands for a dollar sign (expansion.Expand upstream). */
export function expand(text: string, env: ReadonlyMap<string, string>): string {
  if (!text.includes('$')) return text;
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (all, name?: string) => (all === '$$' ? '$' : (env.get(name!) ?? all)));
}

function field(pod: KubeObject, path: string, facts: { nodeName: string; hostIP: string; podIP: string }): string {
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
