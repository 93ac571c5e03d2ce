import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Requester } from './requester';

const NAMESPACE = '/api/v1/namespaces/default';

describe('actions on an object', () => {
  let api: Requester;
  beforeAll(async () => {
    api = await Requester.start();
    await api.post(`${NAMESPACE}/serviceaccounts`, { metadata: { name: 'default' } });
    await api.post(`${NAMESPACE}/pods`, { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } });
  });
  afterAll(() => api.stop());

  it.each([
    ['eviction', { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'p', namespace: 'other' } }],
    ['binding', { metadata: { name: 'p', namespace: 'other' }, target: { kind: 'Node', name: 'n' } }],
  ])('are of the namespace in the path: %s', async (action, body) => {
    const answer = await api.post(`${NAMESPACE}/pods/p/${action}?dryRun=All`, body);
    expect([answer.code, answer.body.message]).toEqual([400, 'the namespace of the provided object does not match the namespace sent on the request']);
  });

  it.each([
    ['', 'Name parameter required.'],
    ['a/b', 'Name parameter invalid: "a/b": may not contain \'/\''],
    ['..', 'Name parameter invalid: "..": may not be \'..\''],
  ])('look up only what could be a name: %j', async (name, message) => {
    const answer = await api.post(`${NAMESPACE}/serviceaccounts/default/token`, { spec: { audiences: ['a'], expirationSeconds: 600, boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name } } });
    expect([answer.code, answer.body.message]).toEqual([400, message]);
  });
});
