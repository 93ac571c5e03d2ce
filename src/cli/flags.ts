import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { OptionsError, kebab } from '../cluster/options';
import type { ClusterOptions } from '../cluster/options';

type Kind = 'string' | 'number' | 'boolean' | 'list';

/** One option of `kubernest up`: how it is written on the command line, in the environment and in a config file. */
export interface Flag {
  option: keyof ClusterOptions;
  kind: Kind;
  /** Placeholder in the help; none for switches. */
  value?: string;
  help: string;
}

/** In the order of the help. */
export const FLAGS: readonly Flag[] = [
  { option: 'name', kind: 'string', value: 'NAME', help: "the cluster's name (default: default)" },
  { option: 'dataDir', kind: 'string', value: 'DIR', help: 'where its data is kept (default: the XDG data folder, one folder per name)' },
  { option: 'ephemeral', kind: 'boolean', help: 'keep nothing: all is in memory and gone at the end' },
  { option: 'bind', kind: 'string', value: 'ADDRESS', help: 'address to listen on (default: 127.0.0.1)' },
  { option: 'port', kind: 'number', value: 'N', help: 'port of the API server; 0 picks a free one (default: 6443)' },
  { option: 'nodes', kind: 'number', value: 'N', help: 'simulated nodes, node-1 …, each 4 CPU, 8 GiB, 110 pods (default: 3)' },
  { option: 'kubeconfig', kind: 'string', value: 'FILE', help: 'write the kubeconfig here (default: merged into your own, as context kubernest-NAME)' },
  { option: 'components', kind: 'list', value: 'NAMES', help: 'which components run beside the API server; * all, none, -NAME all but that (default: *)' },
  { option: 'addons', kind: 'list', value: 'NAMES', help: 'what is installed beyond bare Kubernetes (default: none)' },
  { option: 'history', kind: 'string', value: 'DURATION', help: 'how long old versions are kept: 90s, 5m, 2h, 7d, forever (default: 5m)' },
  { option: 'adoptNodes', kind: 'boolean', help: 'simulate Node objects that others create, too (default; --no-adopt-nodes: do not)' },
  { option: 'logLevel', kind: 'string', value: 'LEVEL', help: 'debug, info, warn, error or silent (default: warn)' },
  { option: 'logFormat', kind: 'string', value: 'FORMAT', help: 'pretty or json (default: pretty)' },
];

const BY_OPTION = new Map(FLAGS.map((f) => [f.option as string, f]));

/** KUBERNEST_DATA_DIR for dataDir. */
export function environmentName(f: Flag): string {
  return `KUBERNEST_${kebab(f.option).toUpperCase().replaceAll('-', '_')}`;
}

/** A value as text (command line, environment) turned into the option's type; text that does not fit is kept for validation to refuse. */
export function fromText(f: Flag, text: string): unknown {
  switch (f.kind) {
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
    case 'boolean':
      return text === 'true' || text === '1' || text === '' ? true : text === 'false' || text === '0' ? false : text;
    case 'list':
      return text.split(',').map((s) => s.trim()).filter((s) => s !== '');
    case 'string':
      return text;
  }
}

/** Options set by KUBERNEST_… variables. */
export function fromEnvironment(env: NodeJS.ProcessEnv): Partial<ClusterOptions> {
  const out: Record<string, unknown> = {};
  for (const f of FLAGS) {
    const text = env[environmentName(f)];
    if (text !== undefined) out[f.option] = fromText(f, text);
  }
  if (env['KUBERNEST_NO_KUBECONFIG'] !== undefined && fromText({ option: 'kubeconfig', kind: 'boolean', help: '' }, env['KUBERNEST_NO_KUBECONFIG']) === true) out['kubeconfig'] = false;
  return out as Partial<ClusterOptions>;
}

/**
 * Options in a YAML file: the same names as on the command line, without dashes in front.
 * @throws OptionsError when the file cannot be read or holds what is no option
 */
export function fromFile(file: string): Partial<ClusterOptions> {
  let value: unknown;
  try {
    value = parse(readFileSync(file, 'utf8'));
  } catch (e) {
    throw new OptionsError([`--config ${file}: ${(e as Error).message.split('\n')[0]}`]);
  }
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new OptionsError([`--config ${file}: must be a YAML mapping of options, such as "nodes: 5"`]);
  const out: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [key, v] of Object.entries(value)) {
    const option = key.replace(/-([a-z])/g, (_, c: string) => c.toUpperCase());
    const f = BY_OPTION.get(option);
    if (!f) problems.push(`--config ${file}: ${key} is no option; there are: ${FLAGS.map((x) => kebab(x.option)).join(', ')}`);
    else out[option] = f.kind === 'list' && typeof v === 'string' ? fromText(f, v) : v;
  }
  if (problems.length) throw new OptionsError(problems);
  return out as Partial<ClusterOptions>;
}
