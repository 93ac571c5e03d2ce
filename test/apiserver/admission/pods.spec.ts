import { describe, expect, it } from 'vitest';
import { mergeTolerations } from '../../../src/apiserver/admission/merge-tolerations';
import { PodResizeValidator } from '../../../src/apiserver/admission/pod-resize';
import { PodTopologyLabels } from '../../../src/apiserver/admission/pod-topology-labels';
import { RuntimeClassAdmission } from '../../../src/apiserver/admission/runtime-class';
import { ServiceAccountAdmission } from '../../../src/apiserver/admission/service-account';
import { clusterObject, inNamespace, pod, refusalOf, request, run } from './support';

describe('RuntimeClass', () => {
  const plugin = new RuntimeClassAdmission();
  const world = {
    runtimeclasses: [
      clusterObject('plain'),
      clusterObject('vm', { overhead: { podFixed: { cpu: '250m' } }, scheduling: { nodeSelector: { vm: 'yes' }, tolerations: [{ key: 'vm', operator: 'Exists' }] } }),
    ],
  };

  it('gives the pod the overhead and scheduling of its class', async () => {
    const r = request(world, { object: pod({ runtimeClassName: 'vm', nodeSelector: { a: 'b' } }) });
    await run(plugin, r);
    expect(r.object['spec']).toMatchObject({ overhead: { cpu: '250m' }, nodeSelector: { a: 'b', vm: 'yes' }, tolerations: [{ key: 'vm', operator: 'Exists' }] });
  });

  it('refuses classes that do not exist and an overhead of one\'s own', async () => {
    expect(await refusalOf(plugin, request(world, { object: pod({ runtimeClassName: 'none' }) }))).toBe('pods "x" is forbidden: pod rejected: RuntimeClass "none" not found');
    expect(await refusalOf(plugin, request(world, { object: pod({ overhead: { cpu: '1' } }) }))).toBe('pods "x" is forbidden: pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
    expect(await refusalOf(plugin, request(world, { object: pod({ runtimeClassName: 'vm', overhead: { cpu: '1' } }) }))).toContain("Pod's Overhead doesn't match");
    expect(await refusalOf(plugin, request(world, { object: pod({ runtimeClassName: 'vm', overhead: { cpu: '0.25' } }) }))).toBe('');
  });

  it('refuses a node selector that contradicts', async () => {
    expect(await refusalOf(plugin, request(world, { object: pod({ runtimeClassName: 'vm', nodeSelector: { vm: 'no' } }) }))).toBe(
      'pods "x" is forbidden: conflict: runtimeClass.scheduling.nodeSelector[vm] = yes; pod.spec.nodeSelector[vm] = no',
    );
  });

  it('merges tolerations, leaving out what another covers', () => {
    const key = { key: 'k', operator: 'Exists', effect: 'NoExecute' };
    expect(mergeTolerations([{ ...key, tolerationSeconds: 5 }], [key])).toEqual([key]);
    expect(mergeTolerations([key], [key])).toEqual([key]);
    expect(mergeTolerations([{ key: 'k', operator: 'Equal', value: 'v' }], [{ operator: 'Exists' }])).toEqual([{ operator: 'Exists' }]);
    expect(mergeTolerations([{ key: 'a', operator: 'Equal', value: '1' }], [{ key: 'a', operator: 'Equal', value: '2' }])).toHaveLength(2);
  });
});

describe('ServiceAccount', () => {
  const plugin = new ServiceAccountAdmission();
  const mirror = (spec: object) => request({}, { object: pod(spec, { annotations: { 'kubernetes.io/config.mirror': 'x' } }) });

  it('lets mirror pods have neither account nor secrets', async () => {
    expect(await refusalOf(plugin, mirror({}))).toBe('');
    expect(await refusalOf(plugin, mirror({ serviceAccountName: 'a' }))).toBe('pods "x" is forbidden: a mirror pod may not reference service accounts');
    expect(await refusalOf(plugin, mirror({ volumes: [{ name: 's', secret: { secretName: 's' } }] }))).toBe('pods "x" is forbidden: a mirror pod may not reference secrets');
    expect(await refusalOf(plugin, mirror({ containers: [{ name: 'c', env: [{ name: 'E', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] }] }))).toContain('may not reference secrets');
    expect(await refusalOf(plugin, mirror({ volumes: [{ name: 's', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }] }))).toContain('may not use ServiceAccountToken volume projections');
  });

  it('calls a pod without a name by its generateName', async () => {
    const r = request({}, { object: pod({}, { name: undefined, generateName: 'web-' }) });
    expect(await refusalOf(plugin, r)).toBe('pods "web-" is forbidden: error looking up service account ns/default: serviceaccount "default" not found');
    const odd = await refusalOf(plugin, request({}, { object: pod({ serviceAccountName: 'a/b' }) }));
    expect(odd).toContain('error looking up service account ns/a/b: invalid resource name "a/b": [may not contain \'/\']');
  });

  it('keeps pods to the secrets of accounts that insist on it', async () => {
    const world = { serviceaccounts: [inNamespace('default', { secrets: [{ name: 'mine' }] }, { annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } })] };
    const asks = (spec: object) => refusalOf(plugin, request(world, { object: pod({ automountServiceAccountToken: false, ...spec }) }));
    expect(await asks({ volumes: [{ name: 'v', secret: { secretName: 'mine' } }] })).toBe('');
    expect(await asks({ volumes: [{ name: 'v', secret: { secretName: 'other' } }] })).toBe('pods "x" is forbidden: volume with secret.secretName="other" is not allowed because service account default does not reference that secret');
    expect(await asks({ containers: [{ name: 'c', envFrom: [{ secretRef: { name: 'other' } }] }] })).toContain('container c with envFrom referencing secret.secretName="other" is not allowed');
    expect(await asks({ imagePullSecrets: [{ name: 'p' }] })).toContain('imagePullSecrets[0].name="p" is not allowed because service account default does not reference that imagePullSecret');
  });
});

describe('PodTopologyLabels', () => {
  it('copies zone and region of the node to the Binding and to pods made on a node', async () => {
    const world = { nodes: [clusterObject('n', {}, { labels: { 'topology.kubernetes.io/zone': 'z', other: 'o' } })] };
    const binding = request(world, { subresource: 'binding', object: { target: { kind: 'Node', name: 'n' } } });
    await run(new PodTopologyLabels(), binding);
    expect(binding.object.metadata.labels).toEqual({ 'topology.kubernetes.io/zone': 'z' });
    const placed = request(world, { object: pod({ nodeName: 'n' }) });
    await run(new PodTopologyLabels(), placed);
    expect(placed.object.metadata.labels).toEqual({ 'topology.kubernetes.io/zone': 'z' });
  });
});

describe('PodResizeValidator', () => {
  const world = { nodes: [clusterObject('n', { status: { allocatable: { cpu: '4', memory: '8Gi' } } }), clusterObject('w', {}, { labels: { 'kubernetes.io/os': 'windows' } })] };
  const resize = (cpu: string, nodeName: string | undefined) =>
    refusalOf(
      new PodResizeValidator(),
      request(world, {
        operation: 'UPDATE',
        subresource: 'resize',
        object: pod({ nodeName, containers: [{ name: 'c', resources: { requests: { cpu } } }] }, { generation: 2 }),
        old: pod({ nodeName }, { generation: 1 }),
      }),
    );

  it('refuses what the node does not have', async () => {
    expect(await resize('5', 'n')).toBe("pods \"x\" is forbidden: node didn't have enough allocatable resources: cpu, requested: 5000, allocatable: 4000");
    expect(await resize('4', 'n')).toBe('');
    expect(await resize('5', undefined)).toBe('');
    expect(await resize('5', 'w')).toBe('pods "x" is forbidden: pod resize is only supported on linux nodes, node "w" is "windows"');
  });
});
