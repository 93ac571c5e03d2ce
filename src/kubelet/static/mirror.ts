import type { KubeObject } from '../../api/meta/object';

/** On a pod of the API server that stands for one which a node took from elsewhere. */
export const MIRROR = 'kubernetes.io/config.mirror';
/** Where a pod comes from; `api` when absent. */
export const SOURCE = 'kubernetes.io/config.source';
export const HASH = 'kubernetes.io/config.hash';

/** Whether the pod in the API server only shows what a node runs on its own account. */
export function isMirror(pod: KubeObject): boolean {
  return pod.metadata.annotations?.[MIRROR] !== undefined;
}
