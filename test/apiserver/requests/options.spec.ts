import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Requester } from './requester';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const SERVICES = '/api/v1/namespaces/default/services';
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

/** Answers of kube-apiserver 1.36.3 to the same requests. */
describe('options of requests', () => {
  let api: Requester;
  beforeAll(async () => {
    api = await Requester.startWithAccount();
    for (const i of [1, 2, 3]) await api.post(CONFIG_MAPS, { metadata: { name: `c-${i}` } });
  });
  afterAll(() => api.stop());

  it('force is an option of patches alone', async () => {
    expect((await api.said(`${CONFIG_MAPS}?force=true`, 'POST', { metadata: { name: 'forced' } }))[0]).toBe(201);
    expect((await api.said(`${CONFIG_MAPS}/forced?force=x`, 'PUT', { metadata: { name: 'forced' } }))[0]).toBe(200);
    expect((await api.patch(`${CONFIG_MAPS}/forced?force=true`, 'merge', {})).code).toBe(422);
  });

  it('numbers must be some, even when nothing is sent for them', async () => {
    const nothing = [400, 'strconv.ParseInt: parsing "": invalid syntax'];
    expect(await api.said(`${CONFIG_MAPS}?limit=`)).toEqual(nothing);
    expect(await api.said(`${CONFIG_MAPS}?timeoutSeconds=`)).toEqual(nothing);
    expect(await api.said(`${CONFIG_MAPS}/none?gracePeriodSeconds=`, 'DELETE')).toEqual(nothing);
  });

  it('are quoted as Go does', async () => {
    expect(await api.said(`${CONFIG_MAPS}?timeout=%00%C3%A4`)).toEqual([400, 'invalid timeout specified in the request URL - time: invalid duration "\\x00\\xc3\\xa4"']);
    expect((await api.said(`${CONFIG_MAPS}?fieldValidation=%00`, 'POST', {}))[1]).toContain('fieldValidation: Unsupported value: "\\x00": ');
    expect(await api.said(`${CONFIG_MAPS}/c-1?resourceVersion=%00`)).toEqual([500, 'resourceVersion: Invalid value: "\\x00": strconv.ParseUint: parsing "\\x00": invalid syntax']);
  });

  it('the limit of a list of any version is passed over, but for events', async () => {
    expect((await api.get(`${CONFIG_MAPS}?resourceVersion=0&limit=1`)).body.items.length).toBeGreaterThan(2);
    const events = '/api/v1/namespaces/default/events';
    for (const name of ['a', 'b']) await api.post(events, { metadata: { name }, involvedObject: { namespace: 'default' } });
    expect((await api.get(`${events}?resourceVersion=0&limit=1`)).body.items).toHaveLength(1);
  });

  it('continue tokens are base64 without padding', async () => {
    expect(await api.said(`${CONFIG_MAPS}?limit=1&continue=99999`)).toEqual([400, 'invalid continue token: continue key is not valid: illegal base64 data at input byte 4']);
  });

  it('selectors by the namespace are for what has one, or has no fields of its own', async () => {
    for (const path of ['/api/v1/nodes', '/api/v1/namespaces', '/apis/certificates.k8s.io/v1/certificatesigningrequests']) expect(await api.said(`${path}?fieldSelector=metadata.namespace!=x`)).toEqual([400, 'field label not supported: metadata.namespace']);
    expect((await api.said('/api/v1/persistentvolumes?fieldSelector=metadata.namespace!=x'))[0]).toBe(200);
    expect((await api.get('/api/v1/componentstatuses?fieldSelector=metadata.name=x')).body.items).toEqual([]);
    expect((await api.said('/api/v1/componentstatuses?fieldSelector=x=y'))[0]).toBe(400);
  });

  it('an operator between nothing and nothing selects everything', async () => {
    for (const s of ['=', '!=', '==', ',=,']) expect((await api.said(`${CONFIG_MAPS}?fieldSelector=${s}`))[0]).toBe(200);
    expect((await api.said(`${CONFIG_MAPS}?fieldSelector==a`))[0]).toBe(400);
  });

  it('those of a PUT are looked at before the type of its body', async () => {
    const text = { 'content-type': 'text/plain' };
    expect((await api.said(`${CONFIG_MAPS}/c-1?fieldValidation=x`, 'PUT', 'z', text))[0]).toBe(422);
    expect((await api.said(`${CONFIG_MAPS}/c-1`, 'PUT', 'z', text))[0]).toBe(415);
    expect((await api.said(`${CONFIG_MAPS}?fieldValidation=x`, 'POST', 'z', text))[0]).toBe(415);
  });

  it('tables are not for every view', async () => {
    const accept = { accept: TABLE };
    for (const path of ['/api/v1/namespaces/default/pods/p/resize', '/api/v1/namespaces/default/pods/p/ephemeralcontainers', '/api/v1/namespaces/default/pods/p/log', '/apis/certificates.k8s.io/v1/certificatesigningrequests/c/approval', '/apis/resource.k8s.io/v1/namespaces/default/resourceclaims/c/status']) expect((await api.said(path, 'GET', undefined, accept))[0], path).toBe(406);
    expect((await api.said('/api/v1/namespaces/default/pods/p/status', 'GET', undefined, accept))[0]).toBe(404);
    expect((await api.said('/api/v1/namespaces/default/pods/p/log', 'GET', undefined, { accept: 'text/html' }))[1]).toBe('406: Not Acceptable\n\nAvailable representations: text/plain, application/json, application/yaml, application/vnd.kubernetes.protobuf');
  });

  it('tables of nothing have no rows where upstream has no columns for the kind', async () => {
    const rows = async (path: string): Promise<unknown> => (await api.get(path, { accept: TABLE })).body.rows;
    expect(await rows('/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles')).toBeNull();
    expect(await rows('/api/v1/namespaces/default/secrets')).toEqual([]);
  });

  it('a version is refused by storage: after what is wrong, and only when it is one', async () => {
    expect((await api.said(CONFIG_MAPS, 'POST', { metadata: { name: 'v', resourceVersion: '5' }, data: { '/': 'x' } }))[0]).toBe(422);
    expect(await api.said(CONFIG_MAPS, 'POST', { metadata: { name: 'v', resourceVersion: '5' } })).toEqual([500, 'resourceVersion should not be set on objects to be created']);
    expect((await api.post(CONFIG_MAPS, { metadata: { name: 'v', resourceVersion: 'five', selfLink: '/x' } })).code).toBe(201);
    expect((await api.put(`${CONFIG_MAPS}/v`, { metadata: { name: 'v', selfLink: '/x' } })).body.metadata.selfLink).toBeUndefined();
  });

  it('preconditions of namespaces are worded by their own storage', async () => {
    await api.post('/api/v1/namespaces', { metadata: { name: 'held' } });
    expect((await api.said('/api/v1/namespaces/held', 'DELETE', { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid: 'x' } }))[1]).toMatch(/^Operation cannot be fulfilled on namespaces "held": Precondition failed: UID in precondition: x, UID in object meta: /);
    expect((await api.said('/api/v1/namespaces/held', 'DELETE', { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { resourceVersion: '1' } }))[1]).toMatch(/: Precondition failed: ResourceVersion in precondition: 1, ResourceVersion in object meta: \d+$/);
  });

  it('a Service without a name fails at its address', async () => {
    expect((await api.said(SERVICES, 'POST', { spec: { ports: [] } }))[1]).toMatch(/^Service "" is invalid: spec\.clusterIPs: Invalid value: \[""\]: failed to allocate IP: IPAddress\.networking\.k8s\.io "10\.[\d.]+" is invalid: spec\.parentRef\.name: Required value$/);
    expect((await api.said(`${SERVICES}?dryRun=All`, 'POST', { spec: { ports: [{ port: 1 }] } }))[1]).toBe('Service "" is invalid: metadata.name: Required value: name or generateName is required');
  });

  it('YAML is complained of in the order of its keys', async () => {
    const yaml = { 'content-type': 'application/yaml' };
    expect((await api.said(CONFIG_MAPS, 'POST', 'metadata: {name: y, annotations: x}\ndata: x\n', yaml))[1]).toContain('ConfigMap.data of type map[string]string');
    expect((await api.send('POST', CONFIG_MAPS, 'zz: 1\nmetadata: {name: yy}\naa: 1\n', yaml)).headers['warning']).toBe('299 - "unknown field \\"aa\\"", 299 - "unknown field \\"zz\\""');
  });

  it('the fields of a token request are somebody\'s', async () => {
    const { body } = await api.post('/api/v1/namespaces/default/serviceaccounts/default/token', { spec: { audiences: ['a'] } });
    expect(body.metadata.managedFields).toMatchObject([{ manager: 'tester', operation: 'Update', subresource: 'token', fieldsV1: { 'f:spec': { 'f:audiences': {} } } }]);
  });

  it('numbers or texts that are neither fail when they are converted', async () => {
    const applied = (maxSurge: unknown): object => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec: { strategy: { rollingUpdate: { maxSurge } } } });
    const { body } = await api.patch('/apis/apps/v1/namespaces/default/deployments/d?fieldManager=m', 'apply', applied({ x: 'y' }));
    expect(body.message).toBe('failed to convert new object (/d; apps/v1, Kind=Deployment) to proper version: unable to convert unstructured object to apps/v1, Kind=Deployment: json: cannot unmarshal object into Go value of type int32');
  });
});
