import { isPodAvailable, isPodReady } from '../shared/pod';
import { REVISION_HASH_LABEL } from '../shared/revisions';
import type { Node, Pod } from '../shared/types';
import type { Placement } from './daemon-pod';
import { byAge, isUpdated, updateLimits } from './daemon-pod';
import type { DaemonSet } from './types';

/** Nodes that get a pod, and pods that go. */
export interface Plan {
  create: string[];
  delete: Pod[];
}

export interface View {
  ds: DaemonSet;
  hash: string;
  placement: Placement;
  nodes: readonly Node[];
  /** Daemon pods by the node they are on or meant for. */
  byNode: ReadonlyMap<string, readonly Pod[]>;
  now: number;
  /** A failed pod of the node may be replaced now; false: it is put off. */
  mayReplaceFailed(node: string): boolean;
  /** Tells of pods that have ended. */
  ended(pod: Pod, node: string): void;
}

/** One pod on every node that should have one, none elsewhere. */
export function planNodes(v: View): Plan {
  const plan: Plan = { create: [], delete: [] };
  for (const node of v.nodes) planNode(v, node, plan);
  // Pods that wait for a node that is gone.
  const names = new Set(v.nodes.map((n) => n.metadata.name));
  for (const [node, pods] of v.byNode) if (!names.has(node)) plan.delete.push(...pods.filter((p) => !p.spec.nodeName && !p.metadata.deletionTimestamp));
  return plan;
}

function planNode(v: View, node: Node, plan: Plan): void {
  const name = node.metadata.name!;
  const { run, stay } = v.placement.on(node);
  const pods = v.byNode.get(name);
  if (run && !pods) plan.create.push(name);
  else if (!stay) plan.delete.push(...(pods ?? []).filter((p) => !p.metadata.deletionTimestamp));
  else if (pods) planExisting(v, name, pods, run, plan);
}

function planExisting(v: View, node: string, pods: readonly Pod[], run: boolean, plan: Plan): void {
  const running: Pod[] = [];
  for (const p of pods) {
    if (p.metadata.deletionTimestamp) continue;
    const { phase } = p.status ?? {};
    if (phase !== 'Failed' && phase !== 'Succeeded') running.push(p);
    else if (phase === 'Succeeded' || v.mayReplaceFailed(node)) {
      v.ended(p, node);
      plan.delete.push(p);
    }
  }
  running.sort(byAge);
  if (updateLimits(v.ds, 1).surge === 0) {
    plan.delete.push(...running.slice(1));
    return;
  }
  if (running.length === 0 && run) plan.create.push(node);
  if (running.length <= 1) return;
  let fresh: Pod | undefined;
  let stale: Pod | undefined;
  for (const p of running) {
    if (p.metadata.labels?.[REVISION_HASH_LABEL] === v.hash && !fresh) fresh = p;
    else if (p.metadata.labels?.[REVISION_HASH_LABEL] !== v.hash && !stale) stale = p;
    else plan.delete.push(p);
  }
  if (fresh && stale && (!isPodReady(stale) || isPodAvailable(fresh, v.ds.spec.minReadySeconds ?? 0, v.now))) plan.delete.push(stale);
}

/** The next step of a rolling update, within its limits. */
export function planUpdate(v: View): Plan {
  const byNode = new Map(v.byNode);
  let wanted = 0;
  for (const n of v.nodes) {
    if (!v.placement.on(n).run) continue;
    wanted++;
    if (!byNode.has(n.metadata.name!)) byNode.set(n.metadata.name!, []);
  }
  const { surge, unavailable } = updateLimits(v.ds, wanted);
  return surge > 0 ? planSurge(v, byNode, wanted, surge) : planReplacements(v, byNode, unavailable);
}

function planReplacements(v: View, byNode: ReadonlyMap<string, readonly Pod[]>, most: number): Plan {
  let missing = 0;
  const allowed: Pod[] = [];
  const candidates: Pod[] = [];
  for (const pods of byNode.values()) {
    const found = split(v, pods);
    if (!found || Boolean(found.fresh) === Boolean(found.stale)) missing++;
    else if (found.fresh) missing += Number(!available(v, found.fresh));
    else if (!available(v, found.stale!)) {
      allowed.push(found.stale!);
      missing++;
    } else if (missing < most) candidates.push(found.stale!);
  }
  return { create: [], delete: [...allowed, ...candidates.slice(0, Math.max(0, most - missing))] };
}

function planSurge(v: View, byNode: ReadonlyMap<string, readonly Pod[]>, wanted: number, most: number): Plan {
  const plan: Plan = { create: [], delete: [] };
  const candidates: string[] = [];
  const misplaced: Pod[] = [];
  let extra = 0;
  let working = 0;
  for (const [node, pods] of byNode) {
    const found = split(v, pods);
    if (!found) {
      extra++;
      continue;
    }
    const { fresh, stale } = found;
    if ((stale ?? fresh) && available(v, (stale ?? fresh)!)) working++;
    if (!stale) continue;
    if (fresh) {
      if (available(v, fresh)) plan.delete.push(stale);
      else extra++;
      continue;
    }
    const object = v.nodes.find((n) => n.metadata.name === node);
    const run = object !== undefined && v.placement.on(object).run;
    if (!available(v, stale)) {
      if (run) plan.create.push(node);
      else plan.delete.push(stale);
    } else if (!run) misplaced.push(stale);
    else if (extra < most) candidates.push(node);
  }
  plan.delete.push(...misplaced.slice(0, Math.max(0, working - wanted)));
  plan.create.push(...candidates.slice(0, Math.max(0, most - extra)));
  return plan;
}

/** The pod of the present template and the one of an older; undefined when there are several of one kind. */
function split(v: View, pods: readonly Pod[]): { fresh?: Pod; stale?: Pod } | undefined {
  let fresh: Pod | undefined;
  let stale: Pod | undefined;
  for (const p of pods) {
    if (p.metadata.deletionTimestamp) continue;
    if (isUpdated(p, v.hash, v.ds)) {
      if (fresh) return undefined;
      fresh = p;
    } else {
      if (stale) return undefined;
      stale = p;
    }
  }
  return { fresh, stale };
}

function available(v: View, p: Pod): boolean {
  return isPodAvailable(p, v.ds.spec.minReadySeconds ?? 0, v.now);
}
