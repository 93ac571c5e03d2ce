import { isReason } from '../../api/errors/status-error';
import type { Component, ComponentContext } from '../../client/component';
import { QueueComponent } from '../../client/queue-component';
import { NODES } from '../../client/resources';
import type { Node } from '../shared/types';

/** Kubelets that are told to wait for a cloud register with this taint. */
const UNINITIALIZED = 'node.cloudprovider.kubernetes.io/uninitialized';
const REGION = 'local';
const ZONES = ['local-a', 'local-b', 'local-c'];
const ZONE_LABEL = 'topology.kubernetes.io/zone';
const LABELS: readonly [old: string, now: string][] = [
  ['failure-domain.beta.kubernetes.io/zone', ZONE_LABEL],
  ['failure-domain.beta.kubernetes.io/region', 'topology.kubernetes.io/region'],
  ['beta.kubernetes.io/instance-type', 'node.kubernetes.io/instance-type'],
];

/** Makes nodes known that wait for their cloud: zone and region, kind of machine, provider's id; then takes their taint away. */
export function createCloudNodeController(x: ComponentContext): Component {
  const nodes = x.caches.informer<Node>(NODES);
  const events = x.events.recorder('cloud-node-controller');
  return new QueueComponent({
    ...x,
    name: 'cloud-node-controller',
    // One: zones are filled evenly.
    workers: 1,
    setup: (queue) => {
      const add = (n: Node): void => {
        if (isWaiting(n) || LABELS.some(([old]) => n.metadata.labels?.[old] !== undefined)) queue.add(n.metadata.name!);
      };
      return [nodes.subscribe({ added: add, updated: add })];
    },
    async reconcile(key) {
      const node = nodes.get(key);
      if (!node) return;
      const waits = isWaiting(node);
      const labels = { ...node.metadata.labels };
      if (waits) {
        labels[ZONE_LABEL] ??= emptiest(nodes.list());
        labels['topology.kubernetes.io/region'] ??= REGION;
        labels['node.kubernetes.io/instance-type'] ??= machine(node);
      }
      for (const [old, now] of LABELS) {
        // A node that has one name of a label gets the other, the newer one counts.
        const value = waits ? labels[now] : labels[old] !== undefined || labels[now] !== undefined ? (labels[old] ?? labels[now]) : undefined;
        if (value === undefined || (!waits && labels[old] === undefined)) continue;
        labels[old] = labels[now] = value;
      }
      const same = Object.entries(labels).every(([k, v]) => node.metadata.labels?.[k] === v);
      if (same && !waits) return;
      const spec = { ...node.spec, ...(waits ? { providerID: (node.spec as { providerID?: string }).providerID ?? `kubernest://${REGION}/${key}`, taints: node.spec.taints!.filter((t) => t.key !== UNINITIALIZED) } : {}) };
      try {
        await x.client.update(NODES, { ...node, metadata: { ...node.metadata, labels }, spec });
      } catch (e) {
        if (isReason(e, 'NotFound')) return;
        throw e;
      }
      if (waits) events.event(node, 'Normal', 'Synced', 'Node synced successfully');
    },
  });
}

function isWaiting(n: Node): boolean {
  return n.spec.taints?.some((t) => t.key === UNINITIALIZED) ?? false;
}

function emptiest(nodes: readonly Node[]): string {
  const count = (zone: string): number => nodes.filter((n) => n.metadata.labels?.[ZONE_LABEL] === zone).length;
  return [...ZONES].sort((a, b) => count(a) - count(b))[0]!;
}

/** As clouds name their machines, by what they have. */
function machine(n: Node): string {
  const { cpu = '0', memory = '0' } = ((n.status as { capacity?: Record<string, string> } | undefined)?.capacity ?? {}) as { cpu?: string; memory?: string };
  return `kubernest-${cpu}-${memory}`.toLowerCase();
}
