import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/api/meta/object';
import { componentStatus } from '../../../src/apis/core/component-status';
import { createCoreGroup } from '../../../src/apis/core/core.group';
import { endpoints } from '../../../src/apis/core/endpoints';
import { event } from '../../../src/apis/core/event';
import { eventFromCore, eventToCore } from '../../../src/apis/core/event-conversion';
import { namespace } from '../../../src/apis/core/namespace';
import { node } from '../../../src/apis/core/node/node';
import { podTemplate } from '../../../src/apis/core/pod-template';
import { replicationController } from '../../../src/apis/core/replication-controller';
import type { ScaleSubresource } from '../../../src/apiserver/registry/strategy';
import { KindUnderTest } from '../kind-under-test';

describe('Namespace', () => {
  const kind = new KindUnderTest(namespace);
  const made = (): KubeObject => kind.create('{}').object;

  it('is active, labelled with its name and held until it is empty', () => {
    expect(made()).toMatchObject({ metadata: { labels: { 'kubernetes.io/metadata.name': 'x' } }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } });
    expect(namespace.strategy.deletionBlocked!(made())).toBe(true);
    expect(kind.cells(made())).toMatchObject({ Status: 'Active' });
  });

  it('keeps its label and its finalizers', () => {
    const { object } = kind.update(made(), (o) => {
      o.metadata.labels = { a: 'b' };
      o.spec.finalizers = [];
    });
    expect(object.metadata.labels).toEqual({ a: 'b', 'kubernetes.io/metadata.name': 'x' });
    expect(object.spec.finalizers).toEqual(['kubernetes']);
  });

  it('loses its finalizers through finalize only', () => {
    const { object } = kind.update(made(), (o) => void (o.spec.finalizers = []), 'finalize');
    expect(namespace.strategy.deletionBlocked!(object)).toBe(false);
    expect(kind.update(made(), (o) => void (o.spec.finalizers = ['a b']), 'finalize').errors).toHaveLength(2);
  });

  it('ends in another phase', () => {
    const o = made();
    namespace.strategy.markDeleting!(kind.context('delete').ctx, o);
    expect(o.status.phase).toBe('Terminating');
    expect(kind.update(made(), (n) => void (n.status.phase = 'Terminating'), 'status').errors).toEqual(["status.Phase: Invalid value: \"Terminating\": may only be 'Active' if `deletionTimestamp` is empty"]);
  });
});

describe('Node', () => {
  const kind = new KindUnderTest(node);
  const made = (yaml = '{}'): KubeObject => kind.create(yaml).object;

  it('may come with its capacity, and offers it', () => {
    const { object, errors } = kind.create('status: {capacity: {cpu: 4}}');
    expect(errors).toEqual([]);
    expect(object.status).toMatchObject({ capacity: { cpu: '4' }, allocatable: { cpu: '4' } });
    expect(kind.create('status: {capacity: {cpu: "-1"}}').errors[0]).toBe('status.capacity.cpu: Invalid value: "-1": must be greater than or equal to 0');
  });

  it('takes its addresses and identity once', () => {
    expect(new KindUnderTest(node).create('spec: {podCIDRs: [10.1.0.0/24, nope]}').errors.slice(1)).toEqual([
      'spec.podCIDRs: Internal error: invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR[1]: <nil> (invalid CIDR address: nope)',
      'spec.podCIDRs: Invalid value: ["10.1.0.0/24","nope"]: may specify no more than one CIDR for each IP family',
    ]);
    const old = made('spec: {podCIDR: 10.1.0.0/24, podCIDRs: [10.1.0.0/24], providerID: x://1}');
    expect(kind.update(old, (o) => {
      o.spec.podCIDR = '10.2.0.0/24';
      o.spec.podCIDRs = ['10.2.0.0/24'];
    }).errors).toEqual(['spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid']);
    expect(kind.update(old, (o) => void (o.spec.providerID = 'x://2')).errors).toEqual(['spec.providerID: Forbidden: node updates may not change providerID except from "" to valid']);
    expect(kind.update(made(), (o) => void (o.spec.providerID = 'x://2')).errors).toEqual([]);
  });

  it('may be tainted and closed', () => {
    expect(kind.update(made(), (o) => {
      o.spec.unschedulable = true;
      o.spec.taints = [{ key: 'a', effect: 'NoSchedule' }];
    }).errors).toEqual([]);
    expect(kind.create('spec: {taints: [{key: a, effect: NoSchedule}, {key: a, effect: NoSchedule}]}').errors[0]).toMatch(/^metadata.taints\[1\]: Duplicate value: /);
    expect(kind.create('spec: {taints: [{key: a, effect: Maybe}]}').errors[0]).toMatch(/^metadata.taints\[0\].effect: Unsupported value: "Maybe"/);
  });

  it('is listed with its roles and versions', () => {
    const o = made('{metadata: {labels: {node-role.kubernetes.io/control-plane: "", node-role.kubernetes.io/a: "", kubernetes.io/role: b}}, spec: {unschedulable: true}}');
    o.status = {
      conditions: [{ type: 'Ready', status: 'True' }],
      addresses: [{ type: 'InternalIP', address: '192.0.2.1' }, { type: 'Hostname', address: 'x' }],
      nodeInfo: { kubeletVersion: 'v1.36.0', osImage: 'O', kernelVersion: 'K', containerRuntimeVersion: 'c://1' },
    };
    expect(kind.cells(o)).toMatchObject({ Status: 'Ready,SchedulingDisabled', Roles: 'a,b,control-plane', Version: 'v1.36.0', 'Internal-IP': '192.0.2.1', 'External-IP': '<none>', 'OS-Image': 'O', 'Kernel-Version': 'K', 'Container-Runtime': 'c://1' });
    o.status.conditions = [{ type: 'Ready', status: 'Unknown' }];
    expect(kind.cells(o)).toMatchObject({ Status: 'NotReady,SchedulingDisabled' });
    o.status.conditions = [];
    o.metadata.labels = {};
    expect(kind.cells(o)).toMatchObject({ Status: 'Unknown,SchedulingDisabled', Roles: '<none>' });
  });

  it('reports through status alone', () => {
    const { object } = kind.update(made(), (o) => {
      o.status = { capacity: { cpu: '8' } };
      o.spec.unschedulable = true;
    }, 'status');
    expect(object.status.capacity).toEqual({ cpu: '8' });
    expect(object.spec.unschedulable).toBeUndefined();
  });
});

