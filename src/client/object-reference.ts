import type { KubeObject } from '../api/meta/object';

/** v1.ObjectReference as JSON. */
export interface ObjectReference {
  kind?: string;
  namespace?: string;
  name?: string;
  uid?: string;
  apiVersion?: string;
  resourceVersion?: string;
  fieldPath?: string;
}

/** An ObjectReference to an object; a reference is returned as it is. */
export function referenceTo(o: KubeObject | ObjectReference): ObjectReference {
  if (!('metadata' in o)) return o;
  const { name, namespace, uid, resourceVersion } = (o as KubeObject).metadata;
  return { kind: o.kind, namespace, name, uid, apiVersion: o.apiVersion, resourceVersion };
}
