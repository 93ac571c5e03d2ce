import type { ResourceDefinition } from '../registry/strategy';
import type { AdmissionPlugin, AdmissionRequest, Operation } from './admission';

const NODES = { group: '', version: 'v1', resource: 'nodes' };
const LABELS = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

/** PodTopologyLabels: a pod that gets a node gets the zone and region of that node as labels (through the Binding's, which the pod takes over). */
export class PodTopologyLabels implements AdmissionPlugin {
  readonly name = 'PodTopologyLabels';

  handles(d: ResourceDefinition, operation: Operation, subresource: string | undefined): boolean {
    return d.gvk.group === '' && d.plural === 'pods' && operation === 'CREATE' && (subresource === undefined || subresource === 'binding');
  }

  admit(r: AdmissionRequest): void {
    const object = r.object!;
    const target = object['target'] as { kind?: string; name?: string } | undefined;
    const name = r.subresource === undefined ? (object['spec'].nodeName as string | undefined) : target?.kind === 'Node' ? target.name : undefined;
    const labels = name ? r.ctx.lookup.get(NODES, undefined, name)?.metadata.labels : undefined;
    if (!labels) return;
    for (const key of LABELS) if (labels[key] !== undefined) (object.metadata.labels ??= {})[key] = labels[key];
  }
}
