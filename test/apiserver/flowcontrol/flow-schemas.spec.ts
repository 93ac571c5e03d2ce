import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/api/meta/object';
import { FlowSchemaClassifier } from '../../../src/apiserver/flowcontrol/flow-schemas';
import { parseRequestInfo } from '../../../src/apiserver/http/request-info';
import { FakeClock } from '../../../src/util/fake-clock';

const level = (name: string): KubeObject => ({ kind: 'PriorityLevelConfiguration', apiVersion: 'flowcontrol.apiserver.k8s.io/v1', metadata: { name, uid: `level-${name}` }, spec: { type: 'Exempt' } });
function schema(name: string, matchingPrecedence: number, levelName: string, rule: object): KubeObject {
  return { kind: 'FlowSchema', apiVersion: 'flowcontrol.apiserver.k8s.io/v1', metadata: { name, uid: name }, spec: { matchingPrecedence, priorityLevelConfiguration: { name: levelName }, rules: [rule] } };
}
const group = (name: string): object => ({ kind: 'Group', group: { name } });
const every = { verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] };
const anyPath = { verbs: ['*'], nonResourceURLs: ['*'] };

const levels = [level('exempt'), level('system'), level('low')];
const schemas = [
  schema('catch-all', 10000, 'low', { subjects: [group('*')], resourceRules: [every], nonResourceRules: [anyPath] }),
  schema('exempt', 1, 'exempt', { subjects: [group('system:masters')], resourceRules: [every], nonResourceRules: [anyPath] }),
  schema('probes', 2, 'exempt', { subjects: [group('*')], nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/livez/*'] }] }),
  schema('leases', 100, 'system', { subjects: [{ kind: 'User', user: { name: 'elector' } }, { kind: 'ServiceAccount', serviceAccount: { namespace: 'kube-system', name: '*' } }], resourceRules: [{ verbs: ['get', 'update'], apiGroups: ['coordination.k8s.io'], resources: ['leases'], namespaces: ['kube-system'] }] }),
  schema('dangling', 3, 'none', { subjects: [group('*')], resourceRules: [every] }),
];
const user = (name: string, ...groups: string[]): { name: string; groups: string[] } => ({ name, groups });
const lease = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/l';

describe('FlowSchemaClassifier', () => {
  const c = new FlowSchemaClassifier(() => schemas, () => levels, new FakeClock(), () => undefined);
  it.each([
    ['GET', '/api/v1/nodes', user('root', 'system:masters'), ['exempt', 'level-exempt']],
    ['GET', '/api/v1/nodes', user('jo', 'system:authenticated'), ['catch-all', 'level-low']],
    ['GET', '/healthz/ping', user('jo', 'x'), ['probes', 'level-exempt']],
    ['GET', '/livez/ping', user('jo', 'x'), ['probes', 'level-exempt']],
    ['GET', '/livezz', user('jo', 'x'), ['catch-all', 'level-low']],
    ['PUT', lease, user('elector', 'x'), ['leases', 'level-system']],
    ['PUT', lease, user('system:serviceaccount:kube-system:a', 'x'), ['leases', 'level-system']],
    ['PUT', lease, user('system:serviceaccount:default:a', 'x'), ['catch-all', 'level-low']],
    ['DELETE', lease, user('elector', 'x'), ['catch-all', 'level-low']],
    ['PUT', lease.replace('kube-system', 'default'), user('elector', 'x'), ['catch-all', 'level-low']],
    ['PUT', `${lease}/status`, user('elector', 'x'), ['catch-all', 'level-low']],
  ])('%s %s', (method, url, who, want) => {
    expect(c.classify(who, parseRequestInfo(method, url))?.uids).toEqual(want);
    expect(c.classify(who, parseRequestInfo(method, url))?.uids).toEqual(want);
  });

  it('notices changes within a second', () => {
    const clock = new FakeClock();
    let now = schemas.slice(0, 1);
    const changing = new FlowSchemaClassifier(() => now, () => levels, clock, () => undefined);
    const who = user('root', 'system:masters');
    const info = parseRequestInfo('GET', '/api/v1/nodes');
    expect(changing.classify(who, info)?.schema).toBe('catch-all');
    now = schemas.slice(0, 2);
    clock.step(1000);
    expect(changing.classify(who, info)?.schema).toBe('exempt');
  });
  it('gives nothing where there is nothing', () => expect(new FlowSchemaClassifier(() => [], () => [], new FakeClock(), () => undefined).classify(user('a'), parseRequestInfo('GET', '/api'))).toBeUndefined());
});
