import type { ClusterCache } from '../cache/cluster-cache';
import type { NodeInfo } from '../cache/node-info';
import type { PodInfo } from '../cache/pod-info';
import type { Nominator } from '../queue/nominator';
import type { QueuedPod } from '../queue/queued-pod';
import type { CycleState } from './cycle-state';
import type { Diagnosis } from './diagnosis';
import type { ExtensionPoint } from './extension-points';
import type { OnlyNodes, PostFilterResult, SchedulerPlugin } from './plugin';
import type { Verdict } from './verdict';
import { failed, isRejected, messageOf, unresolvable, unschedulable } from './verdict';

/** Plugins by the points at which they take part, in order. */
export interface FrameworkPlugins {
  /** Each once, also those that take part nowhere. */
  all: readonly SchedulerPlugin[];
  at: Readonly<Record<ExtensionPoint, readonly SchedulerPlugin[]>>;
  /** Weight of a plugin's score, at least 1. */
  weightOf(name: string): number;
}

type With<K extends keyof SchedulerPlugin> = SchedulerPlugin & Required<Pick<SchedulerPlugin, K>>;

/** What running the preFilters gave: the nodes that come into question, or who refused the pod. */
export interface PreFilterOutcome {
  nodes?: ReadonlySet<string>;
  /** Plugins that narrowed the nodes down. */
  narrowedBy: ReadonlySet<string>;
  verdict?: Verdict;
  plugin?: string;
}

/** The plugins of one profile, sorted by hook, and how their answers are put together. */
export class Framework {
  readonly plugins: readonly SchedulerPlugin[];
  readonly preEnqueuePlugins: readonly With<'preEnqueue'>[];
  readonly less: (a: QueuedPod, b: QueuedPod) => boolean;
  private readonly preFilters: readonly With<'preFilter'>[];
  private readonly filters: readonly With<'filter'>[];
  private readonly postFilters: readonly With<'postFilter'>[];
  private readonly preScores: readonly With<'preScore'>[];
  private readonly scores: readonly { plugin: With<'score'>; weight: number }[];
  private readonly reserves: readonly SchedulerPlugin[];
  private readonly permits: readonly With<'permit'>[];
  private readonly preBinds: readonly With<'preBind'>[];
  private readonly binds: readonly With<'bind'>[];
  private readonly postBinds: readonly With<'postBind'>[];
  private buffers: Float64Array[] = [];

  constructor(
    readonly schedulerName: string,
    chosen: FrameworkPlugins,
    /** Share of the nodes to score; 0: by the size of the cluster. */
    readonly percentageOfNodesToScore: number,
    private readonly cache: ClusterCache,
    private readonly nominator: Nominator,
  ) {
    this.plugins = chosen.all;
    const { at } = chosen;
    // Who takes part at a point has the hook of that name.
    const having = <K extends ExtensionPoint & keyof SchedulerPlugin>(hook: K): With<K>[] => at[hook] as readonly SchedulerPlugin[] as With<K>[];
    const sorters = at.queueSort;
    if (sorters.length !== 1) throw new Error(`profile "${schedulerName}" has ${sorters.length} plugins that order the queue: enable one at queueSort, such as PrioritySort`);
    this.less = (a, b) => sorters[0]!.less!(a, b);
    this.preEnqueuePlugins = having('preEnqueue');
    this.preFilters = having('preFilter');
    this.filters = having('filter');
    this.postFilters = having('postFilter');
    this.preScores = having('preScore');
    this.scores = having('score').map((plugin) => ({ plugin, weight: chosen.weightOf(plugin.name) }));
    this.reserves = at.reserve;
    this.permits = having('permit');
    this.preBinds = having('preBind');
    this.binds = having('bind');
    if (!this.binds.length) throw new Error(`profile "${schedulerName}" has no plugin that binds pods: enable DefaultBinder`);
    this.postBinds = having('postBind');
  }

  get hasScores(): boolean {
    return this.scores.length > 0;
  }

