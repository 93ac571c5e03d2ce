import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONFIG_MAPS, NAMESPACES, SERVICE_ACCOUNTS } from '../../src/client/resources';
import { createRootCaPublisher } from '../../src/controllers/rootcapublisher/root-ca-publisher';
import { createServiceAccountController } from '../../src/controllers/serviceaccount/default-serviceaccount-controller';
import { World } from '../client/world';

describe('what every namespace has', () => {
  let w: World;
  beforeEach(async () => {
    w = new World();
    await w.client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'old' } });
    await w.start(createServiceAccountController, (x) => createRootCaPublisher(x, 'PEM'));
    await w.client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'new' } });
    await w.settle();
  });
  afterEach(() => w.stop());

  it('gets its account and authorities, and gets them again', async () => {
    expect(w.client.all(SERVICE_ACCOUNTS).map((a) => `${a.metadata.namespace}/${a.metadata.name}`)).toEqual(['new/default', 'old/default']);
    await w.client.delete(SERVICE_ACCOUNTS, 'new', 'default');
    await w.client.delete(CONFIG_MAPS, 'new', 'kube-root-ca.crt');
    await w.client.patch(CONFIG_MAPS, 'old', 'kube-root-ca.crt', 'merge', { data: { 'ca.crt': 'x', more: 'y' } });
    await w.settle();
    expect(w.client.all(SERVICE_ACCOUNTS)).toHaveLength(2);
    expect(w.client.all(CONFIG_MAPS).map((m) => m['data'])).toEqual([{ 'ca.crt': 'PEM' }, { 'ca.crt': 'PEM' }]);
    expect(w.client.all(CONFIG_MAPS)[0]!.metadata.annotations!['kubernetes.io/description']).toMatch(/^Contains a CA bundle/);
  });

  it('gets nothing more when it goes', async () => {
    await w.client.delete(NAMESPACES, undefined, 'new');
    await w.client.delete(SERVICE_ACCOUNTS, 'new', 'default');
    await w.client.delete(CONFIG_MAPS, 'new', 'kube-root-ca.crt');
    const before = w.client.actions.length;
    await w.pass(60_000);
    expect(w.client.actions.slice(before)).toEqual([]);
  });
});
