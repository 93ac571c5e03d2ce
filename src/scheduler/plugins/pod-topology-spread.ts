import type { KubeObject } from '../../api/meta/object';
import { sameJson } from '../../client/equality';
import type { NodeInfo } from '../cache/node-info';
import { RequiredNodeAffinity } from '../../api/selectors/node-selector';
import type { PodInfo } from '../cache/pod-info';
import type { Tally } from '../cache/tally';
import type { Toleration } from '../../api/selectors/tolerations';
import type { ClusterEvent } from '../framework/cluster-event';
import type { PluginContext, SchedulerPlugin } from '../framework/plugin';
import { SKIP, unresolvable, unschedulable } from '../framework/verdict';
import { DefaultSelectors } from './default-selector';
import type { Constraint, ConstraintSpec } from './spread-constraint';
import { allNodesCount, compileConstraints, hasAllKeys, nodeCounts, tallyFor } from './spread-constraint';
import { preScoreSpread, SPREAD_SCORE, SpreadScore } from './spread-score';

const SKEW = unschedulable("node(s) didn't match pod topology spread constraints");
const LABEL = unresolvable("node(s) didn't match pod topology spread constraints (missing required label)");
const FILTER = 'PodTopologySpread/filter';

/** What every pod of a Service or workload gets when it says nothing itself. */
const SYSTEM_DEFAULTS: readonly ConstraintSpec[] = [
  { topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 5 },
];

interface SpreadArgs {
  defaultConstraints?: ConstraintSpec[];
  defaultingType?: 'System' | 'List';
}

/** Spreads pods of a kind over nodes, zones and the like: DoNotSchedule constraints filter, ScheduleAnyway ones score. */
export function podTopologySpread(x: PluginContext, args: SpreadArgs = {}): SchedulerPlugin {
  const system = (args.defaultingType ?? 'System') === 'System' && !args.defaultConstraints?.length;
  const defaults = system ? SYSTEM_DEFAULTS : (args.defaultConstraints ?? []);
  const selectors = defaults.length ? new DefaultSelectors(x.caches) : undefined;

  const constraintsOf = (pod: KubeObject, kind: string): Constraint[] => {
    const own = pod['spec'].topologySpreadConstraints as ConstraintSpec[] | undefined;
    if (own?.length) return compileConstraints(own, kind, pod);
    if (!defaults.some((d) => d.whenUnsatisfiable === kind)) return [];
    const selector = selectors?.of(pod);
    return selector ? compileConstraints(defaults, kind, pod, selector) : [];
  };
  const hard = (pod: PodInfo): Constraint[] => constraintsOf(pod.pod, 'DoNotSchedule');

  const placedChange = (pod: PodInfo, e: ClusterEvent): boolean => {
    const o = e.now ?? e.old!;
    if (o.metadata.namespace !== pod.namespace) return false;
    const selected = (labels: Record<string, string> | undefined, c: Constraint): boolean => c.selector.matches(labels);
    if (e.now && e.old) return hard(pod).some((c) => selected(e.now!.metadata.labels, c) !== selected(e.old!.metadata.labels, c));
    return hard(pod).some((c) => selected(o.metadata.labels, c));
  };
  const nodeChange = (pod: PodInfo, e: ClusterEvent): boolean => {
    const constraints = hard(pod);
    const has = (n: KubeObject | undefined): boolean => n !== undefined && hasAllKeys({ labels: n.metadata.labels ?? {} }, constraints);
    if (!e.old || !e.now) return has(e.now ?? e.old);
    if (has(e.old) !== has(e.now)) return true;
    if (!has(e.now)) return false;
    if (!sameJson(e.old['spec']?.taints ?? [], e.now['spec']?.taints ?? [])) return true;
    return constraints.some((c) => e.old!.metadata.labels![c.topologyKey] !== e.now!.metadata.labels![c.topologyKey]);
  };

  return {
    name: 'PodTopologySpread',
    requeueOn: [
      { on: 'assigned-pod/add', when: placedChange },
      { on: 'assigned-pod/delete', when: placedChange },
      { on: 'assigned-pod/label', when: placedChange },
      { on: 'pod/label', when: (pod, e) => e.now!.metadata.uid === pod.uid },
      { on: 'pod/toleration', when: (pod, e) => e.now!.metadata.uid === pod.uid && hard(pod).some((c) => c.honorsTaints) },
      { on: 'node/add', when: nodeChange },
      { on: 'node/delete', when: nodeChange },
      { on: 'node/label', when: nodeChange },
      { on: 'node/taint', when: nodeChange },
    ],
    preFilter(state, pod) {
      const constraints = hard(pod);
      if (!constraints.length) return SKIP;
      state.set(FILTER, new Domains(x, constraints, pod));
      return undefined;
    },
    filter(state, _, node) {
      return state.get<Domains>(FILTER)!.check(node);
    },
    preScore(state, pod, nodes) {
      const constraints = constraintsOf(pod.pod, 'ScheduleAnyway');
      if (!constraints.length) return SKIP;
      const keysRequired = !system || Boolean(pod.pod['spec'].topologySpreadConstraints?.length);
      state.set(SPREAD_SCORE, preScoreSpread(x.cache, constraints, pod, nodes, keysRequired));
      return undefined;
    },
    score: (state, _, node) => state.get<SpreadScore>(SPREAD_SCORE)!.score(node),
    normalize: (state, _, scores, nodes) => state.get<SpreadScore>(SPREAD_SCORE)!.normalize(scores, nodes),
  };
}

