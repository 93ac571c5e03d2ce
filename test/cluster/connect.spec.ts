import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestCluster, type TestCluster } from './test-cluster';
import { Visitor } from './visitor';

interface Refusal {
  code: number;
  reason?: string;
  message: string;
}

describe('what leads through the API server to a process', () => {
  let cluster: TestCluster;
  let visitor: Visitor;
  const base = '/api/v1/namespaces/default';

  const create = async (path: string, object: object): Promise<void> => {
    const { code, body } = await visitor.json('POST', path, object);
    expect([code, body]).toEqual([201, expect.anything()]);
  };
  const ask = async (path: string, upgrade?: string, method = 'GET'): Promise<Refusal> => {
    const { body } = await visitor.json(method, path, undefined, 'certificate', upgrade ? { Connection: 'Upgrade', Upgrade: upgrade, 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==', 'Sec-WebSocket-Version': '13' } : {});
    const { code, reason, message } = body as Refusal;
    return { code, message, ...(reason === undefined ? {} : { reason }) };
  };
  const bad = (message: string): Refusal => ({ code: 400, reason: 'BadRequest', message });
  const status = (name: string, value: object): Promise<unknown> => visitor.json('PATCH', `${base}/pods/${name}/status`, { status: value }, 'certificate', { 'Content-Type': 'application/merge-patch+json' });

  beforeAll(async () => {
    cluster = await startTestCluster({ nodes: 0, components: ['none'] });
    visitor = new Visitor(cluster.kubeconfig);
    await create(`${base}/serviceaccounts`, { metadata: { name: 'default' } });
    const containers = [{ name: 'a', image: 'a', ports: [{ containerPort: 8080 }] }];
    await create(`${base}/pods`, { metadata: { name: 'waiting' }, spec: { containers } });
    await create(`${base}/pods`, { metadata: { name: 'two' }, spec: { nodeName: 'n', initContainers: [{ name: 'i', image: 'a' }], containers: [...containers, { name: 'b', image: 'b' }] } });
    await create(`${base}/pods`, { metadata: { name: 'one' }, spec: { nodeName: 'n', containers } });
    await create(`${base}/pods`, { metadata: { name: 'lost' }, spec: { nodeName: 'gone', containers } });
    await status('one', { podIPs: [{ ip: '10.1.2.3' }] });
    await create('/api/v1/nodes', { metadata: { name: 'n' }, status: { addresses: [{ type: 'InternalIP', address: '10.9.9.9' }], daemonEndpoints: { kubeletEndpoint: { Port: 10255 } } } });
    await create('/api/v1/nodes', { metadata: { name: 'bare' } });
    await create(`${base}/services`, { metadata: { name: 'web' }, spec: { ports: [{ name: 'http', port: 80 }] } });
    await create(`${base}/services`, { metadata: { name: 'empty' }, spec: { ports: [{ port: 80 }] } });
    await create(`${base}/endpoints`, { metadata: { name: 'web' }, subsets: [{ addresses: [{ ip: '10.1.2.3', targetRef: { kind: 'Pod', name: 'one' } }], ports: [{ name: 'http', port: 8080 }] }] });
    await create(`${base}/endpoints`, { metadata: { name: 'none' } });
  });
  afterAll(() => cluster.stop());

  it.each(['exec', 'attach'])('%s needs a pod with a host, a container and an upgrade, in this order', async (sub) => {
    expect(await ask(`${base}/pods/nope/${sub}?command=ls`)).toEqual({ code: 404, reason: 'NotFound', message: 'pods "nope" not found' });
    expect(await ask(`${base}/pods/waiting/${sub}?container=x`)).toEqual(bad('container x is not valid for pod waiting'));
    expect(await ask(`${base}/pods/two/${sub}`)).toEqual(bad('a container name must be specified for pod two, choose one of: [i a b]'));
    expect(await ask(`${base}/pods/waiting/${sub}`)).toEqual(bad('pod waiting does not have a host assigned'));
    expect(await ask(`${base}/pods/lost/${sub}`)).toEqual({ code: 404, reason: 'NotFound', message: 'pods "gone" not found' });
    expect(await ask(`${base}/pods/one/${sub}`)).toEqual(bad('Upgrade request required'));
    expect(await ask(`${base}/pods/one/${sub}`, undefined, 'POST')).toEqual(bad('Upgrade request required'));
    expect(await ask(`${base}/pods/one/${sub}?dryRun=All`)).toEqual(bad('dryRun is not supported'));
    for (const protocol of ['SPDY/3.1', 'websocket']) {
      expect(await ask(`${base}/pods/one/${sub}?stdout=true`, protocol)).toEqual({ code: 500, message: expect.stringMatching(/^error dialing backend: dial tcp 10\.9\.9\.9:10255: connect: connection refused/) });
    }
  });

  it('portforward asks for no container', async () => {
    expect(await ask(`${base}/pods/waiting/portforward`)).toEqual(bad('pod waiting does not have a host assigned'));
    expect(await ask(`${base}/pods/two/portforward?ports=80`)).toEqual(bad('Upgrade request required'));
    expect(await ask(`${base}/pods/two/portforward?ports=80`, 'SPDY/3.1', 'POST')).toMatchObject({ code: 500 });
  });

  it('proxies of pods take their names with scheme and port', async () => {
    const unreachable = (address: string): Refusal => ({ code: 503, reason: 'ServiceUnavailable', message: expect.stringMatching(`^error trying to reach service: dial tcp ${address}: connect: connection refused`) as string });
    expect(await ask(`${base}/pods/waiting/proxy`)).toEqual(bad('address not allowed'));
    expect(await ask(`${base}/pods/one/proxy/`)).toEqual(unreachable('10.1.2.3:8080'));
    expect(await ask(`${base}/pods/https:one:443/proxy/a/b?c=d`, undefined, 'POST')).toEqual(unreachable('10.1.2.3:443'));
    expect(await ask(`${base}/pods/ftp:one:21/proxy`)).toEqual(bad('invalid pod request "ftp:one:21"'));
    expect(await ask('/api/v1/nodes/n/proxy/metrics')).toEqual(unreachable('10.9.9.9:10255'));
    expect(await ask('/api/v1/nodes/n:10250/proxy/metrics')).toEqual(unreachable('10.9.9.9:10250'));
    expect(await ask('/api/v1/nodes/nope/proxy')).toEqual({ code: 404, reason: 'NotFound', message: 'nodes "nope" not found' });
    expect(await ask('/api/v1/nodes/bare/proxy')).toEqual({ code: 500, message: 'no preferred addresses found; known addresses: []' });
  });

  it('proxies of services go by their endpoints', async () => {
    const unavailable = (message: string): Refusal => ({ code: 503, reason: 'ServiceUnavailable', message });
    for (const id of ['web:http', 'web:80', 'http:web:http']) expect((await ask(`${base}/services/${id}/proxy`)).message).toMatch(/^error trying to reach service: dial tcp 10\.1\.2\.3:8080/);
    expect(await ask(`${base}/services/web/proxy`)).toEqual(unavailable('no endpoints available for service "web"'));
    expect(await ask(`${base}/services/web:81/proxy`)).toEqual(unavailable('no service port 81 found for service "web"'));
    expect(await ask(`${base}/services/none/proxy`)).toEqual(unavailable('no endpoints available for service "none"'));
    expect(await ask(`${base}/services/empty/proxy`)).toEqual({ code: 404, reason: 'NotFound', message: 'services "empty" not found' });
    expect(await ask(`${base}/services/nope:80/proxy`)).toEqual({ code: 404, reason: 'NotFound', message: 'services "nope" not found' });
  });

  it('logs of a pod without a host are empty, and options are checked first', async () => {
    expect(await visitor.text('GET', `${base}/pods/waiting/log`)).toEqual({ code: 204, body: '' });
    expect(await ask(`${base}/pods/nope/log?tailLines=-1`)).toMatchObject({ code: 422, message: 'PodLogOptions "nope" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0' });
    expect(await ask(`${base}/pods/lost/log`)).toEqual({ code: 404, reason: 'NotFound', message: 'pods "gone" not found' });
  });
});
