import type { ResourceDefinition } from '../registry/strategy';
import type { AdmissionPlugin, AdmissionRequest, Operation } from './admission';

interface Toleration {
  key?: string;
  operator?: string;
  effect?: string;
  tolerationSeconds?: number;
}

const SECONDS = 300;
const TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/** DefaultTolerationSeconds: a pod stays five minutes on a node that is not ready or cannot be reached, unless it says otherwise. */
export class DefaultTolerationSeconds implements AdmissionPlugin {
  readonly name = 'DefaultTolerationSeconds';

  handles(d: ResourceDefinition, operation: Operation, subresource: string | undefined): boolean {
    return d.gvk.group === '' && d.plural === 'pods' && (operation === 'CREATE' || operation === 'UPDATE') && subresource === undefined;
  }

  admit(r: AdmissionRequest): void {
    const spec = r.object!.spec;
    const tolerations = (spec.tolerations as Toleration[] | undefined) ?? [];
    const missing = TAINTS.filter((key) => !tolerations.some((t) => (t.key === key || !t.key) && (t.effect === 'NoExecute' || !t.effect)));
    if (!missing.length) return;
    spec.tolerations = [...tolerations, ...missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS }))];
  }
}
