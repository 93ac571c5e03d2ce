import type { PluginSets } from './framework/plugin-sets';
import type { ProfileEntry } from './framework/registry';

/** A profile: what pods with this spec.schedulerName are scheduled by. Without further words the default plugins. */
export interface ProfileOptions {
  schedulerName: string;
  /** What is changed about the default plugins, by extension point. */
  plugins?: PluginSets;
  /** Arguments by plugin name, as in KubeSchedulerConfiguration's pluginConfig. */
  args?: Readonly<Record<string, Record<string, unknown>>>;
  /** 0 or absent: by the size of the cluster. */
  percentageOfNodesToScore?: number;
}

export interface SchedulerOptions {
  profiles?: readonly ProfileOptions[];
  /** First and longest time a pod that failed is held back, in milliseconds. */
  podInitialBackoff?: number;
  podMaxBackoff?: number;
  /** Requests to the server at a time. */
  parallelism?: number;
  /** Plugins beside the built-in ones, by name. */
  plugins?: readonly ProfileEntry[];
  /** reportingInstance of events is `<schedulerName>-<instance>`. */
  instance?: string;
}
