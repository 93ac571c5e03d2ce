import type { KubeObject } from '../../api/meta/object';
import { compareQuantity } from '../../api/quantity';
import type { ResourceList } from '../../api/quota/resource-list';
import type { ResourceDefinition } from '../registry/strategy';
import type { AdmissionPlugin, AdmissionRequest, Operation } from './admission';
import { mergeTolerations } from './merge-tolerations';
import type { Toleration } from './merge-tolerations';
import { refusal } from './refusal';

const RUNTIME_CLASSES = { group: 'node.k8s.io', version: 'v1', resource: 'runtimeclasses' };
const OTHER_OVERHEAD = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";

interface RuntimeClass extends KubeObject {
  overhead?: { podFixed?: ResourceList };
  scheduling?: { nodeSelector?: Record<string, string>; tolerations?: Toleration[] };
}

/** RuntimeClass: a pod's class must exist, and gives the pod its overhead, node selector and tolerations. */
export class RuntimeClassAdmission implements AdmissionPlugin {
  readonly name = 'RuntimeClass';

  handles(d: ResourceDefinition, operation: Operation, subresource: string | undefined): boolean {
    return d.gvk.group === '' && d.plural === 'pods' && operation === 'CREATE' && subresource === undefined;
  }

  admit(r: AdmissionRequest): void {
    const found = classOf(r);
    if (!found) return;
    const { spec } = r.object!;
    if (found.overhead) {
      const fixed = found.overhead.podFixed ?? {};
      if (Object.keys((spec.overhead as ResourceList | undefined) ?? {}).length && !sameAmounts(fixed, spec.overhead as ResourceList)) throw refusal(r, OTHER_OVERHEAD);
      if (Object.keys(fixed).length) spec.overhead = { ...fixed };
    }
    if (found.scheduling) schedule(r, found.scheduling);
  }

  validate(r: AdmissionRequest): void {
    const overhead = r.object!['spec'].overhead as ResourceList | undefined;
    const found = classOf(r);
    if (found?.overhead) {
      if (!sameAmounts(found.overhead.podFixed ?? {}, overhead ?? {})) throw refusal(r, OTHER_OVERHEAD);
    } else if (overhead !== undefined) throw refusal(r, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
  }
}

function classOf(r: AdmissionRequest): RuntimeClass | undefined {
  const name = r.object!['spec'].runtimeClassName as string | undefined;
  if (name === undefined) return undefined;
  const found = r.ctx.lookup.get(RUNTIME_CLASSES, undefined, name);
  if (!found) throw refusal(r, `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`);
  return found as RuntimeClass;
}

function schedule(r: AdmissionRequest, { nodeSelector = {}, tolerations = [] }: NonNullable<RuntimeClass['scheduling']>): void {
  const { spec } = r.object!;
  const own = (spec.nodeSelector as Record<string, string> | undefined) ?? {};
  for (const key of Object.keys(nodeSelector).sort()) {
    if (own[key] !== undefined && own[key] !== nodeSelector[key]) {
      throw refusal(r, `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${nodeSelector[key]}; pod.spec.nodeSelector[${key}] = ${own[key]}`);
    }
  }
  if (Object.keys(nodeSelector).length) spec.nodeSelector = { ...own, ...nodeSelector };
  const merged = mergeTolerations((spec.tolerations as Toleration[] | undefined) ?? [], tolerations);
  if (merged.length) spec.tolerations = merged;
}

function sameAmounts(a: ResourceList, b: ResourceList): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((n) => b[n] !== undefined && compareQuantity(a[n]!, b[n]) === 0);
}
