import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StatusError } from '../../src/api/errors/status-error';
import { CONFIG_MAPS, NAMESPACES, PODS, SECRETS } from '../../src/client/resources';
import { createNamespaceController } from '../../src/controllers/namespace/namespace-controller';
import { World } from '../client/world';

describe('namespace controller', () => {
  let w: World;
  beforeEach(async () => {
    w = new World();
    await w.start(createNamespaceController);
    await w.client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'gone' } });
    await w.client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'stays' } });
  });
  afterEach(() => w.stop());
  const map = (name: string, namespace = 'gone', finalizers?: string[]) => w.client.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, finalizers } });
  const status = async () => (await w.client.get(NAMESPACES, undefined, 'gone'))['status'];

  it('empties the namespace and lets it go', async () => {
    await map('a');
    await map('b', 'stays');
    await w.client.create(SECRETS, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'gone' } });
    await w.client.delete(NAMESPACES, undefined, 'gone');
    await w.settle();
    expect(w.client.all(NAMESPACES).map((n) => n.metadata.name)).toEqual(['stays']);
    expect(w.client.all(CONFIG_MAPS).map((n) => n.metadata.name)).toEqual(['b']);
    expect(w.client.all(SECRETS)).toEqual([]);
    expect(w.problems).toEqual([]);
  });

  it('says what is left, and goes on when it is gone', async () => {
    await map('free');
    await map('held', 'gone', ['example.com/hold']);
    await w.client.delete(NAMESPACES, undefined, 'gone');
    await w.settle();
    expect((await status()).phase).toBe('Terminating');
    expect((await status()).conditions).toEqual([
      { type: 'NamespaceDeletionDiscoveryFailure', status: 'False', reason: 'ResourcesDiscovered', message: 'All resources successfully discovered', lastTransitionTime: '2026-01-01T00:00:00Z' },
      { type: 'NamespaceDeletionGroupVersionParsingFailure', status: 'False', reason: 'ParsedGroupVersions', message: 'All legacy kube types successfully parsed', lastTransitionTime: '2026-01-01T00:00:00Z' },
      { type: 'NamespaceDeletionContentFailure', status: 'False', reason: 'ContentDeleted', message: 'All content successfully deleted, may be waiting on finalization', lastTransitionTime: '2026-01-01T00:00:00Z' },
      { type: 'NamespaceContentRemaining', status: 'True', reason: 'SomeResourcesRemain', message: 'Some resources are remaining: configmaps. has 1 resource instances', lastTransitionTime: '2026-01-01T00:00:00Z' },
      { type: 'NamespaceFinalizersRemaining', status: 'True', reason: 'SomeFinalizersRemain', message: 'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances', lastTransitionTime: '2026-01-01T00:00:00Z' },
    ]);
    const before = w.client.actions.length;
    await w.pass(600_000);
    expect(w.client.actions.slice(before)).toEqual([]);
    await w.client.patch(CONFIG_MAPS, 'gone', 'held', 'merge', { metadata: { finalizers: null } });
    await w.pass(1000);
    expect(w.client.all(NAMESPACES).map((n) => n.metadata.name)).toEqual(['stays']);
  });

  it('waits for pods before it deletes anything else', async () => {
    await map('config');
    await w.client.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'gone' }, spec: { nodeName: 'n', terminationGracePeriodSeconds: 30 } });
    await w.client.delete(NAMESPACES, undefined, 'gone');
    await w.settle();
    expect(w.client.all(PODS)[0]!.metadata.deletionTimestamp).toBeDefined();
    expect(w.client.all(CONFIG_MAPS)).toHaveLength(1);
    expect((await status()).conditions[3]).toMatchObject({ status: 'False', message: 'All content successfully removed' });
    await w.client.delete(PODS, 'gone', 'p', { gracePeriodSeconds: 0 });
    await w.pass(1000);
    expect(w.client.all(CONFIG_MAPS)).toEqual([]);
    expect(w.client.all(NAMESPACES)).toHaveLength(1);
  });

  it('tells what could not be deleted and tries again', async () => {
    await map('a');
    w.client.fail = (verb, r) => (verb === 'list' && r.resource === 'secrets' ? new StatusError(500, 'InternalError', 'broken') : undefined);
    await w.client.delete(NAMESPACES, undefined, 'gone');
    await w.settle();
    expect((await status()).conditions[2]).toMatchObject({ status: 'True', reason: 'ContentDeletionFailed', message: 'Failed to delete all resource types, 1 remaining: broken' });
    expect(w.client.all(CONFIG_MAPS)).toEqual([]);
    w.client.fail = () => undefined;
    await w.pass(5000);
    expect(w.client.all(NAMESPACES)).toHaveLength(1);
  });
});
