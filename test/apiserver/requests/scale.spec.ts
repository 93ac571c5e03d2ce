import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Requester } from './requester';

const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const SCALE = `${DEPLOYMENTS}/d/scale`;
const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };

describe('the scale of a Deployment', () => {
  let api: Requester;
  beforeAll(async () => {
    api = await Requester.start();
    await api.post(DEPLOYMENTS, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec: { replicas: 1, selector: { matchLabels: { app: 'a' } }, template } });
  });
  afterAll(() => api.stop());

  it('has metadata that has to be right', async () => {
    const labels = await api.put(SCALE, { metadata: { name: 'd', labels: { 'bad key!': 'x' } }, spec: { replicas: -1 } });
    expect(labels.code).toBe(422);
    expect(labels.body.details.causes.map((c: { field: string }) => c.field)).toEqual(['metadata.labels', 'spec.replicas']);
  });

  it('has to be of the object in the path', async () => {
    expect((await api.put(SCALE, { metadata: { name: 'd', namespace: 'other' } })).body.message).toMatch(/namespace of the provided object/);
    expect((await api.put(SCALE, { metadata: {} })).body.message).toMatch(/undeterminable/);
    expect((await api.patch(SCALE, 'merge', { metadata: { name: 'e' } })).body.message).toMatch(/does not match the name on the URL/);
    const uid = await api.patch(SCALE, 'merge', { metadata: { uid: 'x' } });
    expect(uid).toMatchObject({ code: 409, body: { details: { kind: 'deployments/scale', group: 'apps' } } });
  });

  it('changes the replicas', async () => {
    expect((await api.put(SCALE, { metadata: { name: 'd' }, spec: { replicas: 3 } })).body.spec).toEqual({ replicas: 3 });
    expect((await api.get(`${DEPLOYMENTS}/d`)).body.spec.replicas).toBe(3);
  });
});
