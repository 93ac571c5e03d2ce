import { describe, expect, it } from 'vitest';
import { PODS } from '../../src/client/resources';
import { PrometheusMetrics } from '../../src/scheduler/prometheus-metrics';
import { requests, TestCluster } from './cluster';

async function lines(m: PrometheusMetrics, name: string): Promise<string[]> {
  return (await m.registry.metrics()).split('\n').filter((l) => l.startsWith(`scheduler_${name}`));
}

describe('the metrics of the scheduler', () => {
  it('count attempts, what waits and why, and what moves through the queue', async () => {
    const m = new PrometheusMetrics();
    const c = await new TestCluster({}, m).start();
    await c.node('node-1', { cpu: '1' });
    await c.pod('first', requests({ cpu: '1' }));
    await c.settle();
    await c.pod('second', requests({ cpu: '1' }));
    await c.pod('gated', { schedulingGates: [{ name: 'a' }] });
    await c.settle();
    expect(await lines(m, 'schedule_attempts_total')).toEqual([
      'scheduler_schedule_attempts_total{result="scheduled",profile="default-scheduler"} 1',
      'scheduler_schedule_attempts_total{result="unschedulable",profile="default-scheduler"} 1',
    ]);
    expect(await lines(m, 'pending_pods')).toEqual(['active', 'backoff', 'unschedulable', 'gated'].map((q) => `scheduler_pending_pods{queue="${q}"} ${q === 'unschedulable' || q === 'gated' ? 1 : 0}`));
    expect(await lines(m, 'unschedulable_pods')).toEqual([
      'scheduler_unschedulable_pods{plugin="NodeResourcesFit",profile="default-scheduler"} 1',
      'scheduler_unschedulable_pods{plugin="SchedulingGates",profile="default-scheduler"} 1',
    ]);
    expect(await lines(m, 'cache_size')).toContain('scheduler_cache_size{type="pods"} 1');
    await c.client.delete(PODS, 'default', 'first', { gracePeriodSeconds: 0 });
    await c.settle();
    expect(await c.nodeOf('second')).toBe('node-1');
    expect(await lines(m, 'queue_incoming_pods_total')).toEqual([
      'scheduler_queue_incoming_pods_total{queue="active",event="UnschedulablePodAdd"} 2',
      'scheduler_queue_incoming_pods_total{queue="unschedulable",event="ScheduleAttemptFailure"} 1',
      'scheduler_queue_incoming_pods_total{queue="unschedulable",event="UnschedulablePodAdd"} 1',
      'scheduler_queue_incoming_pods_total{queue="backoff",event="AssignedPodDelete"} 1',
      'scheduler_queue_incoming_pods_total{queue="active",event="PopFromBackoffQ"} 1',
    ]);
    expect(await lines(m, 'pod_scheduling_attempts_sum')).toEqual(['scheduler_pod_scheduling_attempts_sum 3']);
    expect(await lines(m, 'preemption_attempts_total')).toEqual(['scheduler_preemption_attempts_total 1']);
    expect(await lines(m, 'pod_scheduling_sli_duration_seconds_count')).toEqual([
      'scheduler_pod_scheduling_sli_duration_seconds_count{attempts="1"} 1',
      'scheduler_pod_scheduling_sli_duration_seconds_count{attempts="2"} 1',
    ]);
    expect(await lines(m, 'scheduling_algorithm_duration_seconds_count')).toEqual(['scheduler_scheduling_algorithm_duration_seconds_count 3']);
  });
});