interface DomainState {
  c: Constraint;
  tally: Tally;
  self: number;
  version: number;
  counts: ReadonlyMap<string, number>;
  least: number;
}

/** Matching pods per domain of each constraint, brought up to date when pods are tried out. */
class Domains {
  private readonly states: DomainState[];
  private readonly affinity: RequiredNodeAffinity | undefined;
  private readonly all: boolean;

  constructor(
    private readonly x: PluginContext,
    private readonly constraints: readonly Constraint[],
    private readonly pod: PodInfo,
  ) {
    this.affinity = RequiredNodeAffinity.of(pod.pod);
    this.all = allNodesCount(x.cache, constraints, this.affinity, true);
    this.states = constraints.map((c) => ({
      c,
      tally: tallyFor(x.cache, c, pod.namespace),
      self: c.selector.matches(pod.labels) ? 1 : 0,
      version: -1,
      counts: new Map(),
      least: 0,
    }));
  }

  check(node: NodeInfo): typeof SKEW | undefined {
    for (const s of this.states) {
      const value = node.labels[s.c.topologyKey];
      if (value === undefined) return LABEL;
      if (s.version !== s.tally.version) this.refresh(s);
      if ((s.counts.get(value) ?? 0) + s.self - s.least > s.c.maxSkew) return SKEW;
    }
    return undefined;
  }

  private refresh(s: DomainState): void {
    s.version = s.tally.version;
    const domains = this.all ? this.everyDomain(s) : this.countedDomains(s);
    let least = Infinity;
    let n = 0;
    for (const value of domains) {
      n++;
      least = Math.min(least, s.counts.get(value) ?? 0);
    }
    // Fewer domains than wanted: the missing ones count as empty.
    s.least = n < s.c.minDomains ? 0 : n === 0 ? 2 ** 31 - 1 : least;
  }

  private everyDomain(s: DomainState): Iterable<string> {
    s.counts = s.tally.byValue(s.c.topologyKey);
    return this.x.cache.domains.of(s.c.topologyKey).values.keys();
  }

  private countedDomains(s: DomainState): Iterable<string> {
    const counts = new Map<string, number>();
    const tolerations = this.pod.pod['spec'].tolerations as Toleration[] | undefined;
    for (const node of this.x.cache.list()) {
      if (!hasAllKeys(node, this.constraints) || !nodeCounts(s.c, node, this.affinity, tolerations)) continue;
      const value = node.labels[s.c.topologyKey]!;
      counts.set(value, (counts.get(value) ?? 0) + (s.tally.byNode.get(node) ?? 0));
    }
    s.counts = counts;
    return counts.keys();
  }
}
