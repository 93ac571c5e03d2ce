import { describe, expect, it } from 'vitest';
import { configMap } from '../../../src/apis/core/config-map';
import { limitRange } from '../../../src/apis/core/limit-range';
import { resourceQuota } from '../../../src/apis/core/resource-quota';
import { secret } from '../../../src/apis/core/secret';
import { serviceAccountResource } from '../../../src/apis/core/service-account';
import { KindUnderTest } from '../kind-under-test';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('ConfigMap', () => {
  const kind = new KindUnderTest(configMap);

  it('has keys that can be file names, each of them once', () => {
    expect(kind.create('{data: {a.b_c-D: x}, binaryData: {e: AAAA}}').errors).toEqual([]);
    expect(kind.create('data: {"a/b": x}').errors[0]).toMatch(/^data\[a\/b\]: Invalid value: "a\/b": a valid config key must consist of/);
    expect(kind.create('{data: {a: x}, binaryData: {a: AAAA}}').errors).toEqual(['data[a]: Invalid value: "a": duplicate of key present in binaryData']);
    expect(kind.create('data: {"..": x}').errors[0]).toMatch(/^data\[..\]: Invalid value: "..": must not be '..'/);
  });

  it('may have keys that are called like what every object has', () => {
    expect(kind.create('{data: {constructor: x, hasOwnProperty: x}, binaryData: {a: AAAA}}').errors).toEqual([]);
  });

  it('holds a megabyte', () => {
    expect(kind.create(`data: {a: "${'x'.repeat(1024 * 1024)}"}`).errors).toEqual([]);
    expect(kind.create(`data: {a: "${'x'.repeat(1024 * 1024 + 1)}"}`).errors).toEqual(['[]: Too long: may not be more than 1048576 bytes']);
  });

  it('does not change once it is immutable', () => {
    const { object } = kind.create('{data: {a: x}, immutable: true}');
    expect(kind.update(object, (o) => void (o.data.a = 'y')).errors).toEqual(['data: Forbidden: field is immutable when `immutable` is set']);
    expect(kind.update(object, (o) => void delete o.immutable).errors).toEqual(['immutable: Forbidden: field is immutable when `immutable` is set']);
    expect(kind.update(object, (o) => void (o.metadata.labels = { a: 'b' })).errors).toEqual([]);
  });

  it('is listed by how much it holds', () => {
    expect(kind.cells(kind.create('{data: {a: x}, binaryData: {b: AAAA}}').object)).toMatchObject({ Name: 'x', Data: 2 });
  });
});

describe('Secret', () => {
  const kind = new KindUnderTest(secret);

  it('holds JSON where its type says so, in which bytes that do not belong there are named', () => {
    const of = (bytes: number[]): string[] => kind.create(`{type: kubernetes.io/dockercfg, data: {.dockercfg: ${Buffer.from(bytes).toString('base64')}}}`).errors;
    const said = (c: string): string[] => [`data[.dockercfg]: Invalid value: "<secret contents redacted>": invalid character '${c}' looking for beginning of value`];
    expect(of([0xd7])).toEqual(said('×'));
    expect(of([0x9e])).toEqual(said('\\u009e'));
    expect(of([...Buffer.from('{"a":"漢"}')])).toEqual([]);
  });

  it('takes text and keeps it with the rest', () => {
    const { object, errors } = kind.create(`{data: {a: ${base64('1')}, b: ${base64('2')}}, stringData: {b: three}}`);
    expect(errors).toEqual([]);
    expect(object).toMatchObject({ type: 'Opaque', data: { a: base64('1'), b: base64('three') } });
    expect(object).not.toHaveProperty('stringData');
  });

  it.each([
    ['type: kubernetes.io/tls', ['data[tls.crt]: Required value', 'data[tls.key]: Required value']],
    ['type: kubernetes.io/basic-auth', ['data[username]: Required value', 'data[password]: Required value']],
    ['type: kubernetes.io/ssh-auth', ['data[ssh-privatekey]: Required value']],
    ['type: kubernetes.io/dockerconfigjson', ['data[.dockerconfigjson]: Required value']],
    ['type: kubernetes.io/service-account-token', ['metadata.annotations[kubernetes.io/service-account.name]: Required value']],
  ])('holds what its type wants: %s', (yaml, errors) => {
    expect(kind.create(yaml).errors).toEqual(errors);
  });

  it('does not quote what it holds', () => {
    const [error] = kind.create(`{type: kubernetes.io/dockerconfigjson, data: {.dockerconfigjson: ${base64('{nonsense')}}}`).errors;
    expect(error).toMatch(/^data\[.dockerconfigjson\]: Invalid value: "<secret contents redacted>": invalid character 'n' looking for beginning of object key string$/);
  });

  it('keeps its type', () => {
    const { object } = kind.create(`{data: {username: ${base64('u')}}}`);
    expect(kind.update(object, (o) => void (o.type = 'kubernetes.io/basic-auth')).errors).toEqual(['type: Invalid value: "kubernetes.io/basic-auth": field is immutable']);
  });
});

