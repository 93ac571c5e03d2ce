import type { ResourceDefinition } from '../registry/strategy';
import type { AdmissionPlugin, AdmissionRequest, Operation } from './admission';
import { newestFirst } from './newest-first';

const INGRESS_CLASSES = { group: 'networking.k8s.io', version: 'v1', resource: 'ingressclasses' };
const DEFAULT = 'ingressclass.kubernetes.io/is-default-class';
const OLD_CLASS = 'kubernetes.io/ingress.class';

/** DefaultIngressClass: an ingress that names no class gets the default one, the newest when there are several. */
export class DefaultIngressClass implements AdmissionPlugin {
  readonly name = 'DefaultIngressClass';

  handles(d: ResourceDefinition, operation: Operation, subresource: string | undefined): boolean {
    return d.gvk.group === INGRESS_CLASSES.group && d.plural === 'ingresses' && operation === 'CREATE' && subresource === undefined;
  }

  admit(r: AdmissionRequest): void {
    const ingress = r.object!;
    if (ingress['spec']?.ingressClassName !== undefined || ingress.metadata.annotations?.[OLD_CLASS] !== undefined) return;
    const defaults = r.ctx.lookup.list(INGRESS_CLASSES).filter((c) => c.metadata.annotations?.[DEFAULT] === 'true');
    if (defaults.length) (ingress['spec'] ??= {}).ingressClassName = defaults.sort(newestFirst)[0]!.metadata.name;
  }
}
