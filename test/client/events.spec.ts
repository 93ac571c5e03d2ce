import { beforeEach, describe, expect, it } from 'vitest';
import { StatusError } from '../../src/api/errors/status-error';
import type { KubeObject } from '../../src/api/meta/object';
import { createEvents } from '../../src/client/event-recorder';
import { CORE_EVENTS, EVENTS } from '../../src/client/resources';
import { World } from './world';

const pod: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'a', uid: 'u', resourceVersion: '7' } };

describe('event recorder', () => {
  let w: World;
  beforeEach(() => void (w = new World()));

  it('names, dates and counts events as client-go does', async () => {
    const r = w.events.recorder('some-controller');
    r.event(pod, 'Normal', 'Made', 'made it');
    await w.events.flushed();
    await w.pass(10_000);
    r.event(pod, 'Normal', 'Made', 'made it');
    r.event(pod, 'Normal', 'Made', 'made it');
    await w.events.flushed();
    const [e, ...more] = w.client.all(CORE_EVENTS, 'a');
    expect(more).toEqual([]);
    // The object's name and the nanoseconds since 1970; the last six digits of these are chance.
    const [, hex] = /^p\.([0-9a-f]+)$/.exec(e!.metadata.name!)!;
    expect(BigInt(`0x${hex}`) / 1_000_000n).toBe(BigInt(Date.UTC(2026, 0, 1)));
    expect(e).toMatchObject({
      involvedObject: { kind: 'Pod', namespace: 'a', name: 'p', uid: 'u', apiVersion: 'v1', resourceVersion: '7' },
      reason: 'Made',
      message: 'made it',
      type: 'Normal',
      source: { component: 'some-controller' },
      reportingComponent: 'some-controller',
      reportingInstance: '',
      count: 3,
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:10Z',
    });
  });

  it('never gives two the same name, whoever records them', async () => {
    const sources = Array.from({ length: 20 }, () => createEvents(w.client, w));
    sources.forEach((s, i) => s.recorder(`source-${i}`).event(pod, 'Normal', 'Made', 'made it'));
    for (const s of sources) await s.flushed();
    expect(w.client.all(CORE_EVENTS, 'a')).toHaveLength(20);
  });

  it('combines the tenth similar event and holds back floods', async () => {
    const r = w.events.recorder('c');
    for (let i = 0; i < 60; i++) r.event(pod, 'Normal', 'Made', `made ${i}`);
    await w.events.flushed();
    const all = w.client.all(CORE_EVENTS);
    expect(all).toHaveLength(10);
    const combined = all.filter((e) => (e['message'] as string).startsWith('(combined from similar events): made '));
    // 9 single ones and 16 combined make the burst of 25.
    expect(combined.map((e) => e['count'])).toEqual([16]);
    await w.pass(300_000);
    r.event(pod, 'Normal', 'Made', 'made later');
    await w.events.flushed();
    expect(w.client.all(CORE_EVENTS).find((e) => e.metadata.name === combined[0]!.metadata.name)).toMatchObject({ message: '(combined from similar events): made later' });
  });

  it('puts events about cluster-scoped objects in default', async () => {
    w.events.recorder('c', 'host').event({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', uid: 'n' } }, 'Warning', 'Bad', 'x', { note: 'y' });
    await w.events.flushed();
    expect(w.client.all(CORE_EVENTS)[0]).toMatchObject({ metadata: { namespace: 'default', annotations: { note: 'y' } }, source: { component: 'c', host: 'host' } });
  });

  it('tries again when the server is out of reach, not when it refuses', async () => {
    let tries = 0;
    w.client.fail = () => (++tries < 3 ? new Error('refused') : undefined);
    w.events.recorder('c').event(pod, 'Normal', 'A', 'b');
    await w.pass(30_000);
    expect(w.client.all(CORE_EVENTS)).toHaveLength(1);
    tries = 0;
    w.client.fail = () => (tries++, new StatusError(403, 'Forbidden', 'no'));
    w.events.recorder('c').event(pod, 'Normal', 'A', 'c');
    await w.pass(30_000);
    expect(tries).toBe(1);
  });

  it('makes series of repeated events.k8s.io events', async () => {
    const r = w.events.seriesRecorder('default-scheduler', 'default-scheduler-x');
    for (let i = 0; i < 4; i++) r.event(pod, undefined, 'Warning', 'FailedScheduling', 'Scheduling', 'no nodes');
    await w.events.flushed();
    const [e, ...more] = w.client.all(EVENTS);
    expect(more).toEqual([]);
    expect(e).toMatchObject({ eventTime: '2026-01-01T00:00:00.000000Z', action: 'Scheduling', note: 'no nodes', regarding: { name: 'p' }, reportingController: 'default-scheduler', series: { count: 2 } });
    await w.pass(13 * 60_000);
    expect(w.client.all(EVENTS)[0]!['series'].count).toBe(4);
    w.events.stop();
    expect(w.clock.pending).toBe(0);
  });
});
