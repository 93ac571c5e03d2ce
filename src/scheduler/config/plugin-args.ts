import type { Shape } from './shape';
import { check, list, mapping, oneOf, text, whole, yesNo } from './shape';

const TYPE = { apiVersion: text, kind: text };
const expressions = list(mapping({ key: text, operator: oneOf('In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'), values: list(text) }, 'key', 'operator'));
const fields = list(mapping({ key: oneOf('metadata.name'), operator: oneOf('In', 'NotIn'), values: list(text) }, 'key', 'operator'));
const term = mapping({ matchExpressions: expressions, matchFields: fields });
const resources = list(mapping({ name: text, weight: whole(0, 100) }, 'name'));
const points = list(mapping({ utilization: whole(0, 100), score: whole(0, 10) }));

/** The arguments of the plugins that take some: v1.<Plugin>Args of KubeSchedulerConfiguration. */
const SHAPES: Readonly<Record<string, Shape>> = {
  DefaultPreemption: mapping({ ...TYPE, minCandidateNodesPercentage: whole(0, 100), minCandidateNodesAbsolute: whole(0) }),
  InterPodAffinity: mapping({ ...TYPE, hardPodAffinityWeight: whole(0, 100), ignorePreferredTermsOfExistingPods: yesNo }),
  NodeAffinity: mapping({
    ...TYPE,
    addedAffinity: mapping({
      requiredDuringSchedulingIgnoredDuringExecution: mapping({ nodeSelectorTerms: list(term) }, 'nodeSelectorTerms'),
      preferredDuringSchedulingIgnoredDuringExecution: list(mapping({ weight: whole(1, 100), preference: term }, 'weight', 'preference')),
    }),
  }),
  NodeResourcesBalancedAllocation: mapping({ ...TYPE, resources }),
  NodeResourcesFit: mapping({
    ...TYPE,
    ignoredResources: list(text),
    ignoredResourceGroups: list(text),
    scoringStrategy: mapping({ type: oneOf('LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio'), resources, requestedToCapacityRatio: mapping({ shape: points }, 'shape') }, 'type'),
  }),
  PodTopologySpread: mapping({
    ...TYPE,
    defaultConstraints: list(
      mapping(
        {
          maxSkew: whole(1),
          topologyKey: text,
          whenUnsatisfiable: oneOf('DoNotSchedule', 'ScheduleAnyway'),
          minDomains: whole(1),
          nodeAffinityPolicy: oneOf('Honor', 'Ignore'),
          nodeTaintsPolicy: oneOf('Honor', 'Ignore'),
          matchLabelKeys: list(text),
        },
        'maxSkew',
        'topologyKey',
        'whenUnsatisfiable',
      ),
    ),
    defaultingType: oneOf('System', 'List'),
  }),
  VolumeBinding: mapping({ ...TYPE, bindTimeoutSeconds: whole(0) }),
};

type Args = Record<string, unknown>;
type More = (args: Args, at: (field: string) => string, problems: string[]) => void;

