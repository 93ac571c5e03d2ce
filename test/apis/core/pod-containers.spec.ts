import { describe, expect, it } from 'vitest';
import { pod } from '../../../src/apis/core/pod/pod';
import { KindUnderTest } from '../kind-under-test';

const kind = new KindUnderTest(pod);

/** What a pod is refused for whose only container has `fields` beyond name and image. */
function container(fields: string): string[] {
  return kind.create(`spec: {containers: [{name: c, image: a${fields ? `, ${fields}` : ''}}]}`).errors;
}

const AT = 'spec.containers[0]';

describe('containers of a pod', () => {
  it('must be there, each with a name and an image of its own', () => {
    expect(kind.create('{}').errors).toEqual(['spec.containers: Required value']);
    expect(kind.create('spec: {containers: [{}]}').errors).toEqual([`${AT}.name: Required value`, `${AT}.image: Required value`]);
    expect(kind.create('spec: {containers: [{name: c, image: a}, {name: c, image: a}]}').errors).toEqual(['spec.containers[1].name: Duplicate value: "c"']);
    expect(kind.create('spec: {containers: [{name: c, image: a}], initContainers: [{name: c, image: a}]}').errors).toEqual(['spec.initContainers[0].name: Duplicate value: "c"']);
    expect(container('')).toEqual([]);
  });

  it('keep spaces off their images', () => {
    expect(kind.create('spec: {containers: [{name: c, image: " a"}]}').errors).toEqual([`${AT}.image: Invalid value: " a": must not have leading or trailing whitespace`]);
  });

  it('name policies that exist', () => {
    expect(container('imagePullPolicy: Often, terminationMessagePolicy: X')).toEqual([
      `${AT}.terminationMessagePolicy: Unsupported value: "X": supported values: "File", "FallbackToLogsOnError"`,
      `${AT}.imagePullPolicy: Unsupported value: "Often": supported values: "Always", "IfNotPresent", "Never"`,
    ]);
  });

  it.each([
    ['containerPort: 0', ['containerPort: Required value']],
    ['containerPort: 70000', ['containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive']],
    ['containerPort: 80, hostPort: 70000', ['hostPort: Invalid value: 70000: must be between 1 and 65535, inclusive']],
    ['containerPort: 80, protocol: ICMP', ['protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"']],
    ['containerPort: 80, name: a_b', ["name: Invalid value: \"a_b\": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"]],
    ['containerPort: 80, name: "80"', ["name: Invalid value: \"80\": must contain at least one letter (a-z)"]],
  ])('have ports that exist: %s', (port, errors) => {
    expect(container(`ports: [{${port}}]`)).toEqual(errors.map((e) => `${AT}.ports[0].${e}`));
  });

  it('have every port name and host port once', () => {
    expect(container('ports: [{name: a, containerPort: 1}, {name: a, containerPort: 2}]')).toEqual([`${AT}.ports[1].name: Duplicate value: "a"`]);
    expect(container('ports: [{containerPort: 1, hostPort: 9}, {containerPort: 2, hostPort: 9}]')).toEqual([`${AT}.ports[1].hostPort: Duplicate value: "TCP//9"`]);
    expect(container('ports: [{containerPort: 1, hostPort: 9}, {containerPort: 1, hostPort: 9, protocol: UDP}]')).toEqual([]);
  });

  it('have host ports that are their own in the network of the host', () => {
    expect(kind.create('spec: {hostNetwork: true, containers: [{name: c, image: a, ports: [{containerPort: 80}]}]}').object.spec.containers[0].ports[0].hostPort).toBe(80);
    expect(kind.create('spec: {hostNetwork: true, containers: [{name: c, image: a, ports: [{containerPort: 80, hostPort: 81}]}]}').errors).toEqual([
      `${AT}.ports[0].hostPort: Invalid value: 81: must match \`containerPort\` when \`hostNetwork\` is true`,
    ]);
  });

  it('have environments with one source for each value', () => {
    expect(container('env: [{value: x}]')).toEqual([`${AT}.env[0].name: Required value`]);
    expect(container('env: [{name: "a=b", value: x}]')).toHaveLength(1);
    expect(container('env: [{name: A, valueFrom: {}}]')).toEqual([`${AT}.env[0].valueFrom: Invalid value: "": must specify one of: \`fieldRef\`, \`resourceFieldRef\`, \`configMapKeyRef\`, \`secretKeyRef\` or \`fileKeyRef\``]);
    expect(container('env: [{name: A, value: x, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]')).toEqual([`${AT}.env[0].valueFrom: Invalid value: "": may not be specified when \`value\` is not empty`]);
    expect(container('env: [{name: A, valueFrom: {fieldRef: {fieldPath: spec.hostname}}}]')).toEqual([
      `${AT}.env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.hostname": error converting fieldPath: field label not supported: spec.hostname`,
    ]);
    expect(container('env: [{name: A, valueFrom: {secretKeyRef: {}}}]')).toEqual([expect.stringMatching(/secretKeyRef.name: Invalid value: "": a lowercase RFC 1123 subdomain/), `${AT}.env[0].valueFrom.secretKeyRef.key: Required value`]);
    expect(container('envFrom: [{}]')[0]).toMatch(/envFrom: Invalid value: "": must specify one of: `configMapRef` or `secretRef`/);
  });

  it('ask for no more than their limit, in amounts that are not negative', () => {
    expect(container('resources: {limits: {cpu: 1}, requests: {cpu: 2}}')).toEqual([`${AT}.resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1`]);
    expect(container('resources: {requests: {cpu: "-1"}}')).toEqual([`${AT}.resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0`]);
    expect(container('resources: {limits: {rocks: 1}}')[0]).toMatch(/resources.limits\[rocks\]: Invalid value: "rocks": must be a standard resource type or fully qualified/);
    expect(container('resources: {limits: {example.com/x: 1500m}}')).toContain(`${AT}.resources.limits[example.com/x]: Invalid value: "1500m": must be an integer`);
    for (const [name, other] of [['constructor', 'other'], ['__proto__', '__other__']] as const) expect(container(`resources: {limits: {cpu: 1}, requests: {${name}: 1}}`)).toEqual(container('resources: {limits: {cpu: 1}, requests: {' + other + ': 1}}').map((e) => e.replaceAll(other, name)));
    expect(container('resources: {requests: {example.com/x: 1}}')).toEqual([`${AT}.resources.limits: Required value: Limit must be set for non overcommitable resources`]);
  });

  it('mount what the pod has, once at each place', () => {
    const withVolume = (mounts: string): string[] =>
      kind.create(`spec: {volumes: [{name: v, emptyDir: {}}], containers: [{name: c, image: a, volumeMounts: [${mounts}]}]}`).errors;
    expect(withVolume('{name: v, mountPath: /a}')).toEqual([]);
    expect(withVolume('{name: w, mountPath: /a}')).toEqual([`${AT}.volumeMounts[0].name: Not found: "w"`]);
    expect(withVolume('{name: v}')).toEqual([`${AT}.volumeMounts[0].mountPath: Required value`]);
    expect(withVolume('{name: v, mountPath: /a}, {name: v, mountPath: /a}')).toEqual([`${AT}.volumeMounts[1].mountPath: Invalid value: "/a": must be unique`]);
    expect(withVolume('{name: v, mountPath: /a, subPath: ../b}')).toEqual([`${AT}.volumeMounts.subPath: Invalid value: "../b": must not contain '..'`]);
    expect(withVolume('{name: v, mountPath: /a, subPath: /b}')).toEqual([`${AT}.volumeMounts.subPath: Invalid value: "/b": must be a relative path`]);
    expect(withVolume('{name: v, mountPath: /a, subPath: b, subPathExpr: c}')).toEqual([`${AT}.volumeMounts[0].subPathExpr: Invalid value: "c": subPathExpr and subPath are mutually exclusive`]);
  });

  it('are probed in exactly one way', () => {
    expect(container('livenessProbe: {}')).toEqual([`${AT}.livenessProbe: Required value: must specify a handler type`]);
    expect(container('livenessProbe: {exec: {command: [a]}, tcpSocket: {port: 1}}')).toEqual([`${AT}.livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type`]);
    expect(container('livenessProbe: {exec: {command: []}}')).toEqual([`${AT}.livenessProbe.exec.command: Required value`]);
    expect(container('livenessProbe: {tcpSocket: {port: 1}, successThreshold: 2}')).toEqual([`${AT}.livenessProbe.successThreshold: Invalid value: 2: must be 1`]);
    expect(container('readinessProbe: {tcpSocket: {port: 1}, terminationGracePeriodSeconds: 5}')).toEqual([
      `${AT}.readinessProbe.terminationGracePeriodSeconds: Invalid value: 5: must not be set for readinessProbes`,
    ]);
    expect(container('readinessProbe: {tcpSocket: {port: 1}, timeoutSeconds: -1}')).toEqual([`${AT}.readinessProbe.timeoutSeconds: Invalid value: -1: must be greater than or equal to 0`]);
  });

  it('that come first have no lifecycle and no probes unless they stay', () => {
    const init = (fields: string): string[] => kind.create(`spec: {containers: [{name: c, image: a}], initContainers: [{name: i, image: a, ${fields}}]}`).errors;
    expect(init('readinessProbe: {tcpSocket: {port: 1}}')).toEqual(['spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always']);
    expect(init('restartPolicy: Always, readinessProbe: {tcpSocket: {port: 1}}')).toEqual([]);
  });

  it('have nothing as ephemeral ones that serves or restarts, not even empty', () => {
    const ephemeral = '{name: e, image: a, lifecycle: {}, resizePolicy: [], resources: {}, restartPolicyRules: []}';
    const { errors } = kind.create(`spec: {containers: [{name: c, image: a}], ephemeralContainers: [${ephemeral}]}`);
    expect(errors.filter((e) => e.includes('Ephemeral Container'))).toEqual(
      ['resizePolicy', 'restartPolicyRules', 'lifecycle'].map((f) => `spec.ephemeralContainers[0].${f}: Forbidden: cannot be set for an Ephemeral Container`),
    );
  });

  it('of Windows have no groups, not even none', () => {
    expect(kind.create('spec: {os: {name: windows}, containers: [{name: c, image: a}], securityContext: {supplementalGroups: []}}').errors).toEqual([
      'spec.securityContext.supplementalGroups: Forbidden: cannot be set for a windows pod',
    ]);
  });

  it('name claims only of volumes that are ephemeral', () => {
    const volume = (sources: string): string[] => kind.create(`spec: {containers: [{name: c, image: a}], volumes: [{name: A, ${sources}}]}`).errors.filter((e) => e.includes('PVC name'));
    expect(volume('ephemeral: {}')).toHaveLength(1);
    expect(volume('emptyDir: {}, ephemeral: {}')).toEqual([]);
  });

  it('do not say of what class the pod is when that does', () => {
    expect(kind.create('{spec: {containers: [{name: c, image: a}]}, status: {qosClass: Guaranteed}}').object.status).toMatchObject({ phase: 'Pending', qosClass: 'Guaranteed' });
  });

  it('do not come into being as ephemeral ones', () => {
    expect(kind.create('spec: {containers: [{name: c, image: a}], ephemeralContainers: [{name: e, image: a}]}').errors).toEqual([
      'spec.ephemeralContainers: Forbidden: cannot be set on create',
    ]);
  });
});
