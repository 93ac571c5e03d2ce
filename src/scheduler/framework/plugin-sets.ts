import type { ExtensionPoint } from './extension-points';
import { EXTENSION_POINTS } from './extension-points';

/** A plugin named in a profile; the weight is that of its score, 1 when it is absent or 0. */
export interface NamedPlugin {
  name: string;
  weight?: number;
}

/** What a profile changes at one extension point; '*' in `disabled` stands for all default plugins. */
export interface PluginSet {
  enabled?: readonly NamedPlugin[];
  disabled?: readonly { name: string }[];
}

/** v1.Plugins of KubeSchedulerConfiguration: multiPoint is meant for every point at which the plugin can take part. */
export type PluginSets = Readonly<Partial<Record<ExtensionPoint | 'multiPoint', PluginSet>>>;

/** A profile's plugins after the defaults have been merged in. */
export interface ChosenPlugins {
  /** Every plugin that is made, in order. */
  all: readonly string[];
  at: Readonly<Record<ExtensionPoint, readonly string[]>>;
  weightOf(name: string): number;
}

/**
 * Which plugins take part where (mergePlugins and expandMultiPointPlugins upstream): at each point first those that override a plugin of
 * multiPoint, then the others of multiPoint, then those enabled at the point alone.
 * @param takesPart whether a plugin can take part at a point
 * @throws Error when a plugin is enabled twice, or at a point at which it has nothing to do
 */
export function choosePlugins(defaults: readonly NamedPlugin[], custom: PluginSets, takesPart: (name: string, point: ExtensionPoint) => boolean): ChosenPlugins {
  const multi = mergeDefaults(defaults, custom.multiPoint ?? {});
  twice(multi, 'multiPoint');
  const at = {} as Record<ExtensionPoint, string[]>;
  for (const point of EXTENSION_POINTS) at[point] = atPoint(multi, custom[point] ?? {}, point, takesPart);
  const named = [...multi, ...EXTENSION_POINTS.flatMap((p) => custom[p]?.enabled ?? [])].map((p) => p.name);
  const weights = [...(custom.score?.enabled ?? []), ...multi];
  return { all: [...new Set(named)], at, weightOf: (name) => weights.find((p) => p.name === name)?.weight || 1 };
}

/** Default plugins less the disabled ones, those named again with their new weight in their old place, then the rest. */
function mergeDefaults(defaults: readonly NamedPlugin[], set: PluginSet): NamedPlugin[] {
  const disabled = new Set(set.disabled?.map((d) => d.name));
  const enabled = set.enabled ?? [];
  const kept = disabled.has('*') ? [] : defaults.filter((d) => !disabled.has(d.name));
  const replaced = kept.map((d) => enabled.findLast((e) => e.name === d.name) ?? d);
  return [...replaced, ...enabled.filter((e) => !replaced.includes(e))];
}

function atPoint(multi: readonly NamedPlugin[], set: PluginSet, point: ExtensionPoint, takesPart: (name: string, point: ExtensionPoint) => boolean): string[] {
  const enabled = set.enabled ?? [];
  twice(enabled, point);
  const idle = enabled.find((e) => !takesPart(e.name, point));
  if (idle) throw new Error(`${point}.enabled: ${idle.name} has nothing to do at this extension point`);
  const own = enabled.map((e) => e.name);
  const disabled = new Set(set.disabled?.map((d) => d.name));
  if (disabled.has('*')) return own;
  const fromMulti = multi.map((m) => m.name).filter((name) => !disabled.has(name) && takesPart(name, point));
  const overriding = own.filter((name) => fromMulti.includes(name));
  return [...overriding, ...fromMulti.filter((name) => !own.includes(name)), ...own.filter((name) => !overriding.includes(name))];
}

function twice(plugins: readonly NamedPlugin[], point: string): void {
  const again = plugins.find((p, i) => plugins.findIndex((q) => q.name === p.name) < i);
  if (again) throw new Error(`${point}.enabled: ${again.name} is named twice`);
}
