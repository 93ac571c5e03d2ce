import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ConfigurationError, readConfiguration } from '../../src/scheduler/config/configuration';
import { EXTENSION_POINTS, takesPartIn } from '../../src/scheduler/framework/extension-points';
import type { PluginContext } from '../../src/scheduler/framework/plugin';
import { DEFAULT_PROFILE } from '../../src/scheduler/framework/registry';
import type { ProfileEntry } from '../../src/scheduler/framework/registry';
import { requests, TestCluster } from './cluster';

const read = (yaml: string): ReturnType<typeof readConfiguration> => readConfiguration(parse(`apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n${yaml}`));

function problems(yaml: string): readonly string[] {
  try {
    read(yaml);
  } catch (e) {
    if (e instanceof ConfigurationError) return e.problems;
    throw e;
  }
  return [];
}

/** A configuration with one profile of which only the arguments of a plugin are said. */
const args = (plugin: string, yaml: string): string => `profiles: [{pluginConfig: [{name: ${plugin}, args: ${yaml}}]}]`;

describe('what is wrong with a configuration', () => {
  it.each([
    ['parallelism: 0', ['parallelism: must be a whole number, at least 1, not 0']],
    ['percentageOfNodesToScore: 101', ['percentageOfNodesToScore: must be a whole number from 0 to 100, not 101']],
    ['podInitialBackoffSeconds: 20', ['podMaxBackoffSeconds: must be at least podInitialBackoffSeconds, 20, not 10']],
    ['profile: []', [expect.stringContaining('profile: there is no such field; there are: apiVersion, kind, parallelism')]],
    ['extenders: [{urlPrefix: http://x}]', [expect.stringContaining('extenders: there is no such field')]],
    ['profiles: {}', ['profiles: must be a list, not {}']],
    ['profiles: [{}, {schedulerName: b}]', ['profiles[0].schedulerName: is required when there are several profiles']],
    ['profiles: [{schedulerName: a}, {schedulerName: a}]', ['profiles[1].schedulerName: a is the name of profiles[0], too']],
    ['profiles: [{plugins: {scores: {}}}]', [expect.stringContaining('profiles[0].plugins.scores: there is no such field; there are: multiPoint, preEnqueue')]],
    ['profiles: [{plugins: {score: {enabled: [{name: Magic}]}}}]', [expect.stringContaining('profiles[0].plugins.score.enabled[0].name: there is no plugin Magic; there are: SchedulingGates')]],
    ['profiles: [{plugins: {score: {disabled: [{name: NodeAfinity}]}}}]', [expect.stringContaining('profiles[0].plugins.score.disabled[0].name: there is no plugin NodeAfinity')]],
    ['profiles: [{plugins: {score: {enabled: [{name: NodeName}]}}}]', ['profiles[0].plugins.score.enabled: NodeName has nothing to do at this extension point']],
    ['profiles: [{plugins: {score: {enabled: [{name: NodeAffinity}, {name: NodeAffinity}]}}}]', ['profiles[0].plugins.score.enabled: NodeAffinity is named twice']],
    ['profiles: [{plugins: {queueSort: {disabled: [{name: "*"}]}}}]', ['profiles[0].plugins.queueSort: exactly one plugin has to order the queue, such as PrioritySort; enabled are 0']],
    ['profiles: [{plugins: {bind: {disabled: [{name: "*"}]}}}]', ['profiles[0].plugins.bind: at least one plugin has to bind pods, such as DefaultBinder; none is enabled']],
    ['profiles: [{plugins: {preFilter: {disabled: [{name: NodePorts}]}}}]', ['profiles[0].plugins.preFilter: NodePorts cannot filter without it; disable filter, too']],
    ['profiles: [{schedulerName: a}, {schedulerName: b, plugins: {queueSort: {enabled: [{name: PrioritySort}]}}}]', ['profiles[1].plugins.queueSort: must be that of profiles[0]: all profiles share one queue']],
    ['profiles: [{pluginConfig: [{name: NodeName, args: {}}]}]', [expect.stringContaining('profiles[0].pluginConfig[0].args: NodeName takes no arguments; those that take some are: DefaultPreemption')]],
    ['profiles: [{pluginConfig: [{name: VolumeBinding}, {name: VolumeBinding}]}]', ['profiles[0].pluginConfig[1].name: VolumeBinding is configured twice']],
    [args('VolumeBinding', '{bindTimeoutSeconds: -1}'), ['profiles[0].pluginConfig[0].args.bindTimeoutSeconds: must be a whole number, at least 0, not -1']],
    [args('VolumeBinding', '{kind: OtherArgs}'), ['profiles[0].pluginConfig[0].args.kind: must be VolumeBindingArgs, not OtherArgs']],
    [args('InterPodAffinity', '{hardPodAffinityWeight: 101}'), ['profiles[0].pluginConfig[0].args.hardPodAffinityWeight: must be a whole number from 0 to 100, not 101']],
    [args('DefaultPreemption', '{minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 0}'), [expect.stringContaining('minCandidateNodesPercentage: must not be 0')]],
    [args('PodTopologySpread', '{defaultConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway}]}'), ['profiles[0].pluginConfig[0].args.defaultingType: must be List when there are defaultConstraints']],
    [args('PodTopologySpread', '{defaultingType: List, defaultConstraints: [{maxSkew: 0, topologyKey: zone, whenUnsatisfiable: Maybe, labelSelector: {}}]}'), [
      'profiles[0].pluginConfig[0].args.defaultConstraints[0].maxSkew: must be a whole number, at least 1, not 0',
      'profiles[0].pluginConfig[0].args.defaultConstraints[0].whenUnsatisfiable: must be one of DoNotSchedule, ScheduleAnyway, not "Maybe"',
      expect.stringContaining('defaultConstraints[0].labelSelector: there is no such field'),
    ]],
    [args('NodeResourcesFit', '{scoringStrategy: {type: Best}}'), ['profiles[0].pluginConfig[0].args.scoringStrategy.type: must be one of LeastAllocated, MostAllocated, RequestedToCapacityRatio, not "Best"']],
    [args('NodeResourcesFit', '{scoringStrategy: {type: RequestedToCapacityRatio}}'), [expect.stringContaining('requestedToCapacityRatio.shape: must have at least one point')]],
    [args('NodeResourcesFit', '{scoringStrategy: {type: RequestedToCapacityRatio, requestedToCapacityRatio: {shape: [{utilization: 50, score: 1}, {utilization: 50, score: 2}]}}}'), [
      'profiles[0].pluginConfig[0].args.scoringStrategy.requestedToCapacityRatio.shape[1].utilization: must be greater than that of the point before',
    ]],
    [args('NodeResourcesBalancedAllocation', '{resources: [{name: cpu, weight: 2}]}'), ['profiles[0].pluginConfig[0].args.resources[0].weight: must be 1, not 2']],
    [args('NodeAffinity', '{addedAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: In}]}]}}}'), [
      'profiles[0].pluginConfig[0].args.addedAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values: must have at least one value for the operator In',
    ]],
  ])('%s', (yaml, expected) => {
    expect(problems(yaml)).toEqual(expected);
  });

  it('wants the version and kind', () => {
    expect(() => readConfiguration({ kind: 'Policy', apiVersion: 'v1' })).toThrow('apiVersion: must be kubescheduler.config.k8s.io/v1, not v1\nkind: must be KubeSchedulerConfiguration, not Policy');
    expect(() => readConfiguration(null)).toThrow('must be a mapping of apiVersion, kind');
  });
});