  preFilter(state: CycleState, pod: PodInfo): PreFilterOutcome {
    const narrowedBy = new Set<string>();
    let nodes: ReadonlySet<string> | undefined;
    let refusal: { verdict: Verdict; plugin: string } | undefined;
    for (const plugin of this.preFilters) {
      const answer = plugin.preFilter(state, pod);
      if (answer === undefined) continue;
      if (isOnlyNodes(answer)) {
        narrowedBy.add(plugin.name);
        const narrower: ReadonlySet<string> = nodes ? new Set([...nodes].filter((n) => answer.nodes.has(n))) : answer.nodes;
        nodes = narrower;
        if (narrower.size === 0) return { nodes, narrowedBy, verdict: unresolvable(emptyMessage(narrowedBy)) };
        continue;
      }
      if (answer.code === 'skip') state.skipFilter.add(plugin.name);
      else if (answer.code === 'unschedulable') refusal = { verdict: answer, plugin: plugin.name };
      else return { narrowedBy, verdict: answer.code === 'error' ? wrap('PreFilter', plugin.name, answer) : answer, plugin: plugin.name };
    }
    return { ...(nodes ? { nodes } : {}), narrowedBy, ...refusal };
  }

  /** The filters that have something to say in this cycle. */
  filtersFor(state: CycleState): readonly With<'filter'>[] {
    return state.skipFilter.size === 0 ? this.filters : this.filters.filter((p) => !state.skipFilter.has(p.name));
  }

  /**
   * The first refusal of a pod on a node. Pods of the same or higher priority that are nominated for the node are taken for running;
   * the pod must fit with them and without. `onRefusal` learns which plugin it was.
   */
  runFilters(
    filters: readonly With<'filter'>[],
    state: CycleState,
    pod: PodInfo,
    node: NodeInfo,
    onRefusal?: (plugin: string, v: Verdict) => void,
  ): Verdict | undefined {
    if (!this.nominator.empty) {
      const all = this.nominator.forNode(node.name);
      const nominated = all.length ? all.filter((p) => p.priority >= pod.priority && p.uid !== pod.uid) : all;
      if (nominated.length) {
        for (const p of nominated) this.cache.tryAdd(p, node);
        let v: Verdict | undefined;
        try {
          v = once(filters, state, pod, node, onRefusal);
        } finally {
          for (const p of nominated) this.cache.tryRemove(p, node);
        }
        if (v) return v;
      }
    }
    return once(filters, state, pod, node, onRefusal);
  }

  postFilter(state: CycleState, pod: PodInfo, diagnosis: Diagnosis): PostFilterResult {
    const reasons: string[] = [];
    let nominate: string | undefined;
    for (const plugin of this.postFilters) {
      const r = plugin.postFilter(state, pod, diagnosis);
      if (!r.verdict || r.verdict.code === 'unresolvable' || r.verdict.code === 'error') return r;
      if (r.nominate !== undefined) nominate = r.nominate;
      reasons.push(...r.verdict.reasons);
    }
    return { ...(nominate === undefined ? {} : { nominate }), verdict: unschedulable(...reasons) };
  }

  get hasPostFilters(): boolean {
    return this.postFilters.length > 0;
  }

  /** Weighted sums of all scores, one per node; the array is only good until the next call. `told` hears each plugin's scores before and after normalizing. */
  score(state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[], told?: ScoreListener): { totals: Float64Array } | Verdict {
    for (const plugin of this.preScores) {
      const v = plugin.preScore(state, pod, nodes);
      if (v?.code === 'skip') state.skipScore.add(plugin.name);
      else if (v) return wrap('PreScore', plugin.name, v);
    }
    const [totals, scores] = this.scratch(nodes.length);
    totals.fill(0, 0, nodes.length);
    for (const { plugin, weight } of this.scores) {
      if (state.skipScore.has(plugin.name)) continue;
      for (let i = 0; i < nodes.length; i++) scores[i] = plugin.score(state, pod, nodes[i]!);
      const raw = told && scores.slice();
      plugin.normalize?.(state, pod, scores, nodes);
      if (raw) told(plugin.name, weight, raw, scores);
      for (let i = 0; i < nodes.length; i++) {
        const s = scores[i]!;
        if (!(s >= 0 && s <= 100)) {
          return failed(new Error(`plugin "${plugin.name}" returns an invalid score ${s}, it should in the range of [0, 100] after normalizing`));
        }
        totals[i]! += s * weight;
      }
    }
    return { totals };
  }

