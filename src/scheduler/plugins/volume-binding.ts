import type { KubeObject } from '../../api/meta/object';
import { sameJson } from '../../client/equality';
import type { PodInfo } from '../cache/pod-info';
import type { ClusterEvent } from '../framework/cluster-event';
import type { PluginContext, SchedulerPlugin } from '../framework/plugin';
import type { Verdict } from '../framework/verdict';
import { failed, SKIP, unresolvable } from '../framework/verdict';
import { isBound } from '../volumes/match-volume';
import { claimsOf, notMadeFor } from '../volumes/pod-claims';
import type { BindingPlan, ClaimSets } from '../volumes/volume-binder';
import { VolumeBinder } from '../volumes/volume-binder';

const STATE = 'VolumeBinding';
const UNBOUND = unresolvable('pod has unbound immediate PersistentVolumeClaims');

interface BindingState {
  sets: ClaimSets;
  plans: Map<string, BindingPlan>;
  assumed?: BindingPlan;
}

/** Volumes must be reachable from the node; those that wait for a first consumer are chosen with the node and bound before the pod. */
export function volumeBinding(x: PluginContext, args: { bindTimeoutSeconds?: number } = {}): SchedulerPlugin {
  const binder = new VolumeBinder(x.client, x.caches, x.clock, (args.bindTimeoutSeconds ?? 600) * 1000, x.shared);
  const claimed = (pod: PodInfo, e: ClusterEvent): boolean => {
    const { namespace, name } = e.now!.metadata;
    return namespace === pod.namespace && claimsOf(pod.pod).some((c) => c.name === name);
  };
  return {
    name: 'VolumeBinding',
    requeueOn: [
      'storage-class/add',
      { on: 'storage-class/update', when: (_, e) => !sameJson(e.old!['allowedTopologies'], e.now!['allowedTopologies']) },
      { on: 'pvc/add', when: claimed },
      { on: 'pvc/update', when: claimed },
      'pv/add',
      'pv/update',
      'node/add',
      'node/label',
      'csi-node/add',
    ],
    preFilter(state, pod) {
      const refs = claimsOf(pod.pod);
      if (!refs.length) return SKIP;
      const claims: KubeObject[] = [];
      for (const ref of refs) {
        const claim = binder.claims.get(`${pod.namespace}/${ref.name}`);
        const why = claim ? unusable(pod.pod, claim, ref.ephemeral) : missing(ref.name, ref.ephemeral);
        if (why) return unresolvable(why);
        claims.push(claim!);
      }
      const sets = binder.classify(claims);
      if (sets.immediate.length) return UNBOUND;
      state.set(STATE, { sets, plans: new Map() } satisfies BindingState);
      return undefined;
    },
    filter(state, _, node) {
      const s = state.get<BindingState>(STATE)!;
      const answer = binder.check(s.sets, node);
      if ('reasons' in answer) return { code: 'unresolvable', reasons: answer.reasons };
      s.plans.set(node.name, answer.plan);
      return undefined;
    },
    reserve(state, _, nodeName): Verdict | undefined {
      const s = state.get<BindingState>(STATE);
      const plan = s?.plans.get(nodeName);
      if (!s || !plan || s.sets.delayed.every(isBound)) return undefined;
      s.assumed = binder.assume(plan, nodeName);
      return undefined;
    },
    unreserve(state) {
      const s = state.get<BindingState>(STATE);
      if (s?.assumed) binder.revert(s.assumed);
    },
    willPreBind: (state) => state.get<BindingState>(STATE)?.assumed !== undefined,
    async preBind(state, pod, nodeName) {
      const s = state.get<BindingState>(STATE);
      if (!s?.assumed) return SKIP;
      try {
        await binder.bind(pod.pod, nodeName, s.assumed);
        return undefined;
      } catch (e) {
        return failed(e as Error);
      }
    },
  };
}

function missing(name: string, ephemeral: boolean): string {
  return ephemeral ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"` : `persistentvolumeclaim "${name}" not found`;
}

function unusable(pod: KubeObject, claim: KubeObject, ephemeral: boolean): string | undefined {
  const name = claim.metadata.name!;
  if (claim['status']?.phase === 'Lost') return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim['spec'].volumeName}"`;
  if (claim.metadata.deletionTimestamp) return `persistentvolumeclaim "${name}" is being deleted`;
  return ephemeral ? notMadeFor(pod, claim) : undefined;
}
