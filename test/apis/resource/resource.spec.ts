import { describe, expect, it } from 'vitest';
import { deviceClass } from '../../../src/apis/resource/device-class';
import { resourceClaimTemplate } from '../../../src/apis/resource/resource-claim-template';
import { resourceClaim } from '../../../src/apis/resource/resource-claim';
import { resourceSlice } from '../../../src/apis/resource/resource-slice';
import { KindUnderTest } from '../kind-under-test';

const ONE = 'spec: {devices: {requests: [{name: one, exactly: {deviceClassName: gpu}}]}}';

describe('ResourceClaim', () => {
  const kind = new KindUnderTest(resourceClaim);

  it('asks for one device unless told otherwise', () => {
    const { object, errors } = kind.create(ONE);
    expect(errors).toEqual([]);
    expect(object.spec.devices.requests[0].exactly).toEqual({ deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 1 });
    expect(kind.cells(object)).toMatchObject({ State: 'pending' });
  });

  it.each([
    ['{name: one}', 'spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required'],
    ['{name: one, exactly: {}}', 'spec.devices.requests[0].exactly.deviceClassName: Required value'],
    ['{name: one, exactly: {deviceClassName: a, allocationMode: All, count: 2}}', "spec.devices.requests[0].exactly.count: Invalid value: 2: must not be specified when allocationMode is 'All'"],
    ['{name: one, exactly: {deviceClassName: a, tolerations: [{operator: Exists, value: x}]}}', 'spec.devices.requests[0].exactly.tolerations[0].value: Invalid value: "x": must be empty for operator `Exists`'],
  ])('refuses the request %s', (request, error) => {
    expect(kind.create(`spec: {devices: {requests: [${request}]}}`).errors).toEqual([error]);
  });

  it('refers only to requests that it has', () => {
    const yaml = (ref: string): string => `spec: {devices: {requests: [{name: g, firstAvailable: [{name: big, deviceClassName: a}]}], constraints: [{requests: [${ref}], matchAttribute: a.example.com/model}]}}`;
    expect(kind.create(yaml('g')).errors).toEqual([]);
    expect(kind.create(yaml('g/big')).errors).toEqual([]);
    expect(kind.create(yaml('g/small')).errors).toEqual([
      'spec.devices.constraints[0].requests[0]: Invalid value: "g/small": must be the name of a request in the claim or the name of a request and a subrequest separated by \'/\'',
    ]);
  });

  it('gets access to devices in use only in namespaces that are marked', () => {
    const yaml = ONE.replace('gpu', 'gpu, adminAccess: true');
    kind.stored['namespaces/ns'] = { kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'ns' } };
    expect(kind.create(yaml).errors).toEqual([
      'spec.devices.requests[0].adminAccess: Forbidden: admin access to devices requires the `resource.kubernetes.io/admin-access: true` label on the containing namespace',
    ]);
    kind.stored['namespaces/ns']!.metadata.labels = { 'resource.kubernetes.io/admin-access': 'true' };
    expect(kind.create(yaml).errors).toEqual([]);
  });

  it('keeps its spec', () => {
    const { object } = kind.create(ONE);
    expect(kind.update(object, (o) => void (o.spec.devices.requests[0].name = 'two')).errors).toEqual([
      'spec: Invalid value: {"Devices":{"Requests":[{"Name":"two","Exactly":{"DeviceClassName":"gpu","Selectors":null,"AllocationMode":"ExactCount","Count":1,"AdminAccess":null,"Tolerations":null,"Capacity":null},"FirstAvailable":null}],"Constraints":null,"Config":null}}: field is immutable',
    ]);
  });

  it('is allocated, reserved and given back through its status', () => {
    const { object } = kind.create(ONE);
    const result = { request: 'one', driver: 'd.example.com', pool: 'p', device: 'd0' };
    const reserve = [{ resource: 'pods', name: 'p', uid: 'u' }];
    expect(kind.update(object, (o) => void (o.status = { reservedFor: reserve }), 'status').errors).toEqual(['status.reservedFor: Forbidden: may not be specified when `allocated` is not set']);
    const allocated = kind.update(object, (o) => void (o.status = { allocation: { devices: { results: [result] } }, reservedFor: reserve, devices: [{ driver: 'd.example.com', pool: 'p', device: 'd0' }] }), 'status');
    expect(allocated.errors).toEqual([]);
    expect(kind.cells(allocated.object)).toMatchObject({ State: 'allocated,reserved' });
    expect(kind.update(allocated.object, (o) => void (o.status.allocation.devices.results[0].device = 'd1'), 'status').errors).toContainEqual(expect.stringMatching(/^status.allocation: Invalid value: .*field is immutable$/));
    const free = kind.update(allocated.object, (o) => {
      delete o.status.allocation;
      delete o.status.reservedFor;
    }, 'status');
    expect(free.errors).toEqual([]);
    expect(free.object.status).toEqual({});
  });
});

