import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Requester } from './requester';

const PATH = '/apis/apps/v1/namespaces/default/deployments/d';
const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ image: 'i', name: 'c' }] } };

describe('a patch that changes what an object says it is', () => {
  let api: Requester;
  beforeAll(async () => {
    api = await Requester.start();
    await api.post('/apis/apps/v1/namespaces/default/deployments', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec: { replicas: 1, selector: { matchLabels: { app: 'a' } }, template } });
  });
  afterAll(() => api.stop());

  it.each([
    ['json', [{ op: 'remove', path: '/apiVersion' }]],
    ['merge', { apiVersion: null }],
    ['merge', { apiVersion: '' }],
  ])('leaves nothing to read without a version: %s %j', async (type, patch) => {
    const warned = await api.patch(PATH, type, patch);
    expect([warned.code, warned.body.message]).toEqual([400, 'the name of the object (d based on URL) was undeterminable: name must be provided']);
    expect(warned.headers.warning).toBe('299 - "unknown field \\"metadata\\"", 299 - "unknown field \\"spec\\"", 299 - "unknown field \\"status\\""');
    const strict = await api.patch(`${PATH}?fieldValidation=Strict`, type, patch);
    expect([strict.code, strict.body.message]).toEqual([422, expect.stringMatching(/: strict decoding error: unknown field "metadata", unknown field "spec", unknown field "status"$/)]);
  });

  it('needs texts', async () => {
    const answer = await api.patch(PATH, 'merge', { kind: { a: 1 } });
    expect([answer.code, answer.body.message]).toEqual([422, expect.stringMatching(/: couldn't get version\/kind; json parse error: json: cannot unmarshal object into Go struct field \.kind of type string$/)]);
    const both = await api.patch(PATH, 'json', [{ op: 'replace', path: '/kind', value: 5 }, { op: 'replace', path: '/apiVersion', value: ['x'] }]);
    expect(both.body.message).toMatch(/cannot unmarshal array into Go struct field \.apiVersion of type string$/);
  });

  it('tells the first fault of the document as it is quoted', async () => {
    const answer = await api.patch(PATH, 'json', [{ op: 'replace', path: '/spec/strategy', value: 'x' }, { op: 'replace', path: '/spec/replicas', value: 'y' }]);
    expect(answer.body.message).toMatch(/json: cannot unmarshal string into Go struct field DeploymentSpec\.spec\.replicas of type int32$/);
  });
});
