import type { ResourceDefinition } from '../registry/strategy';
import type { AdmissionPlugin, AdmissionRequest, Operation } from './admission';

const NOT_READY = 'node.kubernetes.io/not-ready';

/** TaintNodesByCondition: a new node takes no pods until its controller has seen it ready. */
export class TaintNodesByCondition implements AdmissionPlugin {
  readonly name = 'TaintNodesByCondition';

  handles(d: ResourceDefinition, operation: Operation, subresource: string | undefined): boolean {
    return d.gvk.group === '' && d.plural === 'nodes' && operation === 'CREATE' && subresource === undefined;
  }

  admit(r: AdmissionRequest): void {
    const spec = (r.object!.spec ??= {});
    const taints = (spec.taints as { key: string; effect: string }[] | undefined) ?? [];
    if (taints.some((t) => t.key === NOT_READY && t.effect === 'NoSchedule')) return;
    spec.taints = [...taints, { key: NOT_READY, effect: 'NoSchedule' }];
  }
}
