import type { KubeObject } from '../../api/meta/object';
import { keyOf } from '../../api/meta/object';
import { NodeSelector } from '../../api/selectors/node-selector';
import { sameJson } from '../../client/equality';
import type { PodInfo } from '../cache/pod-info';
import { ClaimWriter } from '../devices/claim-writer';
import { DeviceAllocator, NodeRefusal } from '../devices/device-allocator';
import { DeviceClaims } from '../devices/device-claims';
import { DeviceSelectors } from '../devices/device-selector';
import type { Allocation } from '../devices/device-types';
import { allocationOf, devicesOf } from '../devices/device-types';
import { resourceClaimsOf, usableBy, usersOf } from '../devices/pod-resource-claims';
import type { ClusterEvent } from '../framework/cluster-event';
import type { PluginContext, SchedulerPlugin } from '../framework/plugin';
import type { Verdict } from '../framework/verdict';
import { failed, SKIP, unresolvable, unschedulable } from '../framework/verdict';

const STATE = 'DynamicResources';
const NO_CLAIMS = unschedulable('no new claims to deallocate');
const STILL_NOT = unschedulable('still not schedulable');
const DEALLOCATED = unschedulable('deallocation of ResourceClaim completed');
const NOT_FOUND = failed(new Error('not found'));
const ELSEWHERE = unresolvable('resourceclaim not available on the node');
const NOT_ALL = unresolvable('cannot allocate all claims');

interface ClaimState {
  claim: KubeObject;
  /** Where the devices that it has got can be used; undefined: everywhere. */
  reach?: NodeSelector;
  /** Devices chosen in this cycle. */
  given?: Allocation;
}

interface State {
  claims: ClaimState[];
  allocator?: DeviceAllocator;
  /** What each node would give the claims that have nothing yet, in their order. */
  byNode: Map<string, Allocation[]>;
  /** Allocated claims that kept some node out. */
  unavailable: Set<ClaimState>;
}

