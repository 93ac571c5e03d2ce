import type { KubeObject } from '../../api/meta/object';
import type { Informer } from '../../client/informer';
import { findCondition } from './conditions';
import type { Node, Pod, Taint } from './types';

const BY_NODE = 'node';

/** Indexes pods by the node they are bound to; those without one are under ''. */
export function indexByNode(pods: Informer<Pod>): Informer<Pod> {
  pods.addIndex(BY_NODE, (p) => [p.spec.nodeName ?? '']);
  return pods;
}

/** Pods bound to the node; '': those bound to none. */
export function podsOnNode(pods: Informer<Pod>, node: string): readonly Pod[] {
  return pods.byIndex(BY_NODE, node);
}

/** 'True', 'False', 'Unknown'; undefined when nobody has said yet. */
export function nodeReady(n: Node): string | undefined {
  return findCondition(n.status?.conditions, 'Ready')?.status;
}

export function sameTaint(a: Taint, b: Taint): boolean {
  return a.key === b.key && a.effect === b.effect;
}

/** Region and zone as one key. */
export function zoneOf(n: KubeObject): string {
  const l = n.metadata.labels ?? {};
  return `${l['topology.kubernetes.io/region'] ?? ''}/${l['topology.kubernetes.io/zone'] ?? ''}`;
}
