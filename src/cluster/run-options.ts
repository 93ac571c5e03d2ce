import { ComponentOptions } from './component-options';
import { OptionsError, completed, componentName, selectedComponents } from './options';
import { IsOptional, IsString, Matches } from './validators';

/** What can be set about components that run in a process of their own, with its defaults. Checked by validateRunOptions. */
export class RunOptions extends ComponentOptions {
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
