import { isReason } from '../../api/errors/status-error';
import type { Component, ComponentContext } from '../../client/component';
import { QueueComponent } from '../../client/queue-component';
import { NODES } from '../../client/resources';
import type { Node } from '../shared/types';
import { CidrSet } from './cidr-set';

/** Addresses of all pods; each node has a /24 of them. */
const CLUSTER_CIDR = '10.244.0.0/14';
const NODE_BITS = 24;

/** Gives every node its block of pod addresses. */
export function createNodeIpamController(x: ComponentContext, clusterCidr = CLUSTER_CIDR): Component {
  const nodes = x.caches.informer<Node>(NODES);
  const blocks = new CidrSet(clusterCidr, NODE_BITS);
  const events = x.events.recorder('cidrAllocator');
  const given = new Map<string, string>();
  const waiting = new Set<string>();
  return new QueueComponent({
    ...x,
    name: 'node-ipam-controller',
    setup: (queue) => {
      const seen = (n: Node): void => {
        const name = n.metadata.name!;
        if (!n.spec.podCIDR) return queue.add(name);
        const ours = given.get(name);
        given.delete(name);
        if (ours !== undefined) blocks.giveBack(ours);
        blocks.occupy(n.spec.podCIDR);
      };
      return [
        nodes.subscribe({
          added: seen,
          updated: seen,
          deleted: (n) => {
            const name = n.metadata.name!;
            const cidr = n.spec.podCIDR ?? given.get(name);
            if (cidr) blocks.giveBack(cidr);
            given.delete(name);
            waiting.delete(name);
            for (const other of waiting) queue.add(other);
          },
        }),
      ];
    },
    async reconcile(name) {
      const node = nodes.get(name);
      if (!node || node.metadata.deletionTimestamp || node.spec.podCIDR) return;
      const status = (s: string): void => events.event({ apiVersion: 'v1', kind: 'Node', name, uid: node.metadata.uid }, 'Normal', s, `Node ${name} status is now: ${s}`);
      // What was given and did not arrive yet is not given twice.
      const cidr = given.get(name) ?? blocks.take();
      if (cidr === undefined) {
        if (!waiting.has(name)) status('CIDRNotAvailable');
        waiting.add(name);
        return;
      }
      given.set(name, cidr);
      waiting.delete(name);
      try {
        await x.client.patch(NODES, undefined, name, 'strategic', { spec: { podCIDR: cidr, podCIDRs: [cidr] } });
      } catch (e) {
        if (isReason(e, 'NotFound')) return;
        // Someone else was faster.
        if (isReason(e, 'Invalid')) {
          given.delete(name);
          blocks.giveBack(cidr);
        }
        status('CIDRAssignmentFailed');
        throw e;
      }
    },
  });
}
