import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/api/meta/object';
import { pod } from '../../../src/apis/core/pod/pod';
import { KindUnderTest } from '../kind-under-test';

const kind = new KindUnderTest(pod);

function created(spec: string): KubeObject {
  const { object, errors } = kind.create(`spec: {containers: [{name: c, image: a}], ${spec}}`);
  expect(errors).toEqual([]);
  return object;
}

describe('a new pod', () => {
  it('gets its defaults', () => {
    const { spec, status, metadata } = created('');
    expect(spec).toMatchObject({
      restartPolicy: 'Always',
      dnsPolicy: 'ClusterFirst',
      schedulerName: 'default-scheduler',
      terminationGracePeriodSeconds: 30,
      enableServiceLinks: true,
      securityContext: {},
      containers: [{ imagePullPolicy: 'Always', terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File', resources: {} }],
    });
    expect(status).toEqual({ phase: 'Pending', qosClass: 'BestEffort' });
    expect(metadata.generation).toBe(1);
  });

  it('pulls always what may have changed meanwhile', () => {
    const images = ['a', 'a:latest', 'a:1', 'localhost:5000/a', 'localhost:5000/a:1', `a@sha256:${'0'.repeat(64)}`];
    const containers = images.map((image, i) => `{name: c${i}, image: "${image}"}`).join(', ');
    const { object } = kind.create(`spec: {containers: [${containers}]}`);
    expect(object.spec.containers.map((c: { imagePullPolicy: string }) => c.imagePullPolicy)).toEqual(['Always', 'Always', 'IfNotPresent', 'Always', 'IfNotPresent', 'IfNotPresent']);
  });

  it('asks for what it is limited to', () => {
    const { object } = kind.create('spec: {containers: [{name: c, image: a, resources: {limits: {cpu: 1, memory: 1Gi}, requests: {cpu: 500m}}}]}');
    expect(object.spec.containers[0].resources.requests).toEqual({ cpu: '500m', memory: '1Gi' });
    expect(object.status.qosClass).toBe('Burstable');
    expect(kind.create('spec: {containers: [{name: c, image: a, resources: {limits: {cpu: 1, memory: 1Gi}}}]}').object.status.qosClass).toBe('Guaranteed');
  });

  it('forgets the status it came with', () => {
    expect(kind.create('{spec: {containers: [{name: c, image: a}]}, status: {phase: Running, podIP: 1.2.3.4}}').object.status).toEqual({ phase: 'Pending', qosClass: 'BestEffort' });
  });

  it('says why it is not scheduled when it is gated', () => {
    expect(created('schedulingGates: [{name: a}]').status.conditions).toEqual([
      { type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', message: 'Scheduling is blocked due to non-empty scheduling gates', lastProbeTime: null, lastTransitionTime: '2024-05-01T10:00:00Z' },
    ]);
  });

  it('has its labels written into selectors by matchLabelKeys', () => {
    const { object } = kind.create(
      '{metadata: {labels: {v: "1"}}, spec: {containers: [{name: c, image: a}], topologySpreadConstraints: [{maxSkew: 1, topologyKey: z, whenUnsatisfiable: DoNotSchedule, labelSelector: {}, matchLabelKeys: [v, w]}]}}',
    );
    expect(object.spec.topologySpreadConstraints[0].labelSelector).toEqual({ matchExpressions: [{ key: 'v', operator: 'In', values: ['1'] }] });
  });

  it('is warned of what has another name by now', () => {
    const warned = (spec: string): string[] => kind.create(`spec: {containers: [{name: c, image: a}], ${spec}}`).warnings;
    expect(warned('nodeSelector: {beta.kubernetes.io/arch: amd64}')).toEqual(['spec.nodeSelector[beta.kubernetes.io/arch]: deprecated since v1.14; use "kubernetes.io/arch" instead']);
    expect(warned('imagePullSecrets: [{}]')).toEqual(['spec.imagePullSecrets[0].name: invalid empty name ""']);
    expect(kind.create('{metadata: {name: a.b}, spec: {containers: [{name: c, image: a}]}}').warnings[0]).toMatch(/^metadata.name: this is used in the Pod's hostname/);
    expect(kind.create('spec: {containers: [{name: c, image: a, env: [{name: A, value: x}, {name: A, value: y}]}]}').warnings).toEqual([
      'spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',
    ]);
  });
});

describe('a pod that is', () => {
  const REFUSED = /^spec: Forbidden: pod updates may not change fields other than `spec.containers\[\*\].image`,`spec.initContainers\[\*\].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` \(only additions to existing tolerations\),`spec.terminationGracePeriodSeconds`/;

  it('may have other images, and counts that', () => {
    const { object, errors } = kind.update(created(''), (o) => void (o.spec.containers[0].image = 'b'));
    expect(errors).toEqual([]);
    expect(object.metadata.generation).toBe(2);
    expect(kind.update(object, (o) => void (o.metadata.labels = { a: 'b' })).object.metadata.generation).toBe(2);
    expect(kind.update(object, (o) => void (o.spec.containers[0].image = '')).errors).toContain('spec.containers[0].image: Required value');
  });

  it.each([
    ['nodeName', 'n'],
    ['restartPolicy', 'Never'],
    ['hostNetwork', true],
    ['serviceAccountName', 'other'],
  ])('keeps its %s', (field, value) => {
    expect(kind.update(created(''), (o) => void (o.spec[field] = value)).errors[0]).toMatch(REFUSED);
  });

  it('shows in the refusal what was to change', () => {
    const [error] = kind.update(created(''), (o) => void (o.spec.restartPolicy = 'Never')).errors;
    expect(error).toContain('\n- "RestartPolicy": "Always",\n+ "RestartPolicy": "Never",\n');
  });

  it('keeps its containers', () => {
    expect(kind.update(created(''), (o) => void o.spec.containers.push({ name: 'd', image: 'a' })).errors).toEqual(['spec.containers: Forbidden: pod updates may not add or remove containers']);
  });

  it('may be given a deadline, and a shorter one', () => {
    const old = created('activeDeadlineSeconds: 10');
    expect(kind.update(old, (o) => void (o.spec.activeDeadlineSeconds = 5)).errors).toEqual([]);
    expect(kind.update(old, (o) => void (o.spec.activeDeadlineSeconds = 11)).errors).toEqual(['spec.activeDeadlineSeconds: Invalid value: 11: must be less than or equal to previous value']);
    expect(kind.update(old, (o) => void delete o.spec.activeDeadlineSeconds).errors).toEqual(['spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil value']);
    expect(kind.update(created(''), (o) => void (o.spec.activeDeadlineSeconds = 5)).errors).toEqual([]);
  });

  it('may tolerate more, never less', () => {
    const old = created('tolerations: [{key: a, operator: Exists}]');
    expect(kind.update(old, (o) => void o.spec.tolerations.push({ key: 'b', operator: 'Exists' })).errors).toEqual([]);
    expect(kind.update(old, (o) => void (o.spec.tolerations = [{ key: 'b', operator: 'Exists' }])).errors).toEqual([
      'spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds',
    ]);
  });

  it('may lose its gates and then be narrowed while it has some', () => {
    const old = created('schedulingGates: [{name: a}, {name: b}], nodeSelector: {x: y}');
    expect(kind.update(old, (o) => void (o.spec.schedulingGates = [{ name: 'b' }])).errors).toEqual([]);
    expect(kind.update(old, (o) => void o.spec.schedulingGates.push({ name: 'c' })).errors).toEqual(['spec.schedulingGates[2].name: Forbidden: only deletion is allowed, but found new scheduling gate \'c\'']);
    expect(kind.update(old, (o) => void (o.spec.nodeSelector.z = 'w')).errors).toEqual([]);
    expect(kind.update(old, (o) => void (o.spec.nodeSelector = { z: 'w' })).errors).toHaveLength(1);
    expect(kind.update(created('nodeSelector: {x: y}'), (o) => void (o.spec.nodeSelector.z = 'w')).errors[0]).toMatch(REFUSED);
  });

  it('keeps its status, which changes on its own', () => {
    const old = created('');
    expect(kind.update(old, (o) => void (o.status.phase = 'Running')).object.status.phase).toBe('Pending');
    const running = kind.update(old, (o) => {
      o.status.phase = 'Running';
      o.status.podIP = '10.0.0.1';
      o.spec.restartPolicy = 'Never';
    }, 'status').object;
    expect(running.status).toMatchObject({ phase: 'Running', podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }] });
    expect(running.spec.restartPolicy).toBe('Always');
  });

  it('does not come back from the end', () => {
    const old = created('restartPolicy: Never');
    const terminated = { name: 'c', state: { terminated: { exitCode: 0 } }, image: 'a', imageID: '', ready: false, restartCount: 0 };
    const ended = kind.update(old, (o) => void (o.status.containerStatuses = [terminated]), 'status').object;
    expect(kind.update(ended, (o) => void (o.status.containerStatuses[0] = { ...terminated, state: { running: {} } }), 'status').errors).toEqual([
      'status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state',
    ]);
  });

  it('is looked into by ephemeral containers, which stay', () => {
    const old = created('');
    const with1 = kind.update(old, (o) => void (o.spec.ephemeralContainers = [{ name: 'e', image: 'a' }]), 'ephemeralcontainers');
    expect(with1.errors).toEqual([]);
    expect(with1.object.metadata.generation).toBe(2);
    expect(kind.update(with1.object, (o) => void delete o.spec.ephemeralContainers, 'ephemeralcontainers').errors).toEqual([
      'spec.ephemeralContainers: Forbidden: existing ephemeral containers "e" may not be removed\n',
    ]);
    expect(kind.update(with1.object, (o) => void (o.spec.ephemeralContainers[0].image = 'b'), 'ephemeralcontainers').errors[0]).toMatch(/may not be changed\n/);
    expect(kind.update(old, (o) => void (o.spec.ephemeralContainers = [{ name: 'e', image: 'a', ports: [{ containerPort: 1 }] }]), 'ephemeralcontainers').errors).toEqual([
      'spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container',
    ]);
    // other changes are not taken over
    expect(kind.update(old, (o) => void (o.spec.containers[0].image = 'b'), 'ephemeralcontainers').object.spec.containers[0].image).toBe('a');
  });

  it('is resized in cpu and memory, within its class of service', () => {
    const old = kind.create('spec: {containers: [{name: c, image: a, resources: {requests: {cpu: 1, memory: 1Gi}}}]}').object;
    const grown = kind.update(old, (o) => void (o.spec.containers[0].resources.requests.cpu = '2'), 'resize');
    expect(grown.errors).toEqual([]);
    expect(grown.object.spec.containers[0].resources.requests).toEqual({ cpu: '2', memory: '1Gi' });
    expect(kind.update(old, (o) => void (o.spec.containers[0].resources = {}), 'resize').errors).toContain('spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed');
    expect(kind.update(old, (o) => void (o.spec.containers[0].resources.limits = { cpu: '1', memory: '1Gi' }), 'resize').errors).toEqual([
      'spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing',
    ]);
    expect(kind.update(old, (o) => void o.spec.containers.push({ name: 'd', image: 'a' }), 'resize').errors).toContain('spec.containers: Forbidden: containers may not be added or removed on resize');
    // not by a plain update
    expect(kind.update(old, (o) => void (o.spec.containers[0].resources.requests.cpu = '2')).errors[0]).toMatch(REFUSED);
  });

  it('gets the time to end that was asked for, unless it never ran', () => {
    const grace = (change: (o: KubeObject) => void, asked?: number): number | undefined => {
      const o = created('');
      change(o);
      return pod.strategy.gracePeriod!(kind.context('delete').ctx, o, asked);
    };
    const placed = (o: KubeObject): void => void (o.spec.nodeName = 'n');
    expect(grace(() => undefined)).toBe(0);
    expect(grace(placed)).toBe(30);
    expect(grace(placed, 5)).toBe(5);
    expect(grace(placed, -3)).toBe(1);
    expect(grace((o) => {
      placed(o);
      o.status.phase = 'Failed';
    })).toBe(0);
  });
});
