import { describe, expect, it } from 'vitest';
import { NODES, PODS } from '../../src/client/resources';
import type { SchedulerMetrics } from '../../src/scheduler/metrics';
import { noMetrics } from '../../src/scheduler/metrics';
import { requests, TestCluster } from './cluster';

const HOSTNAME = 'kubernetes.io/hostname';
const labelled = (labels: Record<string, string>): object => ({ labelSelector: { matchLabels: labels }, topologyKey: HOSTNAME });
const near = (...terms: object[]): Record<string, unknown> => ({ affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } } });
const apart = (...terms: object[]): Record<string, unknown> => ({ affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } } });

/** Counts attempts: how many there were since it was asked last, once everything has had time to be tried. */
function attempts(c: TestCluster): () => Promise<number> {
  let n = 0;
  c.scheduler.metrics.attempt = () => void n++;
  return async () => {
    await c.pass(20_000);
    const sum = n;
    n = 0;
    return sum;
  };
}

describe('a refused pod is tried again', () => {
  it('with affinity, when a pod comes or is labelled that all of its terms mean', async () => {
    const c = await new TestCluster({}, counting()).start();
    await c.nodes(1);
    const tried = attempts(c);
    await c.pod('p', near(labelled({ a: '1' }), labelled({ b: '1' })));
    expect(await tried()).toBe(1);
    await c.pod('half', { nodeName: 'node-1' }, { labels: { a: '1' } });
    expect(await tried()).toBe(0);
    await c.client.patch(PODS, 'default', 'half', 'merge', { metadata: { labels: { c: '1' } } });
    expect(await tried()).toBe(0);
    await c.client.patch(PODS, 'default', 'half', 'merge', { metadata: { labels: { b: '1' } } });
    expect(await tried()).toBe(1);
    expect(await c.nodeOf('p')).toBe('node-1');
  });

  it('with anti-affinity, when the other pod is labelled otherwise, not when it only gets more labels', async () => {
    const c = await new TestCluster({}, counting()).start();
    await c.nodes(1);
    const tried = attempts(c);
    await c.pod('other', { nodeName: 'node-1' }, { labels: { a: '1' } });
    await c.pod('p', { ...apart(labelled({ a: '1' })), preemptionPolicy: 'Never' });
    expect(await tried()).toBe(1);
    await c.client.patch(PODS, 'default', 'other', 'merge', { metadata: { labels: { b: '1' } } });
    await c.client.patch(NODES, undefined, 'node-1', 'merge', { metadata: { labels: { some: 'label' } } });
    expect(await tried()).toBe(0);
    await c.client.patch(PODS, 'default', 'other', 'merge', { metadata: { labels: { a: null } } });
    expect(await tried()).toBe(1);
    expect(await c.nodeOf('p')).toBe('node-1');
  });

  it('by the rules of its own profile', async () => {
    const required = { nodeSelectorTerms: [{ matchExpressions: [{ key: 'pool', operator: 'Exists' }] }] };
    const args = { NodeAffinity: { addedAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } };
    const c = await new TestCluster({ profiles: [{ schedulerName: 'default-scheduler' }, { schedulerName: 'pool', args }] }, counting()).start();
    await c.nodes(1);
    const tried = attempts(c);
    await c.pod('p', { ...requests({}), schedulerName: 'pool', nodeSelector: { disk: 'ssd' } });
    expect(await tried()).toBe(1);
    // The other profile would take this for a reason: the pod's own selector matches now.
    await c.client.patch(NODES, undefined, 'node-1', 'merge', { metadata: { labels: { disk: 'ssd' } } });
    expect(await tried()).toBe(0);
  });
});

/** Metrics of one test alone. */
function counting(): SchedulerMetrics {
  return { ...noMetrics };
}
