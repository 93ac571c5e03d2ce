import type { KubeObject } from '../../api/meta/object';
import { compareQuantity, quantityMilliValue, quantityValue } from '../../api/quantity';
import { podResources } from '../../api/quota/pod-resources';
import type { ResourceList } from '../../api/quota/resource-list';
import type { ResourceDefinition } from '../registry/strategy';
import type { AdmissionPlugin, AdmissionRequest, Operation } from './admission';
import { refusal } from './refusal';

const NODES = { group: '', version: 'v1', resource: 'nodes' };

/** PodResizeValidator: a running pod may only be resized on a Linux node, and not beyond what its node has at all. */
export class PodResizeValidator implements AdmissionPlugin {
  readonly name = 'PodResizeValidator';

  handles(d: ResourceDefinition, operation: Operation, subresource: string | undefined): boolean {
    return d.gvk.group === '' && d.plural === 'pods' && operation === 'UPDATE' && subresource === 'resize';
  }

  validate(r: AdmissionRequest): void {
    const pod = r.object!;
    const name = pod['spec'].nodeName as string | undefined;
    // Nothing of the spec has changed while the generation has not.
    if (!name || pod.metadata.generation === r.old!.metadata.generation) return;
    const node = r.ctx.lookup.get(NODES, undefined, name);
    if (!node) throw refusal(r, `node ${JSON.stringify(name)} not found`);
    const os = node.metadata.labels?.['kubernetes.io/os'];
    if (os !== undefined && os !== 'linux') throw refusal(r, `pod resize is only supported on linux nodes, node ${JSON.stringify(name)} is ${JSON.stringify(os)}`, [{ reason: 'UnsupportedPlatform' }]);
    const lacking = shortages(pod, node);
    if (lacking.length) throw refusal(r, `node didn't have enough allocatable resources: ${lacking.join('; ')}`, [{ reason: 'NodeCapacity' }]);
  }
}

function shortages(pod: KubeObject, node: KubeObject): string[] {
  const allocatable = (node['status']?.allocatable as ResourceList | undefined) ?? {};
  const requests = podResources(pod, 'requests');
  const out: string[] = [];
  const check = (resource: string, count: (q: string) => number): void => {
    const [wanted, there] = [requests[resource] ?? '0', allocatable[resource] ?? '0'];
    if (compareQuantity(wanted, there) > 0) out.push(`${resource}, requested: ${count(wanted)}, allocatable: ${count(there)}`);
  };
  check('cpu', quantityMilliValue);
  check('memory', quantityValue);
  return out;
}