describe('Endpoints', () => {
  const kind = new KindUnderTest(endpoints);

  it('have addresses and ports', () => {
    expect(kind.create('subsets: [{addresses: [{ip: 192.0.2.1}], ports: [{port: 80}]}]').errors).toEqual([]);
    expect(kind.create('subsets: [{}]').errors[0]).toBe('subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`');
    expect(kind.create('subsets: [{addresses: [{ip: 127.0.0.1}]}]').errors).toEqual(['subsets[0].addresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)']);
    expect(kind.create('subsets: [{addresses: [{ip: 192.0.2.1}], ports: [{port: 80}, {port: 81}]}]').errors).toEqual(['subsets[0].ports[0].name: Required value', 'subsets[0].ports[1].name: Required value']);
  });

  it('are listed up to three of them', () => {
    const many = kind.create('subsets: [{addresses: [{ip: 192.0.2.1}, {ip: 192.0.2.2}, {ip: 192.0.2.3}, {ip: 192.0.2.4}], ports: [{port: 80}]}]').object;
    expect(kind.cells(many)).toMatchObject({ Endpoints: '192.0.2.1:80,192.0.2.2:80,192.0.2.3:80 + 1 more...' });
    expect(kind.cells(kind.create('{}').object)).toMatchObject({ Endpoints: '<none>' });
  });
});

describe('Event', () => {
  const kind = new KindUnderTest(event);
  const OLD = '{involvedObject: {kind: Pod, name: p, namespace: ns}, reason: R, message: " m ", type: Normal, count: 3, firstTimestamp: "2024-05-01T09:00:00Z", lastTimestamp: "2024-05-01T09:59:00Z", source: {component: kubelet, host: n}}';

  it('speaks of something in its own namespace', () => {
    expect(kind.create(OLD).errors).toEqual([]);
    expect(kind.create('involvedObject: {namespace: other}').errors).toEqual(['involvedObject.namespace: Invalid value: "other": does not match event.namespace']);
    expect(kind.create('{}').errors).toEqual(['involvedObject.namespace: Invalid value: "": does not match event.namespace']);
  });

  it('of the new kind says who reports what', () => {
    expect(kind.create('{involvedObject: {namespace: ns}, eventTime: "2024-05-01T09:00:00.000000Z"}').errors.map((e) => e.slice(0, 50))).toEqual([
      'reportingComponent: Required value',
      'reportingComponent: Invalid value: "": name part m',
      'reportingComponent: Invalid value: "": name part m',
      'reportingInstance: Required value',
      'action: Required value',
      'reason: Required value',
    ]);
  });

  it('is listed with its age and source', () => {
    expect(kind.cells(kind.create(OLD).object)).toMatchObject({ 'Last Seen': '60s', Type: 'Normal', Reason: 'R', Object: 'pod/p', Source: 'kubelet, n', Message: 'm', 'First Seen': '60m', Count: 3 });
  });

  it('has other names in the other API, and comes back unchanged', () => {
    const stored = kind.create(OLD).object;
    const shown = eventFromCore(stored);
    expect(shown).toMatchObject({ apiVersion: 'events.k8s.io/v1', regarding: { name: 'p' }, note: ' m ', deprecatedCount: 3, deprecatedSource: { component: 'kubelet' } });
    expect(shown).not.toHaveProperty('involvedObject');
    expect(eventToCore(shown)).toEqual(stored);
  });
});

