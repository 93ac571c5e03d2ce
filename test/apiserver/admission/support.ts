import { StatusError } from '../../../src/api/errors/status-error';
import type { KubeObject } from '../../../src/api/meta/object';
import type { AdmissionPlugin, AdmissionRequest, Operation } from '../../../src/apiserver/admission/admission';
import type { ResourceDefinition } from '../../../src/apiserver/registry/strategy';
import { FakeClock } from '../../../src/util/fake-clock';
import { SeededRandom } from '../../../src/util/random';

const KINDS: Record<string, [group: string, kind: string]> = {
  pods: ['', 'Pod'],
  services: ['', 'Service'],
  configmaps: ['', 'ConfigMap'],
  secrets: ['', 'Secret'],
  events: ['', 'Event'],
  namespaces: ['', 'Namespace'],
  persistentvolumeclaims: ['', 'PersistentVolumeClaim'],
  deployments: ['apps', 'Deployment'],
  cronjobs: ['batch', 'CronJob'],
  ingresses: ['networking.k8s.io', 'Ingress'],
  certificatesigningrequests: ['certificates.k8s.io', 'CertificateSigningRequest'],
};
const CLUSTER = new Set(['namespaces', 'certificatesigningrequests']);

export function definitionOf(plural: string): ResourceDefinition {
  const [group, kind] = KINDS[plural]!;
  return { gvk: { group, version: 'v1', kind }, plural, namespaced: !CLUSTER.has(plural), verbs: [], schema: '', strategy: {}, columns: [] };
}

/** What a plugin can look up, by plural. */
export type World = Record<string, KubeObject[]>;

export interface Asked {
  plural?: string;
  operation?: Operation;
  subresource?: string;
  object: Partial<KubeObject>;
  old?: Partial<KubeObject>;
  dryRun?: boolean;
}

export interface Request extends AdmissionRequest {
  object: KubeObject;
  warnings: string[];
}

/** A request for something in the namespace "ns" as a plugin sees it; `warnings` collects what it warns of. */
export function request(world: World, a: Asked): Request {
  const definition = definitionOf(a.plural ?? 'pods');
  const warnings: string[] = [];
  const named = (o: Partial<KubeObject>): KubeObject => ({ apiVersion: 'v1', kind: definition.gvk.kind, ...o, metadata: { name: 'x', ...(definition.namespaced ? { namespace: 'ns' } : {}), ...o.metadata } });
  const object = named(a.object);
  return {
    operation: a.operation ?? 'CREATE',
    definition,
    subresource: a.subresource,
    namespace: definition.namespaced ? 'ns' : undefined,
    name: object.metadata.name,
    object,
    old: a.old && named(a.old),
    user: { name: 'u', groups: [] },
    dryRun: a.dryRun ?? false,
    warnings,
    ctx: {
      user: { name: 'u', groups: [] },
      clock: new FakeClock(0),
      random: new SeededRandom(1),
      lookup: {
        get: (r, namespace, name) => (world[r.resource] ?? []).find((o) => o.metadata.name === name && o.metadata.namespace === namespace),
        list: (r, namespace) => (world[r.resource] ?? []).filter((o) => namespace === undefined || o.metadata.namespace === namespace),
      },
      verb: 'create',
      dryRun: a.dryRun ?? false,
      warn: (t) => warnings.push(t),
    },
  };
}

/** Runs both phases of one plugin, if it wants the request at all. */
export async function run(plugin: AdmissionPlugin, r: AdmissionRequest): Promise<void> {
  if (!plugin.handles(r.definition, r.operation, r.subresource)) return;
  await plugin.admit?.(r);
  await plugin.validate?.(r);
}

/** The message with which a plugin refuses; '' when it does not. */
export async function refusalOf(plugin: AdmissionPlugin, r: AdmissionRequest): Promise<string> {
  try {
    await run(plugin, r);
    return '';
  } catch (e) {
    if (e instanceof StatusError) return e.message;
    throw e;
  }
}

export function clusterObject(name: string, rest: object = {}, metadata: object = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Any', ...rest, metadata: { name, ...metadata } };
}

export function inNamespace(name: string, rest: object = {}, metadata: object = {}): KubeObject {
  return clusterObject(name, rest, { namespace: 'ns', ...metadata });
}

export function pod(spec: object, metadata: object = {}): Partial<KubeObject> {
  return { metadata, spec: { containers: [{ name: 'c', image: 'a' }], ...spec } };
}
