import type { KubeObject } from '../meta/object';

/**
 * JSON of an object, beginning with kind and apiVersion and then metadata: what the server stores and sends, so that list items
 * can go without the first two by cutting a prefix of constant length.
 */
export function encodeObject(o: KubeObject): string {
  return JSON.stringify(isOrdered(o) ? o : ordered(o));
}

function isOrdered(o: KubeObject): boolean {
  let i = 0;
  for (const k in o) {
    if (i === 0 ? k !== 'kind' : k !== 'apiVersion') return false;
    if (++i === 2) return true;
  }
  return false;
}

function ordered(o: KubeObject): object {
  const { kind, apiVersion, metadata, ...rest } = o;
  return { kind, apiVersion, metadata, ...rest };
}
