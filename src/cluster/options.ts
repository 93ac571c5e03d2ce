import { isIP } from 'node:net';
import type { ValidationOptions } from 'class-validator';
import { ComponentOptions } from './component-options';
import { IsBoolean, IsInt, IsOptional, IsString, Matches, Max, Min, ValidateBy, validateSync } from './validators';

/** How long the past is kept, as text: 90s, 5m, 2h, 7d or forever. */
const DURATION = /^(\d+(ms|s|m|h|d)|forever)$/;

function IsAddress(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy({ name: 'isAddress', validator: { validate: (v) => typeof v === 'string' && (v === 'localhost' || isIP(v) !== 0), defaultMessage: () => '$property must be an IP address of this machine, or localhost' } }, options);
}

/** Everything that can be set about a cluster, with its defaults. Checked by validateOptions. */
export class ClusterOptions extends ComponentOptions {
  @Matches(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, { message: 'name must be lower-case letters, digits and dashes, at most 63, beginning and ending with a letter or digit' })
  name = 'default';

  /** Folder of the cluster's data; undefined: the XDG data folder. */
  @IsOptional()
  @IsString({ message: 'data-dir must be the name of a folder' })
  @Matches(/./, { message: 'data-dir must be the name of a folder' })
  dataDir?: string;

  @IsBoolean({ message: 'ephemeral must be true or false' })
  ephemeral = false;

  @IsAddress()
  bind = '127.0.0.1';

  @IsInt({ message: 'port must be a whole number from 0 (any free port) to 65535' })
  @Min(0, { message: 'port must be a whole number from 0 (any free port) to 65535' })
  @Max(65535, { message: 'port must be a whole number from 0 (any free port) to 65535' })
  port = 6443;

  /** File to write the kubeconfig to; undefined: merged into the user's own; false: none is written. */
  @ValidateBy({ name: 'isKubeconfig', validator: { validate: (v) => v === undefined || v === false || (typeof v === 'string' && v !== ''), defaultMessage: () => 'kubeconfig must be the name of a file' } })
  kubeconfig?: string | false;

  @Matches(DURATION, { message: 'history must be a duration such as 90s, 5m, 2h or 7d, or forever' })
  history = '5m';

  /** How long an Event is kept after its last write. */
  @Matches(DURATION, { message: 'event-ttl must be a duration such as 90s, 5m, 2h or 7d, or forever' })
  eventTtl = '1h';
}

/** Options that are wrong: one sentence each says what is allowed. The CLI exits with 2. */
export class OptionsError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/**
 * Completes and checks the options of `kubernest up`; `componentNames` are those that exist.
 * @throws OptionsError naming every option that is wrong and what is allowed
 */
export function validateOptions(given: Partial<ClusterOptions>, componentNames: readonly string[] = []): ClusterOptions {
  return completed(new ClusterOptions(), ['dataDir', 'kubeconfig', 'schedulerConfig', 'staticPods'], given, componentNames);
}

/**
 * Completes `o`, an object of its defaults, by what was given, and checks it by its decorators. `optional`: names that have no default.
 * @throws OptionsError naming every option that is wrong and what is allowed
 */
export function completed<O extends { components: string[] }>(o: O, optional: readonly (keyof O & string)[], given: Partial<O>, componentNames: readonly string[]): O {
  const known = new Set<string>([...Object.keys(o), ...optional]);
  const problems: string[] = [];
  for (const [k, v] of Object.entries(given)) {
    if (v === undefined) continue;
    if (!known.has(k)) problems.push(`${kebab(k)} is no option; there are: ${[...known].map(kebab).sort().join(', ')}`);
    else (o as Record<string, unknown>)[k] = v;
  }
  for (const e of validateSync(o)) problems.push(`--${kebab(e.property)} ${show(e.value)}: ${[...new Set(Object.values(e.constraints ?? {}))].join('; ')}`);
  for (const c of Array.isArray(o.components) ? o.components : []) {
    const name = componentName(c);
    if (name === '*' || name === 'none' || name === ALL_CONTROLLERS || !componentNames.length || componentNames.includes(name)) continue;
    problems.push(`--components ${c}: there is no such component; there are: ${componentNames.join(', ')} (and * for all, ${ALL_CONTROLLERS} for all but ${NO_CONTROLLERS.join(' and ')}, none, -NAME for all but that)`);
  }
  if (problems.length) throw new OptionsError(problems);
  return o;
}

/** Stands in --components for every component but these. */
export const ALL_CONTROLLERS = 'controllers';
const NO_CONTROLLERS: readonly string[] = ['scheduler', 'kubelet'];

/** What kube-controller-manager calls those of our components that have another name. */
const UPSTREAM: Readonly<Record<string, string>> = {
  'root-ca-certificate-publisher': 'root-ca-publisher',
  'pod-garbage-collector': 'pod-gc',
  ttl: 'node-ttl',
  'persistentvolumeclaim-protection': 'pvc-protection',
  'persistentvolume-protection': 'pv-protection',
  'certificatesigningrequest-approving': 'csr-approving',
  'certificatesigningrequest-signing': 'csr-signing',
  'certificatesigningrequest-cleaner': 'csr-cleaner',
};

/** The component that is meant in --components: without the minus in front and the ending that kube-controller-manager's names have. */
export function componentName(given: string): string {
  const name = given.replace(/^-/, '').replace(/-controller$/, '');
  return UPSTREAM[name] ?? name;
}

/** The components to run out of all there are. */
export function selectedComponents(wanted: readonly string[], all: readonly string[]): string[] {
  const meant = (w: string): readonly string[] => (componentName(w) === ALL_CONTROLLERS ? all.filter((n) => !NO_CONTROLLERS.includes(n)) : [componentName(w)]);
  const minus = new Set(wanted.filter((w) => w.startsWith('-')).flatMap(meant));
  const plus = wanted.filter((w) => !w.startsWith('-') && w !== 'none').flatMap(meant);
  const everything = plus.includes('*') || (plus.length === 0 && minus.size > 0);
  return all.filter((name) => !minus.has(name) && (everything || plus.includes(name)));
}

/** A duration option in milliseconds; forever is Infinity. */
export function durationMs(text: string): number {
  if (text === 'forever') return Infinity;
  const [, n, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(text)!;
  return Number(n) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit as 'ms']!;
}

/** dataDir → data-dir */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
}

function show(v: unknown): string {
  return typeof v === 'string' ? (v === '' ? '""' : v) : Array.isArray(v) ? v.join(',') : String(v);
}