describe('ServiceAccount', () => {
  const kind = new KindUnderTest(serviceAccountResource(undefined));

  it('names secrets and says no more of them', () => {
    expect(kind.create('secrets: [{name: a, namespace: b, kind: Secret}]').object.secrets).toEqual([{ name: 'a' }]);
  });
});

describe('LimitRange', () => {
  const kind = new KindUnderTest(limitRange);
  const item = (fields: string): string[] => kind.create(`spec: {limits: [{${fields}}]}`).errors;

  it('fills in what follows from the rest', () => {
    const { object, errors } = kind.create('spec: {limits: [{type: Container, max: {cpu: 2}, min: {memory: 1Mi}}]}');
    expect(errors).toEqual([]);
    expect(object.spec.limits[0]).toEqual({ type: 'Container', max: { cpu: '2' }, min: { memory: '1Mi' }, default: { cpu: '2' }, defaultRequest: { cpu: '2', memory: '1Mi' } });
  });

  it.each([
    ['type: Container, min: {cpu: 2}, max: {cpu: 1}', 'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1'],
    ['type: Container, default: {cpu: 3}, max: {cpu: 1}', 'spec.limits[0].default[cpu]: Invalid value: "1": default value 3 is greater than max value 1'],
    ['type: Pod, default: {cpu: 1}', 'spec.limits[0].default: Forbidden: may not be specified when `type` is \'Pod\''],
    ['type: PersistentVolumeClaim', 'spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided'],
    ['type: Container, maxLimitRequestRatio: {cpu: 500m}', 'spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "500m": ratio 500m is less than 1'],
  ])('is refused: %s', (fields, error) => {
    expect(item(fields)).toContain(error);
  });

  it.each([['constructor', 'other'], ['__proto__', '__other__'], ['toString', 'other']])('takes resources called like properties of every object for what they are: %s', (name, other) => {
    expect(item(`type: Container, max: {cpu: 1}, default: {cpu: 1}, maxLimitRequestRatio: {${name}: 7}`)).toEqual(kind.create(`spec: {limits: [{type: Container, max: {cpu: 1}, default: {cpu: 1}, maxLimitRequestRatio: {${other}: 7}}]}`).errors.map((e) => e.replaceAll(other, name)));
  });

  it('has one item of a type', () => {
    expect(kind.create('spec: {limits: [{type: Container}, {type: Container}]}').errors).toEqual(['spec.limits[1].type: Duplicate value: "Container"']);
  });
});

describe('ResourceQuota', () => {
  const kind = new KindUnderTest(resourceQuota);

  it.each([
    ['hard: {rocks: 1}', /^spec.hard\[rocks\]: Invalid value: "rocks": must be a standard resource type or fully qualified$/],
    ['hard: {pods: 1500m}', /^spec.hard\[pods\]: Invalid value: "1500m": must be an integer$/],
    ['hard: {cpu: "-1"}', /^spec.hard\[cpu\]: Invalid value: "-1": must be greater than or equal to 0$/],
    ['hard: {pods: 1}, scopes: [constructor]', /^spec.scopes: Invalid value: \["constructor"\]: unsupported scope$/],
    ['hard: {configmaps: 1}, scopes: [BestEffort]', /^spec.scopes: Invalid value: \["BestEffort"\]: unsupported scope applied to resource$/],
    ['hard: {pods: 1}, scopes: [BestEffort, NotBestEffort]', /^spec.scopes: Invalid value: \["BestEffort","NotBestEffort"\]: conflicting scopes$/],
    ['hard: {pods: 1}, scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: In}]}', /^spec.scopeSelector.matchExpressions.values: Required value/],
  ])('is refused: %s', (spec, error) => {
    expect(kind.create(`spec: {${spec}}`).errors[0]).toMatch(error);
  });

  it('keeps its scopes', () => {
    const { object } = kind.create('spec: {hard: {pods: 1}, scopes: [BestEffort]}');
    expect(kind.update(object, (o) => void (o.spec.scopes = ['NotBestEffort'])).errors).toEqual(['spec.scopes: Invalid value: ["NotBestEffort"]: field is immutable']);
  });

  it('is listed by requests and limits', () => {
    const { object } = kind.create('spec: {hard: {requests.cpu: 2, limits.memory: 1Gi, pods: 4}}');
    object.status = { hard: { 'requests.cpu': '2', 'limits.memory': '1Gi', pods: '4' }, used: { 'requests.cpu': '500m', 'limits.memory': '0', pods: '1' } };
    expect(kind.cells(object)).toMatchObject({ Request: 'pods: 1/4, requests.cpu: 500m/2', Limit: 'limits.memory: 0/1Gi' });
  });
});
