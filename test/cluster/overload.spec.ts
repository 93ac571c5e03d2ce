import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestCluster, type TestCluster } from './test-cluster';
import { Visitor } from './visitor';

describe('overload', () => {
  let cluster: TestCluster;
  let visitor: Visitor;
  beforeAll(async () => {
    cluster = await startTestCluster({ components: ['none'] });
    visitor = new Visitor(cluster.kubeconfig);
  });
  afterAll(() => cluster.stop());

  it('refuses with 429 and Retry-After what its priority level has no room for, and counts it', async () => {
    await visitor.json('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'robot' } });
    const { body } = (await visitor.json('POST', '/api/v1/namespaces/default/serviceaccounts/robot/token', { spec: {} })) as { body: { status: { token: string } } };
    const as = { token: body.status.token };
    const path = '/api/v1/namespaces/default/configmaps';
    expect((await visitor.text('GET', path, as)).code).toBe(200);

    const api = '/apis/flowcontrol.apiserver.k8s.io/v1';
    const level = { metadata: { name: 'none' }, spec: { type: 'Limited', limited: { nominalConcurrencyShares: 0, borrowingLimitPercent: 0, limitResponse: { type: 'Reject' } } } };
    expect((await visitor.json('POST', `${api}/prioritylevelconfigurations`, level)).code).toBe(201);
    const rules = [{ subjects: [{ kind: 'ServiceAccount', serviceAccount: { namespace: 'default', name: 'robot' } }], resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['configmaps'], namespaces: ['*'] }] }];
    expect((await visitor.json('POST', `${api}/flowschemas`, { metadata: { name: 'robots' }, spec: { matchingPrecedence: 5, priorityLevelConfiguration: { name: 'none' }, rules } })).code).toBe(201);

    let answer = await visitor.open('GET', path, as);
    for (let i = 0; i < 300 && answer.statusCode !== 429; i++) {
      answer.resume();
      await new Promise((r) => setTimeout(r, 20));
      answer = await visitor.open('GET', path, as);
    }
    expect(answer.statusCode).toBe(429);
    expect(answer.headers).toMatchObject({ 'retry-after': '1', 'content-type': 'text/plain; charset=utf-8' });
    expect(answer.headers['x-kubernetes-pf-prioritylevel-uid']).toMatch(/^[0-9a-f-]{36}$/);
    let text = '';
    for await (const chunk of answer.setEncoding('utf8')) text += chunk;
    expect(text).toBe('Too many requests, please try again later.\n');
    expect((await visitor.text('GET', '/api/v1/namespaces/default/secrets', as)).code).toBe(200);
    expect((await visitor.text('GET', path)).code).toBe(200);

    const metrics = (await visitor.text('GET', '/metrics')).body;
    expect(metrics).toMatch(/apiserver_flowcontrol_rejected_requests_total\{flow_schema="robots",priority_level="none",reason="concurrency-limit"\} 1\n/);
    expect(metrics).toMatch(/apiserver_flowcontrol_current_executing_requests\{flow_schema="exempt",priority_level="exempt"\} 0\n/);
    expect(metrics).toMatch(/nodejs_eventloop_lag_max_seconds [\d.]+\n/);
  });
});
