import { describe, expect, it } from 'vitest';
import { ingressClass } from '../../../src/apis/networking/ingress-class';
import { ingress } from '../../../src/apis/networking/ingress';
import { KindUnderTest } from '../kind-under-test';

const kind = new KindUnderTest(ingress);
const BACKEND = 'backend: {service: {name: web, port: {number: 80}}}';
const rule = (path: string, host = 'a.example.com'): string => `spec: {rules: [{host: ${JSON.stringify(host)}, http: {paths: [{${path}, ${BACKEND}}]}}]}`;

describe('Ingress', () => {
  it('leads paths of a host to a service', () => {
    const { object, errors } = kind.create(rule('path: /x, pathType: Prefix'));
    expect(errors).toEqual([]);
    expect(kind.cells(object)).toMatchObject({ Class: '<none>', Hosts: 'a.example.com', Address: '', Ports: '80' });
  });

  it.each([
    ['path: /x', 'spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified'],
    ['path: x, pathType: Exact', 'spec.rules[0].http.paths[0].path: Invalid value: "x": must be an absolute path'],
    ['path: /a//b, pathType: Prefix', "spec.rules[0].http.paths[0].path: Invalid value: \"/a//b\": must not contain '//'"],
    ['path: /, pathType: Some', 'spec.rules[0].http.paths[0].pathType: Unsupported value: "Some": supported values: "Exact", "ImplementationSpecific", "Prefix"'],
  ])('refuses {%s}', (path, error) => {
    expect(kind.create(rule(path)).errors).toEqual([error]);
  });

  it('takes names as hosts, with one star in front, not addresses', () => {
    expect(kind.create(rule('path: /, pathType: Exact', '*.example.com')).errors).toEqual([]);
    expect(kind.create(rule('path: /, pathType: Exact', '10.0.0.1')).errors).toContain('spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address');
  });

  it('leads to any object, whose group may be left out', () => {
    expect(kind.create('spec: {defaultBackend: {resource: {kind: Bucket, name: b}}}').errors).toEqual([]);
    expect(kind.create('spec: {defaultBackend: {resource: {}}}').errors).toEqual([
      'spec.defaultBackend.resource.kind: Required value',
      'spec.defaultBackend.resource.name: Required value',
    ]);
  });

  it('needs rules or a backend', () => {
    expect(kind.create('spec: {}').errors).toEqual(['spec: Invalid value: null: either `defaultBackend` or `rules` must be specified']);
  });

  it('counts generations of its spec', () => {
    const { object } = kind.create(rule('path: /, pathType: Exact'));
    expect(object.metadata.generation).toBe(1);
    expect(kind.update(object, (o) => void (o.spec.ingressClassName = 'ext')).object.metadata.generation).toBe(2);
  });
});

describe('IngressClass', () => {
  const classes = new KindUnderTest(ingressClass);

  it('has parameters of the cluster or of a namespace', () => {
    const { object } = classes.create('spec: {controller: a.example.com/c, parameters: {kind: K, name: n}}');
    expect(object.spec.parameters.scope).toBe('Cluster');
    expect(classes.create('spec: {controller: a.example.com/c, parameters: {kind: K, name: n, scope: Namespace}}').errors).toEqual([
      "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'",
    ]);
    expect(classes.update(object, (o) => void (o.spec.controller = 'b.example.com/c')).errors).toEqual(['spec.controller: Invalid value: "b.example.com/c": field is immutable']);
  });
});
