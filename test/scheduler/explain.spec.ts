import { describe, expect, it } from 'vitest';
import { asText } from '../../src/cli/explain';
import type { PodExplanation } from '../../src/scheduler/explain/explanation';
import type { SchedulerOptions } from '../../src/scheduler/options';
import { requests, TestCluster } from './cluster';

/** A cluster whose scheduler only looks on. */
async function explain(make: (c: TestCluster) => Promise<unknown>, o?: SchedulerOptions): Promise<PodExplanation> {
  const c = new TestCluster(o);
  await make(c);
  await c.scheduler.observe(new AbortController().signal);
  const answer = c.scheduler.explain('default', 'p');
  await c.settle();
  expect(c.client.actions.filter((a) => a.verb === 'patch' && a.key === 'default/p')).toEqual([]);
  return answer;
}

const preferring = (node: string): object => ({
  nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 7, preference: { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node] }] } }] },
});

describe('the explanation of a pod', () => {
  it('has every plugin that rejects a node with its words, and the scores of the others', async () => {
    const a = await explain(async (c) => {
      await c.nodes(2);
      await c.node('node-3', { cpu: '1', unschedulable: true });
      await c.pod('p', { ...requests({ cpu: '2' }), affinity: preferring('node-2') });
    });
    expect(a.best).toEqual(['node-2']);
    expect(a.nodes.map((n) => n.name)).toEqual(['node-2', 'node-1', 'node-3']);
    expect(a.nodes[2]!.rejectedBy).toEqual([
      { plugin: 'NodeUnschedulable', message: 'node(s) were unschedulable' },
      { plugin: 'NodeResourcesFit', message: 'Insufficient cpu' },
    ]);
    expect(a.nodes[0]!.scores).toContainEqual({ plugin: 'NodeAffinity', raw: 7, normalized: 100, weight: 2 });
    for (const n of a.nodes.slice(0, 2)) expect(n.total).toBe(n.scores!.reduce((sum, s) => sum + s.normalized * s.weight, 0));
    expect(a.nodes[0]!.total! - a.nodes[1]!.total!).toBe(200);
  });

  it('is where the scheduler puts it', async () => {
    const make = async (c: TestCluster): Promise<void> => {
      await c.nodes(5);
      for (let i = 1; i < 5; i++) await c.pod(`other-${i}`, { ...requests({ cpu: `${i}00m`, memory: '1Gi' }), nodeName: `node-${i}` });
      await c.pod('p', requests({ cpu: '1', memory: '2Gi' }));
    };
    const a = await explain(make);
    const c = new TestCluster();
    await make(c);
    await c.start();
    expect(a.best).toEqual([await c.nodeOf('p')]);
  });

  it('takes a pod off its node for the comparison, and asks by its profile', async () => {
    const a = await explain(
      async (c) => {
        await c.nodes(2, { cpu: '1' });
        await c.pod('p', { ...requests({ cpu: '1' }), nodeName: 'node-1', schedulerName: 'mine' });
      },
      { profiles: [{ schedulerName: 'mine', plugins: { score: { disabled: [{ name: '*' }], enabled: [{ name: 'NodeResourcesFit', weight: 3 }] } } }] },
    );
    expect(a).toMatchObject({ profile: 'mine', node: 'node-1', best: ['node-1', 'node-2'] });
    expect(a.nodes[0]!.scores!.map((s) => [s.plugin, s.weight])).toEqual([['NodeResourcesFit', 3]]);
  });

  it('tells of gates, and of refusals before nodes are looked at', async () => {
    const gated = await explain(async (c) => c.pod('p', { schedulingGates: [{ name: 'a' }] }));
    expect(gated.heldBackBy).toEqual({ plugin: 'SchedulingGates', message: 'waiting for scheduling gates: [a]' });
    const claimless = await explain(async (c) => {
      await c.nodes(1);
      await c.pod('p', { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'none' } }] });
    });
    expect(claimless.refusedBy).toEqual({ plugin: 'VolumeRestrictions', message: 'persistentvolumeclaim "none" not found' });
  });

  it('cannot be had of pods that are not there or nobody is known to schedule, nor from a scheduler at work', async () => {
    await expect(explain(async (c) => c.nodes(1))).rejects.toThrow('there is no pod p in the namespace default');
    await expect(explain(async (c) => c.pod('p', { schedulerName: 'x' }))).rejects.toThrow('pod default/p is scheduled by x, of which nothing is known; known are: default-scheduler');
    const c = await new TestCluster().start();
    expect(() => c.scheduler.explain('default', 'p')).toThrow('a scheduler that places pods cannot explain');
  });

  it('reads well', () => {
    const a: PodExplanation = {
      namespace: 'default',
      name: 'p',
      profile: 'default-scheduler',
      node: 'node-1',
      nodes: [
        { name: 'node-2', rejectedBy: [], total: 250, scores: [{ plugin: 'A', raw: 7, normalized: 100, weight: 2 }, { plugin: 'B', raw: 50, normalized: 50, weight: 1 }] },
        { name: 'node-1', rejectedBy: [], total: 40, scores: [{ plugin: 'A', raw: 0, normalized: 0, weight: 2 }, { plugin: 'B', raw: 40, normalized: 40, weight: 1 }] },
        { name: 'node-3', rejectedBy: [{ plugin: 'C', message: 'no' }, { plugin: 'D', message: 'never' }] },
      ],
      best: ['node-2'],
    };
    expect(asText(a).split('\n')).toEqual([
      'Pod default/p is on node-1; profile default-scheduler.',
      'Placed anew, it would go to node-2.',
      '',
      'FITS       TOTAL   A ×2      B ×1',
      'node-2     250     7 → 100   50',
      'node-1 *   40      0         40',
      '',
      'Scores are as the plugin gave them → brought to 0–100; the total is the sum of these times their weights. * has the pod now.',
      '',
      'DOES NOT FIT   PLUGIN   MESSAGE',
      'node-3         C        no',
      '               D        never',
    ]);
    expect(asText({ ...a, nodes: a.nodes.slice(2), best: [] })).toContain('It fits on none of 1 nodes.');
    expect(asText({ ...a, best: ['node-1', 'node-2'] })).toContain('Placed anew, it would go to one of 2 equals, by chance: node-1, node-2.');
  });
});
