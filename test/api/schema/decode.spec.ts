import { describe, expect, it } from 'vitest';
import { decodeObject } from '../../../src/api/schema/decode';
import { loadSchemas } from '../../../src/api/schema/load';

const schemas = loadSchemas();
const decode = (kind: string, value: unknown, problems?: string[], group = '', version = 'v1') => decodeObject(schemas.forKind(group, version, kind)!, value, problems);

describe('decodeObject', () => {
  it('drops nulls, unknown fields and zero values, and names what is unknown', () => {
    const problems: string[] = [];
    const pod = decode('Pod', { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'a', labels: null, foo: 1 }, spec: { hostNetwork: false, nodeName: '', containers: [{ name: 'c', image: 'i', bar: 1, ports: [] }] }, x: {} }, problems);
    expect(pod).toEqual({ kind: 'Pod', apiVersion: 'v1', metadata: { name: 'a' }, spec: { containers: [{ name: 'c', image: 'i', resources: {} }] }, status: {} });
    expect(problems).toEqual(['unknown field "metadata.foo"', 'unknown field "spec.containers[0].bar"', 'unknown field "x"']);
  });

  it('keeps zeros behind pointers and writes what Go always writes', () => {
    const d = decode('Deployment', { metadata: {}, spec: { replicas: 0, minReadySeconds: 0, selector: {}, template: {} } }, undefined, 'apps');
    expect(d).toEqual({ metadata: {}, spec: { replicas: 0, selector: {}, strategy: {}, template: { metadata: {}, spec: { containers: null } } }, status: {} });
    const slice = decode('EndpointSlice', { addressType: 'IPv4' }, undefined, 'discovery.k8s.io');
    expect(slice).toEqual({ metadata: {}, addressType: 'IPv4', endpoints: null, ports: null });
    expect(decode('EndpointSlice', { addressType: 'IPv4', endpoints: [] }, undefined, 'discovery.k8s.io')).toMatchObject({ endpoints: null });
  });

  it('brings quantities, times and integers-or-strings into normal form', () => {
    const pod = decode('Pod', { metadata: { creationTimestamp: '2026-01-02T05:04:05.5+02:00' }, spec: { containers: [{ name: 'c', resources: { limits: { cpu: 1, memory: '1.5Gi' } }, livenessProbe: { tcpSocket: { port: 'http' } } }] } });
    expect(pod.metadata.creationTimestamp).toBe('2026-01-02T03:04:05Z');
    expect(pod.spec.containers[0]).toMatchObject({ resources: { limits: { cpu: '1', memory: '1536Mi' } }, livenessProbe: { tcpSocket: { port: 'http' } } });
  });

  it.each([
    ['ConfigMap', '', { data: { k: 5 } }, 'json: cannot unmarshal number into Go struct field ConfigMap.data of type string'],
    ['ConfigMap', '', { metadata: { labels: ['a'] } }, 'json: cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type map[string]string'],
    ['ConfigMap', '', { metadata: { name: true } }, 'json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.name of type string'],
    ['Deployment', 'apps', { spec: { replicas: 'x' } }, 'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32'],
    ['PriorityClass', 'scheduling.k8s.io', { value: 3e9 }, 'json: cannot unmarshal number 3000000000 into Go struct field PriorityClass.value of type int32'],
    ['Secret', '', { data: { k: '!' } }, 'illegal base64 data at input byte 0'],
    ['Secret', '', { data: { k: 'abc' } }, 'illegal base64 data at input byte 0'],
    ['Lease', 'coordination.k8s.io', { spec: { renewTime: 'yesterday' } }, 'parsing time "yesterday" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "yesterday" as "2006"'],
  ])('refuses a %s of %s with the words of Go', (kind, group, value, message) => {
    expect(() => decode(kind, value, undefined, group)).toThrow(message);
  });

  it('does not share anything with its input', () => {
    const from = { data: { a: '1' } };
    const out = decode('ConfigMap', from);
    out['data'].a = '2';
    expect(from.data.a).toBe('1');
  });
});