describe('what a configuration asks for', () => {
  it('leaves everything at its default when it says nothing, and ignores what is about a process', () => {
    expect(read('leaderElection: {leaderElect: true}\nprofiles:\nparallelism: 16')).toEqual({ podInitialBackoff: 1000, podMaxBackoff: 10_000, profiles: [{ schedulerName: 'default-scheduler', args: {} }] });
  });

  it('gives a profile the percentage of the whole when it has none', () => {
    const { profiles } = read('percentageOfNodesToScore: 30\nprofiles: [{schedulerName: a}, {schedulerName: b, percentageOfNodesToScore: 0}]');
    expect(profiles!.map((p) => p.percentageOfNodesToScore)).toEqual([30, 0]);
  });

  it('may leave out plugins that are not built', () => {
    expect(problems('profiles: [{plugins: {multiPoint: {disabled: [{name: GangScheduling}]}}}]')).toEqual([]);
  });

  it('knows where each plugin takes part', () => {
    const seen: Record<string, string[]> = {};
    const spying = DEFAULT_PROFILE.map((e): ProfileEntry => ({
      ...e,
      make(x: PluginContext, a) {
        const plugin = e.make(x, a);
        seen[e.name] = EXTENSION_POINTS.filter((p) => takesPartIn(plugin, p));
        return plugin;
      },
    }));
    new TestCluster({ plugins: spying });
    expect(seen).toEqual(Object.fromEntries(DEFAULT_PROFILE.map((e) => [e.name, e.points])));
  });
});