/** Pods that refer to ResourceClaims get a node on which devices for all of them can be had; the devices are given out with the node. */
export function dynamicResources(x: PluginContext): SchedulerPlugin {
  // Devices that one profile is giving out are taken for all.
  const known = x.shared(STATE, () => new DeviceClaims(x.caches));
  const selectors = new DeviceSelectors();
  const writer = new ClaimWriter(x.client, x.clock);
  const claimsOf = (pod: KubeObject): readonly KubeObject[] | string => resourceClaimsOf(pod, known.claims);

  const claimChange = (pod: PodInfo, e: ClusterEvent): boolean => {
    const claims = claimsOf(pod.pod);
    if (typeof claims === 'string') return false;
    // Devices have become free.
    if (e.old && allocationOf(e.old) && !allocationOf(e.now!)) return true;
    if (!claims.some((c) => c.metadata.uid === e.now!.metadata.uid)) return false;
    return !e.old || !sameJson(e.old['status'] ?? {}, e.now!['status'] ?? {});
  };

  /** Why a claim that has no devices cannot get any, whatever the node. */
  const hopeless = (claim: KubeObject): Verdict | undefined => {
    if (known.isPending(claim)) return unresolvable(`resource claim ${keyOf(claim)} is in the process of being allocated`);
    for (const r of devicesOf(claim).requests ?? []) {
      const wanted = r.exactly ? [{ name: r.name, of: r.exactly.deviceClassName }] : (r.firstAvailable ?? []).map((a) => ({ name: `${r.name}/${a.name}`, of: a.deviceClassName }));
      const lost = wanted.find((w) => !known.deviceClass(w.of));
      if (lost) return unresolvable(`request ${lost.name}: device class ${lost.of} does not exist`);
    }
    return undefined;
  };

  return {
    name: 'DynamicResources',
    requeueOn: [
      'node/add',
      'node/label',
      'node/allocatable',
      { on: 'resource-claim/add', when: claimChange },
      { on: 'resource-claim/update', when: claimChange },
      { on: 'pod/claims', when: (pod, e) => e.now?.metadata.uid === pod.uid && typeof claimsOf(e.now) !== 'string' },
      'device-class/add',
      'device-class/update',
      'resource-slice/add',
      'resource-slice/update',
    ],
    preEnqueue(pod) {
      const claims = claimsOf(pod.pod);
      return typeof claims === 'string' ? unresolvable(claims) : undefined;
    },
    preFilter(state, pod) {
      const s: State = { claims: [], byNode: new Map(), unavailable: new Set() };
      state.set(STATE, s);
      const claims = claimsOf(pod.pod);
      if (typeof claims === 'string') return unresolvable(claims);
      if (!claims.length) return SKIP;
      for (const claim of claims) {
        const has = allocationOf(claim);
        if (has && !usableBy(claim, pod.uid)) return unresolvable('resourceclaim in use');
        const why = has ? undefined : hopeless(claim);
        if (why) return why;
        s.claims.push({ claim, ...(has?.nodeSelector ? { reach: new NodeSelector(has.nodeSelector.nodeSelectorTerms) } : {}) });
      }
      if (s.claims.some((c) => !allocationOf(c.claim))) s.allocator = new DeviceAllocator(known.devicePools(), known.devicesInUse(), (name) => known.deviceClass(name), selectors);
      return undefined;
    },
    filter(state, _, node) {
      const s = state.get<State>(STATE)!;
      const out = s.claims.filter((c) => c.reach && !c.reach.matches(node));
      if (out.length) {
        for (const c of out) s.unavailable.add(c);
        return ELSEWHERE;
      }
      if (!s.allocator) return undefined;
      try {
        const given = s.allocator.allocate(s.claims.filter((c) => !allocationOf(c.claim)).map((c) => c.claim), node);
        if (!given) return NOT_ALL;
        s.byNode.set(node.name, given);
        return undefined;
      } catch (e) {
        return e instanceof NodeRefusal ? unresolvable(e.message) : failed(e as Error);
      }
    },
    postFilter(state) {
      const s = state.get<State>(STATE);
      if (!s) return { verdict: NOT_FOUND };
      if (!s.claims.length) return { verdict: NO_CLAIMS };
      for (const { claim } of s.unavailable) {
        if (usersOf(claim).length) continue;
        // The write comes back as an event that puts the pod into the queue again.
        writer.deallocate(claim).catch((err: unknown) => x.log.warn({ err, claim: keyOf(claim) }, 'devices could not be taken away from a claim'));
        return { verdict: DEALLOCATED };
      }
      return { verdict: STILL_NOT };
    },
    reserve(state, _, nodeName) {
      const s = state.get<State>(STATE);
      const open = s?.claims.filter((c) => !allocationOf(c.claim)) ?? [];
      const given = open.length ? s!.byNode.get(nodeName) : [];
      if (!given) return failed(new Error('claim allocation not found for node'));
      open.forEach((c, i) => {
        c.given = given[i]!;
        known.assume(c.claim, c.given);
      });
      return undefined;
    },
    unreserve(state, pod) {
      for (const c of state.get<State>(STATE)?.claims ?? []) {
        if (c.given) known.forget(c.claim);
        if (!usersOf(c.claim).some((u) => u.uid === pod.uid)) continue;
        writer.release(c.claim, pod.uid).catch((err: unknown) => x.log.warn({ err, claim: keyOf(c.claim) }, 'a claim could not be released'));
      }
    },
    willPreBind: (state) => (state.get<State>(STATE)?.claims.length ?? 0) > 0,
    async preBind(state, pod) {
      const s = state.get<State>(STATE);
      if (!s?.claims.length) return SKIP;
      for (const c of s.claims) {
        if (usersOf(c.claim).some((u) => u.uid === pod.uid)) continue;
        try {
          c.claim = await writer.bind(known.latest(c.claim) ?? c.claim, c.given, pod);
        } catch (e) {
          return failed(e as Error);
        }
      }
      return undefined;
    },
  };
}
