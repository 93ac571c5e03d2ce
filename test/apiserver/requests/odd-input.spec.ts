import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Requester } from './requester';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

/** Answers of kube-apiserver 1.36.3 to the same requests. */
describe('odd input', () => {
  let api: Requester;
  beforeAll(async () => {
    api = await Requester.startWithAccount();
  });
  afterAll(() => api.stop());

  it('keys called __proto__ are data like any other, whatever is done to the object', async () => {
    const path = `${CONFIG_MAPS}/proto`;
    await api.send('POST', CONFIG_MAPS, '{"metadata":{"name":"proto"},"data":{"__proto__":"x","a":"1"}}');
    const data = async (): Promise<string[]> => Object.keys((await api.get(path)).body.data).sort();
    await api.patch(path, 'strategic', { metadata: { labels: { a: 'b' } } });
    await api.patch(path, 'merge', { metadata: { labels: { a: 'c' } } });
    await api.patch(path, 'json', [{ op: 'add', path: '/metadata/labels/b', value: 'd' }]);
    expect(await data()).toEqual(['__proto__', 'a']);
    await api.patch(path, 'strategic', '{"data":{"__proto__":"y","b":"2"}}');
    await api.patch(`${path}?fieldManager=m&force=true`, 'apply', '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"proto"},"data":{"__proto__":"z"}}');
    expect(await data()).toEqual(['__proto__', 'a', 'b']);
    expect(JSON.stringify((await api.get(path)).body.data)).toContain('"__proto__":"z"');
  });

  it('managers that own nothing are forgotten, and their names must be printable', async () => {
    const { body } = await api.post(CONFIG_MAPS, { metadata: { name: 'm' }, data: { a: '1' } });
    const nobody = { manager: 'nobody', operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: {} };
    const sent = { ...body, metadata: { ...body.metadata, resourceVersion: undefined, managedFields: [nobody, ...body.metadata.managedFields] } };
    expect((await api.put(`${CONFIG_MAPS}/m`, sent)).body.metadata.managedFields.map((f: { manager: string }) => f.manager)).toEqual(['tester']);
    sent.metadata.managedFields = [{ ...body.metadata.managedFields[0], manager: '\u202e' }];
    expect((await api.put(`${CONFIG_MAPS}/m`, sent)).body.message).toBe('ConfigMap "m" is invalid: metadata.managedFields[0].manager: Invalid value: "\\u202e": invalid character U+202E (at position 0)');
  });

  it('a token request is defaulted before its fields are somebody\'s', async () => {
    const { body } = await api.post('/api/v1/namespaces/default/serviceaccounts/default/token', {});
    expect(body.spec.expirationSeconds).toBe(3600);
    expect(body.metadata.managedFields[0].fieldsV1).toEqual({ 'f:spec': { 'f:expirationSeconds': {} } });
  });

  it('a namespace that nothing holds is marked before it goes', async () => {
    await api.post('/api/v1/namespaces', { metadata: { name: 'free' } });
    await api.put('/api/v1/namespaces/free/finalize', { metadata: { name: 'free' }, spec: { finalizers: [] } });
    const { code, body } = await api.send('DELETE', '/api/v1/namespaces/free');
    expect([code, body.status.phase]).toEqual([200, 'Terminating']);
    expect(body.metadata.deletionTimestamp).toMatch(/Z$/);
    expect((await api.get('/api/v1/namespaces/free')).code).toBe(404);
  });

  it('logs know no dry run', async () => {
    await api.post('/api/v1/namespaces/default/pods', { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } });
    expect((await api.get('/api/v1/namespaces/default/pods/p/log?dryRun=All')).code).toBe(204);
    expect((await api.get('/api/v1/namespaces/default/pods/p/exec?dryRun=All')).code).toBe(400);
  });
});
