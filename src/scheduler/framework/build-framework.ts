import type { ProfileOptions } from '../options';
import type { CycleState } from './cycle-state';
import type { WeightedPlugin } from './framework';
import { Framework } from './framework';
import type { PluginContext } from './plugin';
import type { ProfileEntry } from './registry';
import { DEFAULT_PROFILE } from './registry';

/**
 * Makes the plugins of a profile.
 * @throws Error when the profile names a plugin that does not exist
 */
export function buildFramework(o: ProfileOptions, extra: readonly ProfileEntry[], x: Omit<PluginContext, 'fits'>): Framework {
  const known = new Map([...DEFAULT_PROFILE, ...extra].map((e) => [e.name, e]));
  const wanted = new Map((o.enabled ?? []).map((e) => [e.name, e]));
  for (const name of [...wanted.keys(), ...(o.disabled ?? []), ...Object.keys(o.args ?? {})]) {
    if (name !== '*' && !known.has(name)) throw new Error(`profile "${o.schedulerName}" names the plugin "${name}", which does not exist`);
  }
  const disabled = new Set(o.disabled ?? []);
  const entries = DEFAULT_PROFILE.filter((e) => wanted.has(e.name) || !(disabled.has(e.name) || disabled.has('*')));
  for (const name of wanted.keys()) if (!entries.some((e) => e.name === name)) entries.push(known.get(name)!);

  let last: { state: CycleState; filters: ReturnType<Framework['filtersFor']> } | undefined;
  const context: PluginContext = {
    ...x,
    fits(state, pod, node) {
      if (last?.state !== state) last = { state, filters: framework.filtersFor(state) };
      return framework.runFilters(last.filters, state, pod, node);
    },
  };
  const plugins = entries.map((e): WeightedPlugin => ({ plugin: e.make(context, o.args?.[e.name] ?? {}), weight: wanted.get(e.name)?.weight ?? e.weight }));
  const framework = new Framework(o.schedulerName, plugins, o.percentageOfNodesToScore ?? 0, x.cache, x.nominator);
  return framework;
}