/** What no shape can say. */
const RULES: Readonly<Record<string, More>> = {
  DefaultPreemption(args, at, problems) {
    if (args['minCandidateNodesPercentage'] === 0 && args['minCandidateNodesAbsolute'] === 0) {
      problems.push(`${at('minCandidateNodesPercentage')}: must not be 0 while minCandidateNodesAbsolute is 0, too: no node would be looked at`);
    }
  },
  NodeAffinity(args, at, problems) {
    const added = args['addedAffinity'] as { requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms: Term[] }; preferredDuringSchedulingIgnoredDuringExecution?: { preference: Term }[] } | undefined;
    const required = added?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
    const path = at('addedAffinity');
    if (required && !required.length) problems.push(`${path}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: must have at least one term`);
    required?.forEach((t, i) => checkValues(t, `${path}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${i}]`, problems));
    added?.preferredDuringSchedulingIgnoredDuringExecution?.forEach((p, i) => checkValues(p.preference, `${path}.preferredDuringSchedulingIgnoredDuringExecution[${i}].preference`, problems));
  },
  NodeResourcesBalancedAllocation(args, at, problems) {
    const given = (args['resources'] ?? []) as { name: string; weight?: number }[];
    given.forEach((r, i) => {
      if (given.findIndex((o) => o.name === r.name) < i) problems.push(`${at('resources')}[${i}].name: ${r.name} is named twice`);
      if ((r.weight || 1) !== 1) problems.push(`${at('resources')}[${i}].weight: must be 1, not ${r.weight}`);
    });
  },
  NodeResourcesFit(args, at, problems) {
    for (const [i, group] of ((args['ignoredResourceGroups'] ?? []) as string[]).entries()) {
      if (group.includes('/')) problems.push(`${at('ignoredResourceGroups')}[${i}]: must be what stands before the slash of a resource's name, not ${group}`);
    }
    const strategy = args['scoringStrategy'] as { type: string; requestedToCapacityRatio?: { shape: { utilization?: number }[] } } | undefined;
    if (!strategy) return;
    const ratio = `${at('scoringStrategy')}.requestedToCapacityRatio`;
    if (strategy.type !== 'RequestedToCapacityRatio') {
      if (strategy.requestedToCapacityRatio) problems.push(`${ratio}: belongs to the type RequestedToCapacityRatio only, not to ${strategy.type}`);
      return;
    }
    const shape = strategy.requestedToCapacityRatio?.shape;
    if (!shape?.length) problems.push(`${ratio}.shape: must have at least one point when the type is RequestedToCapacityRatio`);
    const falls = (shape ?? []).findIndex((p, i) => i > 0 && (shape![i - 1]!.utilization ?? 0) >= (p.utilization ?? 0));
    if (falls > 0) problems.push(`${ratio}.shape[${falls}].utilization: must be greater than that of the point before`);
  },
  PodTopologySpread(args, at, problems) {
    const constraints = (args['defaultConstraints'] ?? []) as { topologyKey: string; whenUnsatisfiable: string }[];
    if (constraints.length && (args['defaultingType'] ?? 'System') === 'System') problems.push(`${at('defaultingType')}: must be List when there are defaultConstraints`);
    constraints.forEach((c, i) => {
      if (constraints.findIndex((o) => o.topologyKey === c.topologyKey && o.whenUnsatisfiable === c.whenUnsatisfiable) < i) {
        problems.push(`${at('defaultConstraints')}[${i}]: there is a constraint with the topologyKey ${c.topologyKey} and ${c.whenUnsatisfiable} already`);
      }
    });
  },
};

interface Term {
  matchExpressions?: { operator: string; values?: string[] }[];
  matchFields?: { operator: string; values?: string[] }[];
}

/** Whether each operator has the values that it needs. */
function checkValues(t: Term, path: string, problems: string[]): void {
  for (const part of ['matchExpressions', 'matchFields'] as const) {
    t[part]?.forEach((e, i) => {
      const n = e.values?.length ?? 0;
      const at = `${path}.${part}[${i}].values`;
      if (e.operator === 'In' || e.operator === 'NotIn' ? n === 0 : false) problems.push(`${at}: must have at least one value for the operator ${e.operator}`);
      else if ((e.operator === 'Exists' || e.operator === 'DoesNotExist') && n > 0) problems.push(`${at}: must be empty for the operator ${e.operator}`);
      else if ((e.operator === 'Gt' || e.operator === 'Lt') && !(n === 1 && /^-?\d+$/.test(e.values![0]!))) problems.push(`${at}: must be one whole number for the operator ${e.operator}`);
      else if (part === 'matchFields' && n > 1) problems.push(`${at}: must be one node name`);
    });
  }
}

/** Appends what is wrong about a plugin's arguments; see ValidateXArgs upstream. */
export function checkPluginArgs(plugin: string, args: Args, path: string, problems: string[]): void {
  const shape = SHAPES[plugin];
  if (!shape) {
    problems.push(`${path}: ${plugin} takes no arguments; those that take some are: ${Object.keys(SHAPES).join(', ')}`);
    return;
  }
  const before = problems.length;
  check(shape, args, path, problems);
  if (problems.length > before) return;
  if (args['kind'] !== undefined && args['kind'] !== `${plugin}Args`) problems.push(`${path}.kind: must be ${plugin}Args, not ${args['kind'] as string}`);
  RULES[plugin]?.(args, (field) => `${path}.${field}`, problems);
}
