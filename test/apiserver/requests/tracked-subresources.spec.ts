import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Requester } from './requester';

const PODS = '/api/v1/namespaces/default/pods';

describe('managed fields of subresources that are stored with a pod', () => {
  let api: Requester;
  beforeAll(async () => {
    api = await Requester.startWithAccount();
    await api.post(PODS, { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }] } });
  });
  afterAll(() => api.stop());

  it('are those of everything that was applied, though the subresource changes only its own part', async () => {
    const applied = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', labels: { a: 'b' } }, spec: { containers: [{ name: 'c', resources: { requests: { cpu: '2' } } }] } };
    const { code, body } = await api.patch(`${PODS}/p/resize?fieldManager=m&force=true`, 'apply', applied);
    expect(code).toBe(200);
    expect(body.metadata.labels).toBeUndefined();
    expect(body.spec.containers[0].resources.requests).toEqual({ cpu: '2' });
    const entry = body.metadata.managedFields.find((m: { manager: string }) => m.manager === 'm');
    expect(entry).toMatchObject({ operation: 'Apply', subresource: 'resize', fieldsV1: { 'f:metadata': { 'f:labels': { 'f:a': {} } }, 'f:spec': { 'f:containers': { 'k:{"name":"c"}': { 'f:resources': { 'f:requests': { 'f:cpu': {} } } } } } } });
  });
});
