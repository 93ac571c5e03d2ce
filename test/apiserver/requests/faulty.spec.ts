import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Requester } from './requester';

describe('bodies full of faults', () => {
  let api: Requester;
  beforeAll(async () => {
    api = await Requester.start();
  });
  afterAll(() => api.stop());

  it('are refused, however many faults they have', async () => {
    const many = (n: number): object[] => Array.from({ length: n }, () => ({}));
    for (const [path, body] of [
      ['/apis/storage.k8s.io/v1/storageclasses', { metadata: { name: 's' }, provisioner: 'a.b/c', allowedTopologies: many(50_000) }],
      ['/api/v1/namespaces/default/endpoints', { metadata: { name: 'e' }, subsets: many(200_000) }],
      ['/api/v1/namespaces/default/configmaps', { metadata: { name: 'c', ownerReferences: many(200_000) } }],
    ] as const) {
      const answer = await api.post(path, body);
      expect([path, [400, 422].includes(answer.code), answer.body.kind]).toEqual([path, true, 'Status']);
    }
  });

  it('are refused for schemas that depend on nothing', async () => {
    const openAPIV3Schema = { type: 'object', properties: { a: { type: 'object', dependencies: { x: null } } } };
    const body = { metadata: { name: 'things.example.com' }, spec: { group: 'example.com', scope: 'Namespaced', names: { plural: 'things', kind: 'Thing' }, versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }] } };
    const answer = await api.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', body);
    expect([answer.code, answer.body.message]).toEqual([422, expect.stringContaining('dependencies: Forbidden: dependencies is not supported')]);
  });
});
