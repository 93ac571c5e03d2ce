import type { KubeObject } from '../../api/meta/object';

/** Order in which one of several defaults is chosen: the newest, then by name. */
export function newestFirst(a: KubeObject, b: KubeObject): number {
  const [x, y] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  if (x !== y) return x < y ? 1 : -1;
  return a.metadata.name! < b.metadata.name! ? -1 : 1;
}
