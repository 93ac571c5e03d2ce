import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { OptionsError, kebab } from '../cluster/options';
import type { ClusterOptions } from '../cluster/options';
import type { RunOptions } from '../cluster/run-options';

type Kind = 'string' | 'number' | 'boolean' | 'list';

/** One option of a command: how it is written on the command line, in the environment and in a config file. */
export interface Flag<Options = ClusterOptions> {
  option: keyof Options & string;
  kind: Kind;
  /** Placeholder in the help; none for switches. */
  value?: string;
  help: string;
  /** Variable that turns the option off when it is true. */
  off?: string;
}

/** Those of `kubernest up`, in the order of the help. */
export const FLAGS: readonly Flag[] = [
  { option: 'name', kind: 'string', value: 'NAME', help: "the cluster's name (default: default)" },
  { option: 'dataDir', kind: 'string', value: 'DIR', help: 'where its data is kept (default: the XDG data folder, one folder per name)' },
  { option: 'ephemeral', kind: 'boolean', help: 'keep nothing: all is in memory and gone at the end' },
  { option: 'bind', kind: 'string', value: 'ADDRESS', help: 'address to listen on (default: 127.0.0.1)' },
  { option: 'port', kind: 'number', value: 'N', help: 'port of the API server; 0 picks a free one (default: 6443)' },
  { option: 'nodes', kind: 'number', value: 'N', help: 'simulated nodes, node-1 …, each 4 CPU, 8 GiB, 110 pods (default: 3)' },
  { option: 'kubeconfig', kind: 'string', value: 'FILE', help: 'write the kubeconfig here (default: merged into your own, as context kubernest-NAME)', off: 'KUBERNEST_NO_KUBECONFIG' },
  { option: 'components', kind: 'list', value: 'NAMES', help: 'which components run beside the API server; * all, none, -NAME all but that (default: *)' },
  { option: 'addons', kind: 'list', value: 'NAMES', help: 'beyond bare Kubernetes: storage (a default StorageClass and its driver), cloud (load balancers, zones), none (default: storage,cloud)' },
  { option: 'history', kind: 'string', value: 'DURATION', help: 'how long old versions are kept: 90s, 5m, 2h, 7d, forever (default: 5m)' },
  { option: 'eventTtl', kind: 'string', value: 'DURATION', help: 'how long events are kept after their last write (default: 1h)' },
  { option: 'schedulerConfig', kind: 'string', value: 'FILE', help: 'profiles and settings of the scheduler, as kube-scheduler --config takes them' },
  { option: 'adoptNodes', kind: 'boolean', help: 'simulate Node objects that others create, too (default; --no-adopt-nodes: do not)' },
  { option: 'stages', kind: 'list', value: 'FILES', help: "files or folders with KWOK's Stage objects: how simulated pods and nodes live" },
  { option: 'staticPods', kind: 'string', value: 'FOLDER', help: 'pods that the nodes run on their own account: files for all, files in a folder NODE for that node' },
  { option: 'logLevel', kind: 'string', value: 'LEVEL', help: 'debug, info, warn, error or silent (default: warn)' },
  { option: 'logFormat', kind: 'string', value: 'FORMAT', help: 'pretty or json (default: pretty)' },
];

const shared = (...names: (keyof ClusterOptions & keyof RunOptions)[]): Flag<RunOptions>[] => FLAGS.filter((f) => (names as string[]).includes(f.option)) as Flag<RunOptions>[];

/** Those of `kubernest run`. */
export const RUN_FLAGS: readonly Flag<RunOptions>[] = [
  ...shared('components', 'addons'),
  { option: 'kubeconfig', kind: 'string', value: 'FILE', help: 'how to reach the API server (default: your own kubeconfig)' },
  { option: 'context', kind: 'string', value: 'NAME', help: 'context of the kubeconfig (default: its current one)' },
  { option: 'keys', kind: 'string', value: 'FILE', help: 'pki.json of the cluster, for the controllers that sign: csr-signing, serviceaccount-token' },
  ...shared('nodes', 'schedulerConfig', 'adoptNodes', 'stages', 'staticPods', 'logLevel', 'logFormat'),
];

/** KUBERNEST_DATA_DIR for dataDir. */
export function environmentName(f: { option: string }): string {
  return `KUBERNEST_${kebab(f.option).toUpperCase().replaceAll('-', '_')}`;
}

/** A value as text (command line, environment) turned into the option's type; text that does not fit is kept for validation to refuse. */
export function fromText(f: { kind: Kind }, text: string): unknown {
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
export function fromEnvironment<O>(env: NodeJS.ProcessEnv, flags: readonly Flag<O>[]): Partial<O> {
  const out: Record<string, unknown> = {};
  for (const f of flags) {
    const text = env[environmentName(f)];
    if (text !== undefined) out[f.option] = fromText(f, text);
    if (f.off && fromText({ kind: 'boolean' }, env[f.off] ?? 'false') === true) out[f.option] = false;
  }
  return out as Partial<O>;
}

/**
 * Options in a YAML file: the same names as on the command line, without dashes in front.
 * @throws OptionsError when the file cannot be read or holds what is no option
 */
export function fromFile<O>(file: string, flags: readonly Flag<O>[]): Partial<O> {
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
    const f = flags.find((x) => x.option === option);
    if (!f) problems.push(`--config ${file}: ${key} is no option; there are: ${flags.map((x) => kebab(x.option)).join(', ')}`);
    else out[option] = f.kind === 'list' && typeof v === 'string' ? fromText(f, v) : v;
  }
  if (problems.length) throw new OptionsError(problems);
  return out as Partial<O>;
}
