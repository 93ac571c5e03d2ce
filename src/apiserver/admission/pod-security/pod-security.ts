import { invalid } from '../../../api/errors/status-error';
import type { KubeObject, ObjectMeta } from '../../../api/meta/object';
import { controllerOf } from '../../../api/meta/object';
import type { ResourceDefinition } from '../../registry/strategy';
import type { AdmissionPlugin, AdmissionRequest, Operation } from '../admission';
import { refusal } from '../refusal';
import type { Container, PodSpec } from './check';
import { details, reasons, violations } from './evaluate';
import type { LevelVersion } from './policy';
import { compareLevels, formatPolicy, policyOf, samePolicy } from './policy';

const NAMESPACES = { group: '', version: 'v1', resource: 'namespaces' };
const PODS = { group: '', version: 'v1', resource: 'pods' };
/** So many pods of a namespace are looked at when its policy gets stricter. */
const MAX_PODS = 3000;

interface Template {
  metadata?: ObjectMeta;
  spec?: PodSpec;
}

/** Where kinds that make pods keep the template. */
const TEMPLATES: Readonly<Record<string, (o: KubeObject) => Template | undefined>> = {
  '/podtemplates': (o) => o['template'] as Template | undefined,
  '/replicationcontrollers': ofSpec,
  'apps/replicasets': ofSpec,
  'apps/deployments': ofSpec,
  'apps/statefulsets': ofSpec,
  'apps/daemonsets': ofSpec,
  'batch/jobs': ofSpec,
  'batch/cronjobs': (o) => o['spec']?.jobTemplate?.spec?.template as Template | undefined,
};

function ofSpec(o: KubeObject): Template | undefined {
  return o['spec']?.template as Template | undefined;
}

/** Views of a pod through which its spec can change. */
const POD_VIEWS = new Set<string | undefined>([undefined, 'ephemeralcontainers', 'resize']);

/**
 * PodSecurity: pods are held to the level that the labels of their namespace enforce, and clients are warned of what another level
 * would not allow, of pod templates too. The labels themselves must be right, and a stricter level warns of the pods that are there.
 */
export class PodSecurity implements AdmissionPlugin {
  readonly name = 'PodSecurity';

  handles(d: ResourceDefinition, operation: Operation, subresource: string | undefined): boolean {
    if (operation !== 'CREATE' && operation !== 'UPDATE') return false;
    const key = `${d.gvk.group}/${d.plural}`;
    if (key === '/pods') return POD_VIEWS.has(subresource);
    return subresource === undefined && (key === '/namespaces' || TEMPLATES[key] !== undefined);
  }

  validate(r: AdmissionRequest): void {
    if (r.definition.namespaced) checkWorkload(r);
    else checkNamespace(r);
  }
}

function checkWorkload(r: AdmissionRequest): void {
  const { policy } = policyOf(r.ctx.lookup.get(NAMESPACES, undefined, r.namespace!)?.metadata.labels);
  if (policy.enforce.level === 'privileged' && policy.warn.level === 'privileged') return;
  const o = r.object!;
  if (r.definition.plural !== 'pods') {
    const template = TEMPLATES[`${r.definition.gvk.group}/${r.definition.plural}`]!(o);
    if (template) warn(r, policy.warn, template.spec ?? {}, template.metadata);
    return;
  }
  const spec = o['spec'] as PodSpec;
  if (r.operation === 'UPDATE' && !changesContainers(spec, r.old!['spec'] as PodSpec)) return;
  const found = violations(policy.enforce, spec, o.metadata);
  if (found.length) throw refusal(r, `violates PodSecurity ${JSON.stringify(formatPolicy(policy.enforce))}: ${details(found)}`);
  warn(r, policy.warn, spec, o.metadata);
}

function warn(r: AdmissionRequest, policy: LevelVersion, spec: PodSpec, metadata: ObjectMeta | undefined): void {
  const found = violations(policy, spec, metadata);
  if (found.length) r.ctx.warn(`would violate PodSecurity ${JSON.stringify(formatPolicy(policy))}: ${details(found)}`);
}

/** Of what a policy looks at, only images and ephemeral containers can change in a pod. */
function changesContainers(spec: PodSpec, old: PodSpec): boolean {
  const differ = (a: readonly Container[] = [], b: readonly Container[] = []): boolean => a.length !== b.length || a.some((c, i) => c.image !== b[i]!.image);
  if (differ(spec.containers, old.containers) || differ(spec.initContainers, old.initContainers)) return true;
  return (spec.ephemeralContainers ?? []).some((c) => {
    const before = old.ephemeralContainers?.find((x) => x.name === c.name);
    return !before || before.image !== c.image;
  });
}

function checkNamespace(r: AdmissionRequest): void {
  const { policy, errors } = policyOf(r.object!.metadata.labels);
  const before = r.operation === 'UPDATE' ? policyOf(r.old!.metadata.labels) : undefined;
  // Labels that were wrong already may stay so.
  if (errors.length && (!before || JSON.stringify(errors) !== JSON.stringify(before.errors))) throw invalid(r.definition.gvk, r.name ?? '', errors);
  if (!before) return;
  const [now, was] = [policy.enforce, before.policy.enforce];
  if (samePolicy(now, was) || now.level === 'privileged' || (now.minor === was.minor && compareLevels(now.level, was.level) <= 0)) return;
  for (const text of warningsAbout(r.object!.metadata.name!, now, r.ctx.lookup.list(PODS, r.object!.metadata.name))) r.ctx.warn(text);
}

/** What the pods that are there do against a new policy; pods with the same faults are counted together. */
function warningsAbout(namespace: string, policy: LevelVersion, all: readonly KubeObject[]): string[] {
  const pods = oneOfEachFirst(all).slice(0, MAX_PODS);
  const byFault = new Map<string, { first: string; count: number }>();
  for (const pod of pods) {
    const found = violations(policy, pod['spec'] as PodSpec, pod.metadata);
    if (!found.length) continue;
    const fault = reasons(found);
    const name = pod.metadata.name!;
    const seen = byFault.get(fault);
    byFault.set(fault, { first: seen && seen.first < name ? seen.first : name, count: (seen?.count ?? 0) + 1 });
  }
  const out: string[] = [];
  if (pods.length < all.length) out.push(`new PodSecurity enforce level only checked against the first ${pods.length} of ${all.length} existing pods`);
  if (byFault.size) out.push(`existing pods in namespace ${JSON.stringify(namespace)} violate the new PodSecurity enforce level ${JSON.stringify(formatPolicy(policy))}`);
  const faults = Array.from(byFault, ([fault, { first, count }]) => {
    const others = count === 1 ? '' : ` (and ${count - 1} other ${count === 2 ? 'pod' : 'pods'})`;
    return `${first}${others}: ${fault}`;
  });
  return [...out, ...faults.sort()];
}

/** Pods of a controller that has one in the list already go to its end: they are most likely alike. */
function oneOfEachFirst(pods: readonly KubeObject[]): KubeObject[] {
  const seen = new Set<string>();
  const later: KubeObject[] = [];
  const first = pods.filter((pod) => {
    const uid = controllerOf(pod)?.uid;
    if (uid === undefined) return true;
    if (!seen.has(uid)) {
      seen.add(uid);
      return true;
    }
    later.push(pod);
    return false;
  });
  return [...first, ...later];
}