  reserve(state: CycleState, pod: PodInfo, nodeName: string): { plugin: string; verdict: Verdict } | undefined {
    for (const plugin of this.reserves) {
      const v = plugin.reserve?.(state, pod, nodeName);
      if (v) return { plugin: plugin.name, verdict: v };
    }
    return undefined;
  }

  unreserve(state: CycleState, pod: PodInfo, nodeName: string): void {
    for (let i = this.reserves.length - 1; i >= 0; i--) this.reserves[i]!.unreserve?.(state, pod, nodeName);
  }

  /** Who wants to be waited for, or the first refusal. */
  permit(state: CycleState, pod: PodInfo, nodeName: string): { plugin: string; verdict: Verdict } | { waitFor: Map<string, number> } {
    const waitFor = new Map<string, number>();
    for (const plugin of this.permits) {
      const { verdict, timeout } = plugin.permit(state, pod, nodeName);
      if (verdict?.code === 'wait') waitFor.set(plugin.name, Math.min(timeout ?? MAX_WAIT, MAX_WAIT));
      else if (verdict) return { plugin: plugin.name, verdict: isRejected(verdict) ? verdict : wrap('Permit', plugin.name, verdict) };
    }
    return { waitFor };
  }

  /** Whether a pod will wait between its node and its binding (RunPreBindPreFlights upstream). */
  willPreBind(state: CycleState, pod: PodInfo, nodeName: string): boolean {
    return this.preBinds.some((p) => p.willPreBind?.(state, pod, nodeName) ?? true);
  }

  async preBind(state: CycleState, pod: PodInfo, nodeName: string): Promise<{ plugin: string; verdict: Verdict } | undefined> {
    for (const plugin of this.preBinds) {
      const v = await plugin.preBind(state, pod, nodeName);
      if (v && v.code !== 'skip') return { plugin: plugin.name, verdict: isRejected(v) ? v : wrap('PreBind', plugin.name, v) };
    }
    return undefined;
  }

  async bind(state: CycleState, pod: PodInfo, nodeName: string): Promise<{ plugin: string; verdict: Verdict } | undefined> {
    for (const plugin of this.binds) {
      const v = await plugin.bind(state, pod, nodeName);
      if (v?.code === 'skip') continue;
      return v && { plugin: plugin.name, verdict: isRejected(v) ? v : wrap('Bind', plugin.name, v) };
    }
    return { plugin: '', verdict: failed(new Error('no plugin has bound the pod')) };
  }

  postBind(state: CycleState, pod: PodInfo, nodeName: string): void {
    for (const plugin of this.postBinds) plugin.postBind(state, pod, nodeName);
  }

  private scratch(n: number): [Float64Array, Float64Array] {
    if ((this.buffers[0]?.length ?? -1) < n) this.buffers = [new Float64Array(n), new Float64Array(n)];
    return [this.buffers[0]!, this.buffers[1]!];
  }
}

/** Hears the scores of one plugin, in the order of the nodes; the arrays may be longer and are only good during the call. */
export type ScoreListener = (plugin: string, weight: number, raw: Float64Array, normalized: Float64Array) => void;

const MAX_WAIT = 15 * 60_000;

function once(
  filters: readonly With<'filter'>[],
  state: CycleState,
  pod: PodInfo,
  node: NodeInfo,
  onRefusal?: (plugin: string, v: Verdict) => void,
): Verdict | undefined {
  for (let i = 0; i < filters.length; i++) {
    const plugin = filters[i]!;
    const v = plugin.filter(state, pod, node);
    if (v === undefined) continue;
    if (v.code === 'error') return wrap('Filter', plugin.name, v);
    onRefusal?.(plugin.name, v);
    return v;
  }
  return undefined;
}

function isOnlyNodes(answer: Verdict | OnlyNodes): answer is OnlyNodes {
  return 'nodes' in answer;
}

function wrap(hook: string, plugin: string, v: Verdict): Verdict {
  return failed(new Error(`running ${hook} plugin "${plugin}": ${messageOf(v)}`, { cause: v.error }));
}

function emptyMessage(plugins: ReadonlySet<string>): string {
  const names = [...plugins].sort();
  return names.length === 1 ? `node(s) didn't satisfy plugin ${names[0]}` : `node(s) didn't satisfy plugin(s) [${names.join(' ')}] simultaneously`;
}