describe('profiles at work', () => {
  const packing = `
profiles:
- schedulerName: default-scheduler
- schedulerName: packing
  plugins:
    multiPoint: {disabled: [{name: PodTopologySpread}]}
    score: {disabled: [{name: NodeResourcesBalancedAllocation}]}
  pluginConfig:
  - {name: NodeResourcesFit, args: {scoringStrategy: {type: MostAllocated, resources: [{name: cpu, weight: 1}]}}}
`;

  it('schedule the pods that name them', async () => {
    const c = await new TestCluster(read(packing)).start();
    await c.nodes(3);
    await c.pod('first', { ...requests({ cpu: '1' }), nodeName: 'node-2' });
    await c.pod('packed', { ...requests({ cpu: '1' }), schedulerName: 'packing' });
    await c.pod('spread', requests({ cpu: '1' }));
    await c.settle();
    expect(await c.nodeOf('packed')).toBe('node-2');
    expect(await c.nodeOf('spread')).not.toBe('node-2');
  });

  it('take a plugin away from one extension point only', async () => {
    const c = await new TestCluster(read('profiles: [{plugins: {filter: {disabled: [{name: NodeAffinity}]}}}]')).start();
    await c.nodes(2);
    const term = { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['node-2'] }] };
    await c.pod('p', { nodeSelector: { disk: 'ssd' }, affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, preference: term }] } } });
    await c.settle();
    expect(await c.nodeOf('p')).toBe('node-2');
  });

  it('weigh scores as told', async () => {
    const prefers = (key: string, node: string): object => ({ weight: 1, preference: { matchExpressions: [{ key, operator: 'In', values: [node] }] } });
    const place = async (config: string): Promise<string | undefined> => {
      const c = await new TestCluster(read(config)).start();
      await c.node('node-1', { cpu: '4' });
      await c.node('node-2', { cpu: '400' });
      await c.pod('p', { ...requests({ cpu: '3' }), affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [prefers('kubernetes.io/hostname', 'node-1')] } } });
      await c.settle();
      return c.nodeOf('p');
    };
    expect(await place('')).toBe('node-1');
    expect(await place('profiles: [{plugins: {score: {enabled: [{name: NodeResourcesFit, weight: 20}]}}}]')).toBe('node-2');
  });

  it('demand the added affinity of every pod', async () => {
    const added = '{addedAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: pool, operator: Exists}]}]}}}';
    const c = await new TestCluster(read(args('NodeAffinity', added))).start();
    await c.nodes(1);
    await c.pod('p');
    await c.settle();
    expect(await c.why('p')).toContain("1 node(s) didn't match scheduler-enforced node affinity.");
  });

  it('hold pods back for as long as told', async () => {
    const c = await new TestCluster(read('podInitialBackoffSeconds: 30\npodMaxBackoffSeconds: 60')).start();
    await c.nodes(1);
    let refusals = 1;
    c.client.fail = (verb) => (verb === 'bind' && refusals-- > 0 ? new Error('broken') as never : undefined);
    await c.pod('p');
    await c.settle();
    await c.pass(20_000);
    expect(await c.nodeOf('p')).toBeUndefined();
    await c.pass(15_000);
    expect(await c.nodeOf('p')).toBe('node-1');
  });
});
