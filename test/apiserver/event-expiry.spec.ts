import { afterEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/meta/object';
import type { Client } from '../../src/client/client';
import { CORE_EVENTS, EVENTS } from '../../src/client/resources';
import { FakeClock } from '../../src/util/fake-clock';
import type { Plane } from '../client/plane';
import { startPlane } from '../client/plane';

const MINUTE = 60_000;

describe('events', () => {
  const clock = new FakeClock();
  let plane: Plane;
  let client: Client;
  afterEach(() => plane.stop());

  const event = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Event', metadata: { name, namespace: 'default' }, involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' }, reason: 'R', message: 'm', count: 1 });
  const names = async (): Promise<string[]> => (await client.list(CORE_EVENTS)).items.map((e) => e.metadata.name!);

  it('go an hour after they were last written, which watchers see as a deletion', async () => {
    plane = await startPlane(clock);
    client = plane.contexts.client('admin', 'tests', ['system:masters']);
    const seen: string[] = [];
    client.watch(EVENTS, {}, { event: (type, o) => seen.push(`${type} ${o.metadata.name}`), closed: () => undefined });
    await client.create(CORE_EVENTS, event('once'));
    await client.create(CORE_EVENTS, event('again'));
    await clock.advance(40 * MINUTE);
    await client.patch(CORE_EVENTS, 'default', 'again', 'merge', { count: 2 });
    await client.create(CORE_EVENTS, event('deleted'));
    await client.delete(CORE_EVENTS, 'default', 'deleted');
    await clock.advance(19 * MINUTE);
    expect(await names()).toEqual(['again', 'once']);
    await clock.advance(2 * MINUTE);
    expect(await names()).toEqual(['again']);
    await clock.advance(38 * MINUTE);
    expect(await names()).toEqual(['again']);
    await clock.advance(2 * MINUTE);
    expect(await names()).toEqual([]);
    expect(seen).toEqual(['ADDED once', 'ADDED again', 'MODIFIED again', 'ADDED deleted', 'DELETED deleted', 'DELETED once', 'DELETED again']);
  });
});
