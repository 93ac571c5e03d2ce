import { Command, Option } from 'commander';
import { OptionsError, kebab, validateOptions } from '../cluster/options';
import { FLAGS, RUN_FLAGS, environmentName, fromEnvironment, fromFile, fromText } from './flags';
import type { Flag } from './flags';
import type { ExplainOptions } from '../cluster/explain';
import { version } from './version';

/** Exit codes: a wrong option is 2, everything else that fails 1. */
export const USAGE = 2;

const HELP = `
The command line comes before the environment, the environment before the file of --config, where options are
written without dashes in front, such as "nodes: 5". Exit codes: 0 stopped by Ctrl-C, 1 failed, 2 a wrong option.`;

/** The `kubernest` command line. Implementations are loaded only when their command runs, which keeps `up` quick. */
export function makeProgram(env: NodeJS.ProcessEnv): Command {
  const program = new Command('kubernest')
    .description('A whole Kubernetes cluster in one Node.js process.')
    .version(version(), '-v, --version')
    .showHelpAfterError('(see kubernest --help)')
    .exitOverride();

  const up = flagged(program.command('up', { isDefault: true }).description('start a cluster and keep it running until Ctrl-C'), FLAGS);
  up.addOption(new Option('--no-kubeconfig', 'write no kubeconfig [KUBERNEST_NO_KUBECONFIG]'));
  up.action(async (_: unknown, command: Command) => {
    const { runUp } = await import('./up.js');
    await runUp(collect(command, FLAGS, env), env);
  });
  const running = flagged(program.command('run').description('run components for an API server in another process, until Ctrl-C'), RUN_FLAGS);
  running.action(async (_: unknown, command: Command) => {
    const { runComponents } = await import('./run.js');
    await runComponents(collect(command, RUN_FLAGS, env), env);
  });

  const named = (c: Command): Command => c.option('--name <NAME>', "the cluster's name", env['KUBERNEST_NAME'] ?? 'default').option('--data-dir <DIR>', 'its data folder, if not the usual one', env['KUBERNEST_DATA_DIR']);
  named(program.command('kubeconfig').description('print the kubeconfig of a cluster')).action(async (o: { name: string; dataDir?: string }) => {
    const { printKubeconfig } = await import('./kubeconfig.js');
    printKubeconfig(checked(o), env);
  });
  named(program.command('status').description('tell whether a cluster runs, and how it is')).addOption(output()).action(async (o: { name: string; dataDir?: string; output: string }) => {
    const { printStatus } = await import('./status.js');
    await printStatus(checked(o), env);
  });
  named(program.command('delete').description('delete the data of a stopped cluster')).action(async (o: { name: string; dataDir?: string }) => {
    const { deleteCluster } = await import('./delete.js');
    await deleteCluster(checked(o), env);
  });
  named(program.command('backup <FILE>').description('write everything a cluster holds, and its keys, into one file; a running cluster goes on'))
    .option('--kubeconfig <FILE>', 'the cluster of this kubeconfig instead, such as an ephemeral one')
    .action(async (file: string, o: { name: string; dataDir?: string; kubeconfig?: string }) => {
      const { backupCluster } = await import('./backup.js');
      await backupCluster({ ...checked(o), file }, env);
    });
  named(program.command('restore <FILE>').description('make a new cluster from a backup')).action(async (file: string, o: { name: string; dataDir?: string }) => {
    const { restoreCluster } = await import('./restore.js');
    restoreCluster({ ...checked(o), file }, env);
  });
  const explain = program.command('explain').description('tell why the cluster is as it is');
  explain
    .command('pod <NAME>')
    .description('tell which nodes a pod fits on and how they score, by plugin, and why it does not fit on the others')
    .option('-n, --namespace <NAMESPACE>', "the pod's namespace (default: that of the context)")
    .option('--kubeconfig <FILE>', 'how to reach the API server (default: your own kubeconfig)', env['KUBERNEST_KUBECONFIG'])
    .option('--context <NAME>', 'context of the kubeconfig (default: its current one)')
    .option('--scheduler-config <FILE>', 'what the scheduler was started with', env['KUBERNEST_SCHEDULER_CONFIG'])
    .addOption(output())
    .action(async (name: string, o: ExplainOptions & { output: string }) => {
      const { explainPodCommand } = await import('./explain.js');
      await explainPodCommand(name, o, env);
    });
  program.command('version').description('print versions').addOption(output()).action(async (o: { output: string }) => {
    const { printVersion } = await import('./version.js');
    printVersion(o.output);
  });
  for (const c of [...program.commands, ...explain.commands]) c.exitOverride().showHelpAfterError(`${c.options.length ? `options are: ${c.options.map((o) => o.long).join(', ')} ` : ''}(see kubernest ${c.parent === program ? '' : `${c.parent!.name()} `}${c.name()} --help)`);
  return program;
}

/** @throws OptionsError when the name or the folder could not be a cluster's */
function checked<T extends { name: string; dataDir?: string }>(o: T): T {
  validateOptions({ name: o.name, dataDir: o.dataDir });
  return o;
}

function output(): Option {
  return new Option('--output <FORMAT>', 'how to print it').choices(['text', 'json']).default('text');
}

/** A command with these options, and a file to read them from. */
function flagged<O>(c: Command, flags: readonly Flag<O>[]): Command {
  for (const f of flags) {
    const flag = `--${kebab(f.option)}`;
    if (f.option === 'adoptNodes') c.addOption(new Option('--no-adopt-nodes', `do not simulate Node objects that others create [${environmentName(f)}=false]`));
    else c.addOption(new Option(f.value ? `${flag} <${f.value}>` : flag, `${f.help} [${environmentName(f)}]`));
  }
  return c.addOption(new Option('--config <FILE>', 'read options from a YAML file [KUBERNEST_CONFIG]')).addHelpText('after', HELP);
}

/** Command line before environment before file. @throws OptionsError */
function collect<O>(command: Command, flags: readonly Flag<O>[], env: NodeJS.ProcessEnv): Partial<O> {
  const out: Record<string, unknown> = {};
  const given = command.opts<Record<string, unknown>>();
  const file = (given['config'] as string | undefined) ?? env['KUBERNEST_CONFIG'];
  if (file !== undefined) Object.assign(out, fromFile(file, flags));
  Object.assign(out, fromEnvironment(env, flags));
  for (const f of flags) {
    if (command.getOptionValueSource(f.option) !== 'cli') continue;
    const v = given[f.option];
    out[f.option] = typeof v === 'string' ? fromText(f, v) : v;
  }
  return out as Partial<O>;
}

/** Runs a command line; the process's exit code tells how it went. */
export async function run(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  try {
    const program = makeProgram(env);
    const [first] = argv;
    const commands = [...program.commands.map((c) => c.name()), 'help'];
    // Commander would take it for an argument of up.
    if (first !== undefined && !first.startsWith('-') && !commands.includes(first)) throw new OptionsError([`there is no command ${first}; there are: ${commands.join(', ')}`]);
    await program.parseAsync([...argv], { from: 'user' });
  } catch (e) {
    process.exitCode = report(e);
  }
}

function report(e: unknown): number {
  if (e instanceof OptionsError) {
    for (const p of e.problems) process.stderr.write(`kubernest: ${p}\n`);
    return USAGE;
  }
  const commander = e as { code?: string; exitCode?: number };
  // Commander has printed its own complaint; help and version are no errors.
  if (commander.code?.startsWith('commander.')) return commander.exitCode === 0 ? 0 : USAGE;
  process.stderr.write(`kubernest: ${e instanceof Error ? e.message : String(e)}\n`);
  return 1;
}
