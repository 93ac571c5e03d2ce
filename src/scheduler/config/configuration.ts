import type { ExtensionPoint } from '../framework/extension-points';
import { EXTENSION_POINTS } from '../framework/extension-points';
import type { PluginSets } from '../framework/plugin-sets';
import { choosePlugins } from '../framework/plugin-sets';
import { DEFAULT_PROFILE } from '../framework/registry';
import type { ProfileOptions, SchedulerOptions } from '../options';
import { checkPluginArgs } from './plugin-args';
import { anything, check, list, mapping, text, whole, yesNo } from './shape';

const VERSION = 'kubescheduler.config.k8s.io/v1';
const KIND = 'KubeSchedulerConfiguration';
const ENTRIES = new Map(DEFAULT_PROFILE.map((e) => [e.name, e]));
/** Default plugins of kube-scheduler for what is not simulated; to leave them out is no mistake. */
const ABSENT = ['GangScheduling', 'NodeDeclaredFeatures', 'TopologyPlacementGenerator', 'PodGroupPodsCount'];

const named = mapping({ name: text, weight: whole(0) }, 'name');
const pluginSet = mapping({ enabled: list(named), disabled: list(named) });
const SHAPE = mapping(
  {
    apiVersion: text,
    kind: text,
    parallelism: whole(1),
    percentageOfNodesToScore: whole(0, 100),
    podInitialBackoffSeconds: whole(1),
    podMaxBackoffSeconds: whole(1),
    profiles: list(
      mapping({
        schedulerName: text,
        percentageOfNodesToScore: whole(0, 100),
        plugins: mapping(Object.fromEntries(['multiPoint', ...EXTENSION_POINTS].map((p) => [p, pluginSet]))),
        pluginConfig: list(mapping({ name: text, args: anything }, 'name')),
      }),
    ),
    // About the process of kube-scheduler, which there is none of here.
    leaderElection: anything,
    clientConnection: anything,
    enableProfiling: yesNo,
    enableContentionProfiling: yesNo,
    delayCacheUntilActive: yesNo,
  },
  'apiVersion',
  'kind',
);

interface Profile {
  schedulerName?: string;
  percentageOfNodesToScore?: number;
  plugins?: PluginSets;
  pluginConfig?: { name: string; args?: Record<string, unknown> }[];
}

interface Configuration {
  apiVersion: string;
  kind: string;
  percentageOfNodesToScore?: number;
  podInitialBackoffSeconds?: number;
  podMaxBackoffSeconds?: number;
  profiles?: Profile[];
}

/** A configuration that cannot be used: a sentence for each thing that is wrong, naming its field and what is allowed. */
export class ConfigurationError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/**
 * What a KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1), parsed from its file, asks of the scheduler. `parallelism`, leader
 * election and the connection are about a process of its own and change nothing here.
 * @throws ConfigurationError
 */
export function readConfiguration(value: unknown): SchedulerOptions {
  const problems: string[] = [];
  check(SHAPE, withoutNulls(value), '', problems);
  if (problems.length) throw new ConfigurationError(problems.map((p) => p.replace(/^: /, '')));
  const c = withoutNulls(value) as Configuration;
  if (c.apiVersion !== VERSION) problems.push(`apiVersion: must be ${VERSION}, not ${c.apiVersion}`);
  if (c.kind !== KIND) problems.push(`kind: must be ${KIND}, not ${c.kind}`);
  const first = c.podInitialBackoffSeconds ?? 1;
  const most = c.podMaxBackoffSeconds ?? 10;
  if (most < first) problems.push(`podMaxBackoffSeconds: must be at least podInitialBackoffSeconds, ${first}, not ${most}`);
  const profiles = c.profiles?.length ? c.profiles : [{}];
  profiles.forEach((p, i) => checkProfile(p, i, profiles, problems));
  if (problems.length) throw new ConfigurationError(problems);
  return {
    podInitialBackoff: first * 1000,
    podMaxBackoff: most * 1000,
    profiles: profiles.map((p) => profileOptions(p, p.percentageOfNodesToScore ?? c.percentageOfNodesToScore)),
  };
}

