import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Requester } from './requester';

const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const AUTOSCALERS = '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers';
const REVIEWS = '/apis/authorization.k8s.io/v1/namespaces/default/localsubjectaccessreviews';
const DAEMONS = '/apis/apps/v1/namespaces/default/daemonsets';

describe('what a write is told to have changed', () => {
  let api: Requester;
  beforeAll(async () => {
    api = await Requester.start();
  });
  afterAll(() => api.stop());

  it('is told of reviews, too', async () => {
    const { code, body } = await api.post(REVIEWS, { spec: { user: 'u', resourceAttributes: { namespace: 'default', verb: 'get' } } });
    expect(code).toBe(201);
    expect(body.metadata.managedFields).toMatchObject([
      { manager: 'tester', operation: 'Update', fieldsV1: { 'f:spec': { 'f:resourceAttributes': { '.': {}, 'f:namespace': {}, 'f:verb': {} }, 'f:user': {} } } },
    ]);
  });

  it('has what conversion to the internal type adds', async () => {
    const daemons = await api.post(DAEMONS, { metadata: { name: 'd' }, spec: { selector: { matchLabels: { app: 'a' } }, template } });
    expect(daemons.body.metadata.managedFields[0].fieldsV1['f:metadata']).toEqual({ 'f:annotations': { '.': {}, 'f:deprecated.daemonset.template.generation': {} } });
    expect(daemons.body.metadata.annotations).toEqual({ 'deprecated.daemonset.template.generation': '1' });
    const scaler = await api.post(AUTOSCALERS, { metadata: { name: 'h' }, spec: { maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' } } });
    expect(scaler.body.metadata.managedFields[0].fieldsV1['f:spec']).toMatchObject({ 'f:maxReplicas': {}, 'f:targetCPUUtilizationPercentage': {} });
  });

  it('has nothing that only the server sets', async () => {
    const { body } = await api.post('/api/v1/namespaces/default/configmaps', { metadata: { name: 'c', deletionGracePeriodSeconds: 5 }, data: { a: 'b' } });
    expect(body.metadata.managedFields[0].fieldsV1).toEqual({ 'f:data': { '.': {}, 'f:a': {} } });
  });

  it('is asked for its namespace before its name', async () => {
    const elsewhere = await api.put('/api/v1/namespaces/default/configmaps/c', { metadata: { name: 'other', namespace: 'other' } });
    expect(elsewhere.body.message).toMatch(/the namespace of the provided object does not match/);
    const review = await api.post(REVIEWS, { metadata: { namespace: 'other' }, spec: { user: 'u', resourceAttributes: { namespace: 'other' } } });
    expect(review).toMatchObject({ code: 400, body: { message: expect.stringMatching(/the namespace of the provided object does not match/) } });
  });

  it('has a version that may be left open', async () => {
    const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps?dryRun=All';
    const said = async (apiVersion: string, path = CONFIG_MAPS, kind = 'ConfigMap'): Promise<unknown> => {
      const { code, body } = await api.post(path, { apiVersion, kind, metadata: { name: 'v' }, data: {} });
      return code === 201 ? body.apiVersion : body.message;
    };
    expect(await said('/')).toBe('v1');
    expect(await said('apps/', '/apis/apps/v1/namespaces/default/controllerrevisions?dryRun=All', 'ControllerRevision')).toBe('apps/v1');
    const odd = await api.post(CONFIG_MAPS, { KIND: 'Secret', metadata: { name: 'v' } });
    expect(odd.body.message).toMatch(/^Secret in version "v1" cannot be handled as a ConfigMap: /);
    expect((await api.post(CONFIG_MAPS, { apiVersion: {}, metadata: { name: 'v' } })).body.message).toBe(
      'the object provided is unrecognized (must be of type ConfigMap): couldn\'t get version/kind; json parse error: json: cannot unmarshal object into Go struct field .apiVersion of type string ({"apiVersion":{},"metadata":{" ...)',
    );
    expect(await said('a/b/c')).toBe('the object provided is unrecognized (must be of type ConfigMap): unexpected GroupVersion string: a/b/c ({"apiVersion":"a/b/c","kind":" ...)');
    expect(await said('apps/')).toBe(
      'ConfigMap in version "" cannot be handled as a ConfigMap: Object \'apiVersion\' is missing in \'{"apiVersion":"apps/","kind":"ConfigMap","metadata":{"name":"v"},"data":{}}\'',
    );
  });

  it('tells empty lists from absent ones in what may not change', async () => {
    const claims = '/api/v1/namespaces/default/persistentvolumeclaims';
    const claim = { metadata: { name: 'p' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } };
    await api.post(claims, claim);
    const { body } = await api.put(`${claims}/p`, { ...claim, spec: { ...claim.spec, accessModes: [] } });
    expect(body.message).toContain('+ "AccessModes": [],');
    const none = await api.put(`${claims}/p`, { ...claim, spec: { resources: claim.spec.resources } });
    expect(none.body.message).toContain('+ "AccessModes": null,');
  });

  it('names the place of an object whose UID is another, less of it when nothing is stored', async () => {
    const key = async (query: string): Promise<string> => (await api.put(`/api/v1/namespaces/default/configmaps/c${query}`, { metadata: { name: 'c', uid: 'u' } })).body.message;
    expect(await key('')).toContain('Key: /registry/configmaps/default/c,');
    expect(await key('?dryRun=All')).toContain('Key: /configmaps/default/c,');
  });

  it('has one complaint about the name of an event', async () => {
    const event = { metadata: { name: 'A_b' }, eventTime: '2026-01-01T00:00:00.000000Z', action: 'A', reason: 'R', type: 'Normal', regarding: { namespace: 'default' }, reportingController: 'a.b/c', reportingInstance: 'i' };
    expect((await api.post('/apis/events.k8s.io/v1/namespaces/default/events', event)).body.details.causes).toHaveLength(1);
  });

  it('has a type whose strange letters are written out', async () => {
    const { body } = await api.post('/api/v1/namespaces/default/configmaps', { kind: '\u202e', apiVersion: 'v1', metadata: { name: 'c' } });
    expect(body.message).toContain('no kind "\\u202e" is registered');
  });
});
