import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/meta/object';
import { keyOf } from '../../src/api/meta/object';
import { runController } from '../../src/client/controller-runner';
import { Expectations } from '../../src/client/expectations';
import { CONFIG_MAPS, SECRETS } from '../../src/client/resources';
import { World } from './world';

const map = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'a' } });

describe('runController', () => {
  let w: World;
  beforeEach(() => void (w = new World()));
  afterEach(() => w.stop());

  it('reconciles what is there, what changes, what is owned and what is mapped', async () => {
    const seen: string[] = [];
    const owner = await w.client.create(CONFIG_MAPS, map('one'));
    await w.start((x) =>
      runController({ name: 't', for: 'v1/configmaps', kind: 'ConfigMap', owns: ['v1/secrets'], maps: { 'v1/services': (o) => [`a/${o.metadata.name}`] }, reconcile: async (key) => void seen.push(key) }, x),
    );
    expect(seen.splice(0)).toEqual(['a/one']);
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', name: 'one', uid: owner.metadata.uid!, controller: true };
    await w.client.create(SECRETS, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'a', ownerReferences: [ref] } });
    await w.client.create(SECRETS, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 't', namespace: 'a', ownerReferences: [{ ...ref, kind: 'Pod' }] } });
    await w.settle();
    expect(seen.splice(0)).toEqual(['a/one']);
    await w.client.create({ group: '', version: 'v1', resource: 'services' }, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'two', namespace: 'a' } });
    await w.settle();
    expect(seen).toEqual(['a/two']);
  });

  it('retries conflicts and comes back after the time asked for', async () => {
    const times: number[] = [];
    const begun = w.clock.now();
    await w.client.create(CONFIG_MAPS, map('one'));
    await w.start((x) =>
      runController(
        {
          name: 't',
          for: 'v1/configmaps',
          reconcile: async (_key, x2) => {
            times.push(w.clock.now() - begun);
            if (times.length === 1) await x2.client.update(CONFIG_MAPS, { ...map('one'), metadata: { ...map('one').metadata, resourceVersion: '1' } });
            return times.length === 2 ? { after: 1000 } : undefined;
          },
        },
        x,
      ),
    );
    await w.pass(5000);
    expect(times).toEqual([0, 5, 1005]);
    expect(w.problems).toEqual([]);
  });

  it('works on no more keys at a time than it has workers, and stop waits for them', async () => {
    const open: (() => void)[] = [];
    let most = 0;
    for (let i = 0; i < 5; i++) await w.client.create(CONFIG_MAPS, map(`m${i}`));
    let now = 0;
    const c = runController(
      { name: 't', for: 'v1/configmaps', workers: 2, reconcile: async () => { most = Math.max(most, ++now); await new Promise<void>((r) => open.push(r)); now--; } },
      w.context,
    );
    expect(c.ready()).toBe(false);
    await c.start(new AbortController().signal);
    expect(c.ready()).toBe(true);
    await w.settle();
    open.shift()!();
    await w.settle();
    expect(most).toBe(2);
    let stopped = false;
    const stop = c.stop().then(() => (stopped = true));
    await w.settle();
    expect(stopped).toBe(false);
    for (const o of open) o();
    await stop;
    expect(c.ready()).toBe(false);
  });
});

describe('Expectations', () => {
  it('are met by what is seen, and given up after five minutes', async () => {
    const w = new World();
    const e = new Expectations(w.clock);
    expect(e.satisfied('k')).toBe(true);
    e.expectCreations('k', 2);
    e.created('k');
    expect(e.satisfied('k')).toBe(false);
    e.created('k');
    expect(e.satisfied('k')).toBe(true);
    const gone = keyOf(map('p'));
    e.expectDeletions('k', [gone]);
    e.deleted('k', 'a/other');
    expect(e.satisfied('k')).toBe(false);
    e.deleted('k', gone);
    expect(e.satisfied('k')).toBe(true);
    e.expectCreations('k', 1);
    w.clock.step(5 * 60_000 + 1);
    expect(e.satisfied('k')).toBe(true);
  });
});
