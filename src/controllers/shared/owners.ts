import type { KubeObject, OwnerReference } from '../../api/meta/object';
import { controllerOf } from '../../api/meta/object';
import type { Informer } from '../../client/informer';

/** Index of objects by their controller's uid; those without one are under `orphans/NAMESPACE`. */
const BY_CONTROLLER = 'controller';

export function indexByController<T extends KubeObject>(informer: Informer<T>): Informer<T> {
  informer.addIndex(BY_CONTROLLER, (o) => [controllerOf(o)?.uid ?? orphans(o.metadata.namespace)]);
  return informer;
}

/** The objects controlled by `owner`. The informer must be indexed by indexByController. */
export function controlledBy<T extends KubeObject>(informer: Informer<T>, owner: KubeObject): readonly T[] {
  return informer.byIndex(BY_CONTROLLER, owner.metadata.uid!);
}

/** The objects of a namespace that have no controller. */
export function uncontrolled<T extends KubeObject>(informer: Informer<T>, namespace: string | undefined): readonly T[] {
  return informer.byIndex(BY_CONTROLLER, orphans(namespace));
}

function orphans(namespace: string | undefined): string {
  return `orphans/${namespace ?? ''}`;
}

/** The reference that makes `owner` the controller of an object. */
export function controllerRef(owner: KubeObject): OwnerReference {
  const { name, uid } = owner.metadata;
  return { apiVersion: owner.apiVersion, kind: owner.kind, name: name!, uid: uid!, controller: true, blockOwnerDeletion: true };
}

/** The cached object that is the controller of `o`, when it is of this informer's kind and still the same. */
export function ownerIn<T extends KubeObject>(informer: Informer<T>, kind: string, o: KubeObject): T | undefined {
  const ref = controllerOf(o);
  if (!ref || ref.kind !== kind) return undefined;
  const owner = informer.get(o.metadata.namespace ? `${o.metadata.namespace}/${ref.name}` : ref.name);
  return owner?.metadata.uid === ref.uid ? owner : undefined;
}
