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

  it('copies what it does not know the inside of, but for managed fields, which nobody changes', () => {
    const fieldsV1 = { 'f:data': { 'f:a': {} } };
    const cm = decode('ConfigMap', { metadata: { managedFields: [{ manager: 'm', fieldsV1 }] } });
    expect(cm.metadata.managedFields![0]!.fieldsV1).toBe(fieldsV1);
    const raw = { data: { a: [1] } };
    const revision = decode('ControllerRevision', { revision: 1, data: raw }, undefined, 'apps');
    expect(revision.data).toEqual(raw);
    expect(revision.data).not.toBe(raw);
    expect(revision.data.data.a).not.toBe(raw.data.a);
  });

  it('takes lists of numbers for bytes, and no number beyond 64 bits', () => {
    expect(decode('Secret', { data: { a: [null, 65] } }).data).toEqual({ a: 'AEE=' });
    expect(() => decode('Pod', { spec: { terminationGracePeriodSeconds: -9223372036854776000, containers: [] } })).toThrow('cannot unmarshal number -9223372036854776000');
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
    ['Service', '', { spec: { ports: [{ protocol: 1 }] } }, 'json: cannot unmarshal number into Go struct field ServicePort.spec.ports.protocol of type v1.Protocol'],
    ['Pod', '', { spec: { containers: ['x'] } }, 'json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type v1.Container'],
    ['Pod', '', { spec: { volumes: [{ emptyDir: 5 }] } }, 'json: cannot unmarshal number into Go struct field Volume.spec.volumes.VolumeSource.emptyDir of type v1.EmptyDirVolumeSource'],
    ['Pod', '', { kind: 5 }, 'json: cannot unmarshal number into Go struct field Pod.TypeMeta.kind of type string'],
    ['Pod', '', { spec: { overhead: [] } }, 'json: cannot unmarshal array into Go struct field PodSpec.spec.overhead of type v1.ResourceList'],
    ['Pod', '', { spec: { containers: [{ livenessProbe: { tcpSocket: { port: true } } }] } }, 'json: cannot unmarshal bool into Go struct field TCPSocketAction.spec.containers.livenessProbe.ProbeHandler.tcpSocket.port of type int32'],
    ['Pod', '', { metadata: { creationTimestamp: 5 } }, 'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.creationTimestamp of type string'],
    ['Pod', '', { metadata: { creationTimestamp: '2026-02-30T00:00:00Z' } }, 'parsing time "2026-02-30T00:00:00Z": day out of range'],
    ['Pod', '', { metadata: { creationTimestamp: '2026-01-02T03:04:05Zx' } }, 'parsing time "2026-01-02T03:04:05Zx": extra text: "x"'],
    ['Pod', '', [], 'json: cannot unmarshal array into Go value of type v1.Pod'],
    ['CustomResourceDefinition', 'apiextensions.k8s.io', { spec: { versions: [{ schema: { openAPIV3Schema: { items: { type: 5 } } } }] } }, 'json: cannot unmarshal number into Go struct field JSONSchemaProps.spec.versions.schema.openAPIV3Schema.items.type of type string'],
    ['CustomResourceDefinition', 'apiextensions.k8s.io', { spec: { versions: [{ schema: { openAPIV3Schema: { additionalProperties: 'x' } } }] } }, 'boolean or JSON schema expected'],
  ])('refuses a %s of %s with the words of Go', (kind, group, value, message) => {
    expect(() => decode(kind, value, undefined, group)).toThrow(message);
  });

  it('drops empty lists but for those that upstream tells from none', () => {
    expect(decode('Pod', { spec: { containers: [], tolerations: [] } }).spec).toEqual({ containers: null });
    const hpa = decode('HorizontalPodAutoscaler', { spec: { metrics: [], behavior: { scaleUp: { policies: [] } } } }, undefined, 'autoscaling', 'v2');
    expect(hpa.spec.behavior).toEqual({ scaleUp: { policies: [] } });
    expect(hpa.spec.metrics).toBeUndefined();
  });

  it('lets a value that cannot read itself win over one of a wrong type before it', () => {
    expect(() => decode('Pod', { metadata: { name: 5 }, spec: { overhead: { cpu: 'x' } } })).toThrow(/^quantities must match/);
    expect(() => decode('Pod', { metadata: { name: 5, uid: [] } })).toThrow('ObjectMeta.metadata.name');
  });

  it('reads the schemas inside a CustomResourceDefinition without strictness', () => {
    const problems: string[] = [];
    const schema = { type: 'object', additionalProperties: { type: 'string', foo: 1 }, items: [{ type: 'string' }], enum: [1, null], bar: 1 };
    const crd = decode('CustomResourceDefinition', { spec: { versions: [{ schema: { openAPIV3Schema: schema } }] } }, problems, 'apiextensions.k8s.io');
    expect(crd.spec.versions[0].schema.openAPIV3Schema).toEqual({ type: 'object', additionalProperties: { type: 'string' }, items: [{ type: 'string' }], enum: [1, null] });
    expect(problems).toEqual(['unknown field "spec.versions[0].schema.openAPIV3Schema.bar"']);
  });

  it('reads base64 as leniently as Go and writes it in canonical form', () => {
    expect(decode('Secret', { data: { a: 'YQ\n==', b: 'YR==', c: null } }).data).toEqual({ a: 'YQ==', b: 'YQ==', c: '' });
  });

  it('gives up on documents nested without end', () => {
    let data: unknown = 1;
    for (let i = 0; i < 20_000; i++) data = { data };
    expect(() => decode('ControllerRevision', { data }, undefined, 'apps')).toThrow('exceeded max depth');
  });

  it('does not share anything with its input', () => {
    const from = { data: { a: '1' } };
    const out = decode('ConfigMap', from);
    out['data'].a = '2';
    expect(from.data.a).toBe('1');
  });
});