function profileOptions(p: Profile, percentage: number | undefined): ProfileOptions {
  return {
    schedulerName: p.schedulerName ?? 'default-scheduler',
    args: Object.fromEntries((p.pluginConfig ?? []).map((c) => [c.name, c.args ?? {}])),
    ...(p.plugins ? { plugins: p.plugins } : {}),
    ...(percentage === undefined ? {} : { percentageOfNodesToScore: percentage }),
  };
}

function checkProfile(p: Profile, i: number, all: readonly Profile[], problems: string[]): void {
  const path = `profiles[${i}]`;
  if (!p.schedulerName && all.length > 1) problems.push(`${path}.schedulerName: is required when there are several profiles`);
  const same = all.findIndex((o) => o.schedulerName === p.schedulerName);
  if (p.schedulerName && same < i) problems.push(`${path}.schedulerName: ${p.schedulerName} is the name of profiles[${same}], too`);
  if (JSON.stringify(p.plugins?.queueSort ?? {}) !== JSON.stringify(all[0]!.plugins?.queueSort ?? {})) problems.push(`${path}.plugins.queueSort: must be that of profiles[0]: all profiles share one queue`);
  const before = problems.length;
  for (const [point, set] of Object.entries(p.plugins ?? {})) {
    set.enabled?.forEach((e, j) => checkName(e.name, `${path}.plugins.${point}.enabled[${j}].name`, [], problems));
    set.disabled?.forEach((e, j) => checkName(e.name, `${path}.plugins.${point}.disabled[${j}].name`, ['*', ...ABSENT], problems));
  }
  if (problems.length === before) checkChosen(p.plugins ?? {}, `${path}.plugins`, problems);
  p.pluginConfig?.forEach((c, j) => {
    const at = `${path}.pluginConfig[${j}]`;
    if (p.pluginConfig!.findIndex((o) => o.name === c.name) < j) problems.push(`${at}.name: ${c.name} is configured twice`);
    if (checkName(c.name, `${at}.name`, [], problems)) checkPluginArgs(c.name, c.args ?? {}, `${at}.args`, problems);
  });
}

function checkName(name: string, path: string, alsoAllowed: readonly string[], problems: string[]): boolean {
  if (ENTRIES.has(name) || alsoAllowed.includes(name)) return true;
  problems.push(`${path}: there is no plugin ${name}; there are: ${[...ENTRIES.keys()].join(', ')}`);
  return false;
}

/** Whether what is enabled makes a scheduler. */
function checkChosen(sets: PluginSets, path: string, problems: string[]): void {
  let at: Readonly<Record<ExtensionPoint, readonly string[]>>;
  try {
    ({ at } = choosePlugins(DEFAULT_PROFILE, sets, (name, point) => ENTRIES.get(name)!.points.includes(point)));
  } catch (e) {
    problems.push(`${path}.${(e as Error).message}`);
    return;
  }
  if (at.queueSort.length !== 1) problems.push(`${path}.queueSort: exactly one plugin has to order the queue, such as PrioritySort; enabled are ${at.queueSort.length}`);
  if (!at.bind.length) problems.push(`${path}.bind: at least one plugin has to bind pods, such as DefaultBinder; none is enabled`);
  for (const [point, prepared] of [['filter', 'preFilter'], ['score', 'preScore']] as const) {
    const lost = at[point].filter((name) => ENTRIES.get(name)!.points.includes(prepared) && !at[prepared].includes(name));
    if (lost.length) problems.push(`${path}.${prepared}: ${lost.join(', ')} cannot ${point} without it; disable ${point}, too`);
  }
}

/** A copy without null, which YAML gives for `field:` with nothing behind it. */
function withoutNulls(v: unknown): unknown {
  if (Array.isArray(v)) return v.map(withoutNulls);
  if (typeof v !== 'object' || v === null) return v;
  return Object.fromEntries(Object.entries(v).filter(([, x]) => x !== null).map(([k, x]) => [k, withoutNulls(x)]));
}