describe('ResourceClaimTemplate', () => {
  const kind = new KindUnderTest(resourceClaimTemplate);
  const yaml = (metadata: string): string => `spec: {metadata: ${metadata}, ${ONE}}`;

  it('hands on labels and annotations only', () => {
    const { object, errors } = kind.create(yaml('{labels: {a: b}}'));
    expect(errors).toEqual([]);
    expect(object.spec.spec.devices.requests[0].exactly.count).toBe(1);
    expect(kind.create(yaml('{name: x}')).errors).toEqual(['spec.metadata.name: Forbidden: cannot be set']);
    expect(kind.create(yaml('{uid: u, finalizers: []}')).errors).toEqual(['spec.metadata.uID: Forbidden: cannot be set', 'spec.metadata.finalizers: Forbidden: cannot be set']);
    expect(kind.update(object, (o) => void (o.spec.metadata.labels = { a: 'c' })).errors).toEqual([expect.stringMatching(/^spec: Invalid value: {"labels":{"a":"c"},"Spec":.*field is immutable$/)]);
  });
});

describe('DeviceClass', () => {
  const kind = new KindUnderTest(deviceClass);

  it('counts generations and checks what it hands to drivers', () => {
    const { object } = kind.create('spec: {selectors: [{cel: {expression: "true"}}]}');
    expect(object.metadata.generation).toBe(1);
    expect(kind.update(object, (o) => void (o.spec.extendedResourceName = 'example.com/gpu')).object.metadata.generation).toBe(2);
    expect(kind.create('spec: {selectors: [{}], extendedResourceName: cpu}').errors).toEqual([
      'spec.selectors[0].cel: Required value',
      'spec.extendedResourceName: Invalid value: "cpu": must be a valid extended resource name',
    ]);
    expect(kind.create('spec: {config: [{opaque: {driver: d.example.com, parameters: text}}]}').errors).toEqual([
      'spec.config[0].opaque.parameters: Invalid value: "<value omitted>": must be a valid JSON object',
    ]);
  });
});

describe('ResourceSlice', () => {
  const kind = new KindUnderTest(resourceSlice);
  const slice = (device: string, place = 'nodeName: n1'): string => `spec: {driver: d.example.com, ${place}, pool: {name: p, resourceSliceCount: 1}, devices: [${device}]}`;

  it('is at one place', () => {
    expect(kind.create(slice('{name: d0}')).errors).toEqual([]);
    expect(kind.create(slice('{name: d0}', 'nodeName: n1, allNodes: true')).errors).toEqual([
      'spec: Invalid value: "{`nodeName`, `allNodes`}": exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required, but multiple fields are set',
    ]);
  });

  it.each([
    ['{name: d0}, {name: d0}', 'spec.devices[1]: Duplicate value: "d0"'],
    ['{name: d0, attributes: {v: {version: one}}}', 'spec.devices[0].attributes[v].version: Invalid value: "one": must be a string compatible with semver.org spec 2.0.0'],
    ['{name: d0, capacity: {m: {value: 1, requestPolicy: {default: 1}}}}', 'spec.devices[0].capacity[m].requestPolicy: Forbidden: allowMultipleAllocations must be true'],
    ['{name: d0, allowMultipleAllocations: true, capacity: {m: {value: 4, requestPolicy: {default: 3, validValues: [1, 2]}}}}', 'spec.devices[0].capacity[m].requestPolicy.validValues: Invalid value: "3": default value is not valid according to the requestPolicy'],
    ['{name: d0, bindingConditions: [a]}', 'spec.devices[0].bindingFailureConditions: Invalid value: null: bindingFailureConditions are required to use bindingConditions'],
  ])('refuses the devices %s', (device, error) => {
    expect(kind.create(slice(device)).errors).toEqual([error]);
  });

  it('has devices or counters, be they empty', () => {
    const both = slice('{name: d0}').replace('spec: {', 'spec: {sharedCounters: [], ');
    expect(kind.create(both).errors).toEqual(['spec: Invalid value: "": only one of `sharedCounters` or `devices` is allowed']);
  });

  it('counts a generation for fields that are dropped', () => {
    const { object } = kind.create(slice('{name: d0, attributes: {a: {string: x}}}'));
    const { object: changed } = kind.replace(object, slice('{name: d0, attributes: {a: {string: x, strings: [y]}}}'));
    expect(changed.metadata.generation).toBe(2);
    expect(changed.spec.devices[0].attributes.a).toEqual({ string: 'x' });
  });

  it('stamps taints and is found by node and driver', () => {
    const { object } = kind.create(slice('{name: d0, taints: [{key: a, effect: NoSchedule}]}'));
    expect(object.spec.devices[0].taints[0].timeAdded).toBe('2024-05-01T10:00:00Z');
    expect(resourceSlice.fields!['spec.nodeName']!(object)).toBe('n1');
    expect(resourceSlice.fields!['spec.driver']!(object)).toBe('d.example.com');
  });
});
