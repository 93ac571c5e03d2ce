import { ADDONS, LOG_FORMATS, LOG_LEVELS, OptionsError, completed, componentName, selectedComponents } from './options';
import { IsArray, IsBoolean, IsIn, IsInt, IsOptional, IsString, Matches, Max, Min } from './validators';

/** What can be set about components that run in a process of their own, with its defaults. Checked by validateRunOptions. */
export class RunOptions {
  @IsArray({ message: 'components must be a list of names separated by commas' })
  @IsString({ each: true, message: 'components must be a list of names separated by commas' })
  components: string[] = ['*'];

  /** File that tells how to reach the API server; undefined: the user's own. */
  @IsOptional()
  @IsString({ message: 'kubeconfig must be the name of a file' })
  @Matches(/./, { message: 'kubeconfig must be the name of a file' })
  kubeconfig?: string;

  /** Context of that file; undefined: its current one. */
  @IsOptional()
  @IsString({ message: 'context must be the name of a context of the kubeconfig' })
  @Matches(/./, { message: 'context must be the name of a context of the kubeconfig' })
  context?: string;

  /** File with the cluster's keys, as up keeps it in its data folder; undefined: nothing is signed. */
  @IsOptional()
  @IsString({ message: 'keys must be the name of a file' })
  @Matches(/./, { message: 'keys must be the name of a file' })
  keys?: string;

  /** Components of other add-ons run only when they are named. */
  @IsArray({ message: 'addons must be a list of names separated by commas' })
  @IsIn(ADDONS, { each: true, message: `addons must be among: ${ADDONS.join(', ')}` })
  addons: string[] = ['storage', 'cloud'];

  @IsInt({ message: 'nodes must be a whole number from 0 to 10000' })
  @Min(0, { message: 'nodes must be a whole number from 0 to 10000' })
  @Max(10000, { message: 'nodes must be a whole number from 0 to 10000' })
  nodes = 3;

  /** Nodes that others create are simulated too. */
  @IsBoolean({ message: 'adopt-nodes must be true or false' })
  adoptNodes = true;

  /** File with a KubeSchedulerConfiguration; undefined: kube-scheduler's defaults. */
  @IsOptional()
  @IsString({ message: 'scheduler-config must be the name of a file' })
  @Matches(/./, { message: 'scheduler-config must be the name of a file' })
  schedulerConfig?: string;

  @IsArray({ message: 'stages must be a list of files' })
  @IsString({ each: true, message: 'stages must be a list of files' })
  stages: string[] = [];

  /** Folder of pods that the nodes run on their own account; undefined: they run none. */
  @IsOptional()
  @IsString({ message: 'static-pods must be the name of a folder' })
  @Matches(/./, { message: 'static-pods must be the name of a folder' })
  staticPods?: string;

  @IsIn(LOG_LEVELS, { message: `log-level must be one of: ${LOG_LEVELS.join(', ')}` })
  logLevel: (typeof LOG_LEVELS)[number] = 'warn';

  @IsIn(LOG_FORMATS, { message: `log-format must be one of: ${LOG_FORMATS.join(', ')}` })
  logFormat: (typeof LOG_FORMATS)[number] = 'pretty';
}

/**
 * Completes and checks the options of `kubernest run`. Components that sign (`signing`) need the keys: without them they are left out,
 * as kube-controller-manager does, unless they were named. @throws OptionsError naming every option that is wrong and what is allowed
 */
export function validateRunOptions(given: Partial<RunOptions>, all: readonly string[], signing: readonly string[]): RunOptions {
  const o = completed(new RunOptions(), ['kubeconfig', 'context', 'keys', 'schedulerConfig', 'staticPods'], given, all);
  if (!selectedComponents(o.components, all).length) throw new OptionsError([`--components ${o.components.join(',')}: nothing is left to run; there are: ${all.join(', ')}`]);
  if (o.keys !== undefined) return o;
  const named = signing.filter((n) => o.components.some((c) => !c.startsWith('-') && componentName(c) === n));
  if (named.length) throw new OptionsError(named.map((n) => `--components ${n}: signs with the keys of the cluster, give them by --keys FILE (pki.json in its data folder)`));
  return { ...o, components: [...o.components, ...signing.map((n) => `-${n}`)] };
}