describe('ReplicationController', () => {
  const kind = new KindUnderTest(replicationController);
  const TEMPLATE = 'template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: a}]}}';

  it('chooses by the labels of its template unless it says otherwise', () => {
    const { object, errors } = kind.create(`spec: {${TEMPLATE}}`);
    expect(errors).toEqual([]);
    expect(object).toMatchObject({ metadata: { labels: { a: 'b' }, generation: 1 }, spec: { selector: { a: 'b' }, replicas: 1 }, status: { replicas: 0 } });
    expect(kind.create(`spec: {selector: {c: d}, ${TEMPLATE}}`).errors).toEqual(['spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`']);
    expect(kind.create('spec: {template: {spec: {containers: [{name: c, image: a}]}}}').errors).toEqual(['spec.selector: Required value']);
  });

  it('counts changes of its spec', () => {
    const old = kind.create(`spec: {${TEMPLATE}}`).object;
    expect(kind.update(old, (o) => void (o.spec.replicas = 2)).object.metadata.generation).toBe(2);
    expect(kind.update(old, (o) => void (o.metadata.labels = { c: 'd' })).object.metadata.generation).toBe(1);
    expect(kind.update(old, (o) => void (o.status.replicas = 2), 'status').errors).toEqual([]);
    expect(kind.update(old, (o) => void (o.status.readyReplicas = 2), 'status').errors).toContain('status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas');
  });

  it('is scaled', () => {
    const o = kind.create(`spec: {${TEMPLATE}}`).object;
    const scale = replicationController.subresources!['scale'] as ScaleSubresource;
    scale.setReplicas(o, 5);
    expect([scale.replicas(o), scale.statusReplicas(o), scale.selector(o)]).toEqual([5, 0, 'a=b']);
  });

  it('runs pods that do not end', () => {
    expect(kind.create('spec: {template: {metadata: {labels: {a: b}}, spec: {restartPolicy: Never, containers: [{name: c, image: a}]}}}').errors).toEqual(['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"']);
  });
});

describe('PodTemplate', () => {
  it('is checked as templates are', () => {
    const kind = new KindUnderTest(podTemplate);
    expect(kind.create('template: {spec: {containers: [{name: c, image: a}]}}').errors).toEqual([]);
    expect(kind.create('template: {spec: {containers: [{name: c}]}}').errors).toEqual(['template.spec.containers[0].image: Required value']);
  });
});

describe('ComponentStatus', () => {
  it('tells how the parts are', () => {
    const kind = new KindUnderTest(componentStatus(() => [{ name: 'etcd-0', healthy: true, message: 'ok' }, { name: 'b', healthy: false, message: '', error: 'gone' }]));
    const [well, ill] = kind.definition.virtualList!(kind.context('update').ctx);
    expect(kind.cells(well!)).toEqual({ Name: 'etcd-0', Status: 'Healthy', Message: 'ok', Error: '' });
    expect(kind.cells(ill!)).toEqual({ Name: 'b', Status: 'Unhealthy', Message: '', Error: 'gone' });
  });
});

describe('the core group', () => {
  it('serves what /api/v1 has', () => {
    expect(createCoreGroup().resources.map((r) => r.plural)).toEqual([
      'bindings', 'componentstatuses', 'configmaps', 'endpoints', 'events', 'limitranges', 'namespaces', 'nodes', 'persistentvolumeclaims', 'persistentvolumes',
      'pods', 'podtemplates', 'replicationcontrollers', 'resourcequotas', 'secrets', 'serviceaccounts', 'services',
    ]);
  });

  it('is another one for every cluster', () => {
    expect(createCoreGroup().resources.at(-1)).not.toBe(createCoreGroup().resources.at(-1));
    expect(() => createCoreGroup({ serviceCidr: 'x' })).toThrow(/not valid/);
  });
});
