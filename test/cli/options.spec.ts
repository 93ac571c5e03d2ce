import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FLAGS, environmentName, fromEnvironment, fromFile } from '../../src/cli/flags';
import { dataDirOf } from '../../src/cluster/data-dir';
import { validateRunOptions } from '../../src/cluster/run-options';
import { OptionsError, durationMs, selectedComponents, validateOptions } from '../../src/cluster/options';

const dir = mkdtempSync(join(tmpdir(), 'kubernest-options-'));
afterAll(() => rmSync(dir, { recursive: true }));

function file(text: string): string {
  const name = join(dir, 'config.yaml');
  writeFileSync(name, text);
  return name;
}

function problems(f: () => unknown): readonly string[] {
  try {
    f();
  } catch (e) {
    if (e instanceof OptionsError) return e.problems;
    throw e;
  }
  return [];
}

describe('options', () => {
  it('have a variable of the environment each', () => {
    expect(FLAGS.map(environmentName)).toContain('KUBERNEST_DATA_DIR');
    expect(fromEnvironment({ KUBERNEST_NODES: '7', KUBERNEST_EPHEMERAL: 'true', KUBERNEST_COMPONENTS: '*, -scheduler', KUBERNEST_ADOPT_NODES: '0', OTHER: 'x' }, FLAGS)).toEqual({
      nodes: 7,
      ephemeral: true,
      components: ['*', '-scheduler'],
      adoptNodes: false,
    });
    expect(fromEnvironment({ KUBERNEST_NO_KUBECONFIG: '1' }, FLAGS)).toEqual({ kubeconfig: false });
  });

  it('can stand in a YAML file', () => {
    expect(fromFile(file('nodes: 7\ndata-dir: /x\ncomponents: "*,-kubelet"\naddons: [none]\n'), FLAGS)).toEqual({ nodes: 7, dataDir: '/x', components: ['*', '-kubelet'], addons: ['none'] });
    expect(fromFile(file(''), FLAGS)).toEqual({});
    expect(problems(() => fromFile(file('nodez: 1\n'), FLAGS))).toEqual([expect.stringMatching(/nodez is no option; there are: name, data-dir, .*nodes/)]);
    expect(problems(() => fromFile(file('- a\n'), FLAGS))).toEqual([expect.stringContaining('must be a YAML mapping of options')]);
    expect(problems(() => fromFile(file('a: [\n'), FLAGS))).toEqual([expect.stringContaining('config.yaml: ')]);
    expect(problems(() => fromFile(join(dir, 'none.yaml'), FLAGS))).toEqual([expect.stringContaining('no such file')]);
  });

  it('are all checked, each with what is allowed', () => {
    expect([...problems(() => validateOptions({ port: 70000, nodes: 1.5, name: 'A_b', history: '5 minutes', dataDir: '', bind: 'example.com', logLevel: 'loud' as never }))].sort()).toEqual([
      '--name A_b: name must be lower-case letters, digits and dashes, at most 63, beginning and ending with a letter or digit',
      '--data-dir "": data-dir must be the name of a folder',
      '--bind example.com: bind must be an IP address of this machine, or localhost',
      '--port 70000: port must be a whole number from 0 (any free port) to 65535',
      '--nodes 1.5: nodes must be a whole number from 0 to 10000',
      '--history 5 minutes: history must be a duration such as 90s, 5m, 2h or 7d, or forever',
      '--log-level loud: log-level must be one of: debug, info, warn, error, silent',
    ].sort());
    expect(problems(() => validateOptions({ components: ['nobody'] }, ['scheduler']))).toEqual(['--components nobody: there is no such component; there are: scheduler (and * for all, controllers for all but scheduler and kubelet, none, -NAME for all but that)']);
    expect(problems(() => validateOptions({ colour: 'red' } as never))).toEqual([expect.stringMatching(/^colour is no option; there are: /)]);
  });

  it('choose components and durations', () => {
    const all = ['a', 'b', 'c'];
    expect(selectedComponents(['*'], all)).toEqual(all);
    expect(selectedComponents(['*', '-b'], all)).toEqual(['a', 'c']);
    expect(selectedComponents(['-b'], all)).toEqual(['a', 'c']);
    expect(selectedComponents(['b'], all)).toEqual(['b']);
    expect(selectedComponents(['none'], all)).toEqual([]);
    const names = ['deployment', 'pod-gc', 'csr-signing', 'scheduler', 'kubelet'];
    expect(selectedComponents(['controllers'], names)).toEqual(['deployment', 'pod-gc', 'csr-signing']);
    expect(selectedComponents(['*', '-controllers'], names)).toEqual(['scheduler', 'kubelet']);
    expect(selectedComponents(['deployment-controller', 'pod-garbage-collector-controller'], names)).toEqual(['deployment', 'pod-gc']);
    const signs = (components: string[]): readonly string[] => problems(() => validateRunOptions({ components }, names, ['csr-signing']));
    expect(signs(['certificatesigningrequest-signing-controller'])).toEqual(['--components csr-signing: signs with the keys of the cluster, give them by --keys FILE (pki.json in its data folder)']);
    expect(validateRunOptions({}, names, ['csr-signing']).components).toEqual(['*', '-csr-signing']);
    expect([durationMs('90s'), durationMs('5m'), durationMs('7d'), durationMs('forever')]).toEqual([90_000, 300_000, 604_800_000, Infinity]);
  });

  it('find a data folder with and without a home', () => {
    expect(dataDirOf({ name: 'x' }, { HOME: '/h' })).toBe('/h/.local/share/kubernest/x');
    expect(dataDirOf({ name: 'x' }, { HOME: '/h', XDG_DATA_HOME: '/data' })).toBe('/data/kubernest/x');
    expect(dataDirOf({ name: 'x' }, { HOME: '/h', XDG_DATA_HOME: 'relative' })).toBe('/h/.local/share/kubernest/x');
    expect(dataDirOf({ name: 'x' }, {})).toMatch(/^\/.*\/kubernest\/x$/);
    expect(dataDirOf({ name: 'x' }, { HOME: '' })).toMatch(/^\/.*\/kubernest\/x$/);
    expect(dataDirOf({ name: 'x', dataDir: 'here' }, {})).toBe(join(process.cwd(), 'here'));
  });
});
