import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/meta/object';
import { DEVICE_CLASSES, PODS, RESOURCE_CLAIMS, RESOURCE_SLICES } from '../../src/client/resources';
import { DeviceSelectors } from '../../src/scheduler/devices/device-selector';
import { compareSemver, parseSemver } from '../../src/api/cel/semver';
import { TestCluster } from './cluster';

const V1 = 'resource.k8s.io/v1';
const DRIVER = 'gpu.example.com';

interface DeviceSpec {
  name: string;
  [field: string]: unknown;
}

async function slice(c: TestCluster, node: string | undefined, devices: DeviceSpec[], more: Record<string, unknown> = {}): Promise<KubeObject> {
  const spec = { driver: DRIVER, ...(node ? { nodeName: node } : {}), pool: { name: node ?? 'shared', generation: 1, resourceSliceCount: 1 }, devices, ...more };
  return c.client.create(RESOURCE_SLICES, { apiVersion: V1, kind: 'ResourceSlice', metadata: { name: `slice-${node ?? 'shared'}` }, spec });
}

const deviceClass = (c: TestCluster, name = 'gpu', spec: object = { selectors: [{ cel: { expression: `device.driver == "${DRIVER}"` } }] }): Promise<KubeObject> =>
  c.client.create(DEVICE_CLASSES, { apiVersion: V1, kind: 'DeviceClass', metadata: { name }, spec });

const claim = (c: TestCluster, name: string, devices: object): Promise<KubeObject> =>
  c.client.create(RESOURCE_CLAIMS, { apiVersion: V1, kind: 'ResourceClaim', metadata: { name, namespace: 'default' }, spec: { devices } });

const exactly = (o: object = {}): object => ({ requests: [{ name: 'r', exactly: { deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 1, ...o } }] });
const needs = (...claims: string[]): Record<string, unknown> => ({ resourceClaims: claims.map((n) => ({ name: n, resourceClaimName: n })) });
const got = async (c: TestCluster, name: string): Promise<KubeObject['status']> => (await c.client.get(RESOURCE_CLAIMS, 'default', name))['status'] as KubeObject['status'];
const devices = async (c: TestCluster, name: string): Promise<string[]> => ((await got(c, name))?.allocation?.devices.results as { pool: string; device: string }[] | undefined)?.map((r) => `${r.pool}/${r.device}`) ?? [];

async function cluster(nodes = 2): Promise<TestCluster> {
  const c = await new TestCluster().start();
  await c.nodes(nodes);
  await deviceClass(c);
  return c;
}

describe('claims for devices', () => {
  it('get devices on the pod\'s node, are reserved for the pod, and keep others from the devices until they are free', async () => {
    const c = await cluster();
    await slice(c, 'node-2', [{ name: 'gpu-0' }]);
    await claim(c, 'a', exactly());
    await claim(c, 'b', exactly());
    const { uid } = (await c.pod('p', needs('a'))).metadata;
    await c.settle();
    expect(await c.nodeOf('p')).toBe('node-2');
    const status = await got(c, 'a');
    expect(status!.allocation).toEqual({
      devices: { results: [{ request: 'r', driver: DRIVER, pool: 'node-2', device: 'gpu-0' }] },
      nodeSelector: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-2'] }] }] },
      allocationTimestamp: expect.stringMatching(/Z$/) as string,
    });
    expect(status!.reservedFor).toEqual([{ resource: 'pods', name: 'p', uid }]);
    expect((await c.client.get(RESOURCE_CLAIMS, 'default', 'a')).metadata.finalizers).toEqual(['resource.kubernetes.io/delete-protection']);

    await c.pod('q', needs('b'));
    await c.settle();
    expect(await c.why('q')).toBe('0/2 nodes are available: 2 cannot allocate all claims. still not schedulable, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.');
    // A second pod shares the first one's.
    await c.pod('shares', needs('a'));
    await c.settle();
    expect(await c.nodeOf('shares')).toBe('node-2');
    expect((await got(c, 'a'))!.reservedFor).toHaveLength(2);

    await c.client.patch(RESOURCE_CLAIMS, 'default', 'a', 'merge', { status: { allocation: null, reservedFor: null } }, { subresource: 'status' });
    await c.pass(3000);
    expect(await c.nodeOf('q')).toBe('node-2');
  });

  it('are waited for: the claim, its class, its devices', async () => {
    const c = await new TestCluster().start();
    await c.nodes(1);
    await c.pod('p', { resourceClaims: [{ name: 'x', resourceClaimTemplateName: 't' }] });
    await c.pod('q', needs('later'));
    await c.settle();
    expect(c.notes('p')).toEqual([]);
    await claim(c, 'later', exactly());
    await c.settle();
    expect(await c.why('q')).toContain('0/1 nodes are available: request r: device class gpu does not exist. ');
    await deviceClass(c);
    await c.pass(3000);
    expect(await c.why('q')).toContain('1 cannot allocate all claims');
    await slice(c, 'node-1', [{ name: 'a' }, { name: 'b' }]);
    await c.pass(20_000);
    expect(await c.nodeOf('q')).toBe('node-1');
    // What the controller of claims does for templates.
    const pod = await c.get('p');
    const made = { apiVersion: V1, kind: 'ResourceClaim', metadata: { name: 'p-x', namespace: 'default', ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: pod.metadata.uid!, controller: true }] }, spec: { devices: exactly() } };
    await c.client.create(RESOURCE_CLAIMS, made);
    await c.client.patch(PODS, 'default', 'p', 'merge', { status: { resourceClaimStatuses: [{ name: 'x', resourceClaimName: 'p-x' }] } }, { subresource: 'status' });
    await c.pass(20_000);
    expect(await c.nodeOf('p')).toBe('node-1');
    expect(await devices(c, 'p-x')).toEqual(['node-1/b']);
  });

  it('choose by selectors, and say when one is wrong', async () => {
    const c = await cluster(1);
    await slice(c, 'node-1', [
      { name: 'small', attributes: { model: { string: 'A' }, version: { version: '1.2.0' } }, capacity: { memory: { value: '4Gi' } } },
      { name: 'large', attributes: { model: { string: 'A' }, version: { version: '1.10.0' } }, capacity: { memory: { value: '16Gi' } } },
    ]);
    const select = (expression: string): object => exactly({ selectors: [{ cel: { expression } }] });
    await claim(c, 'large', select(`device.capacity["${DRIVER}"].memory.compareTo(quantity("8Gi")) >= 0 && device.attributes["${DRIVER}"].version.isGreaterThan(semver("1.9.0"))`));
    await c.pod('p', needs('large'));
    await claim(c, 'broken', select(`device.attributes["${DRIVER}"].nothing == "x"`));
    await c.pod('q', needs('broken'));
    await c.settle();
    expect(await devices(c, 'large')).toEqual(['node-1/large']);
    expect(await c.why('q')).toBe('running Filter plugin "DynamicResources": claim default/broken: selector #0: CEL runtime error: No such key: nothing');
  });

  it('go back when a constraint cannot be kept', async () => {
    const c = await cluster(1);
    const on = (name: string, numa: number, index: number): DeviceSpec => ({ name, attributes: { numa: { int: numa }, index: { int: index } } });
    await slice(c, 'node-1', [on('a', 0, 1), on('b', 1, 1), on('c', 1, 2)]);
    await claim(c, 'near', { ...exactly({ count: 2 }), constraints: [{ matchAttribute: `${DRIVER}/numa` }] });
    await c.pod('p', needs('near'));
    await c.settle();
    expect(await devices(c, 'near')).toEqual(['node-1/b', 'node-1/c']);
    await c.client.patch(RESOURCE_CLAIMS, 'default', 'near', 'merge', { status: { allocation: null, reservedFor: null } }, { subresource: 'status' });
    await claim(c, 'apart', { ...exactly({ count: 2 }), constraints: [{ requests: ['r'], distinctAttribute: `${DRIVER}/index` }] });
    await c.pod('q', needs('apart'));
    await c.settle();
    expect(await devices(c, 'apart')).toEqual(['node-1/a', 'node-1/c']);
  });

  it('take the first alternative that there is, all devices, and those of administrators without taking them away', async () => {
    const c = await cluster(1);
    await deviceClass(c, 'rare', { selectors: [{ cel: { expression: 'device.driver == "rare.example.com"' } }], config: [] });
    await slice(c, 'node-1', [{ name: 'a' }, { name: 'b' }]);
    const firstAvailable = [{ name: 'best', deviceClassName: 'rare', allocationMode: 'ExactCount', count: 1 }, { name: 'good', deviceClassName: 'gpu', allocationMode: 'All' }];
    await claim(c, 'either', { requests: [{ name: 'r', firstAvailable }], config: [{ requests: ['r'], opaque: { driver: DRIVER, parameters: { x: 1 } } }] });
    await claim(c, 'watch', exactly({ adminAccess: true, allocationMode: 'All' }));
    await c.pod('p', needs('either'));
    await c.settle();
    await c.pod('q', needs('watch'));
    await c.settle();
    expect(await devices(c, 'either')).toEqual(['node-1/a', 'node-1/b']);
    const { results, config } = (await got(c, 'either'))!.allocation.devices as { results: { request: string }[]; config: unknown };
    expect(results.map((r) => r.request)).toEqual(['r/good', 'r/good']);
    expect(config).toEqual([{ source: 'FromClaim', requests: ['r'], opaque: { driver: DRIVER, parameters: { x: 1 } } }]);
    expect(await devices(c, 'watch')).toEqual(['node-1/a', 'node-1/b']);
  });

  it('respect taints, counters that devices share, and pools that are not whole', async () => {
    const c = await cluster(1);
    const half = (name: string): DeviceSpec => ({ name, consumesCounters: [{ counterSet: 's', counters: { memory: { value: '20Gi' } } }] });
    const tainted = { name: 'tainted', taints: [{ key: 'broken', effect: 'NoSchedule' }] };
    const pool = { name: 'node-1', generation: 2, resourceSliceCount: 2 };
    await slice(c, 'node-1', [tainted, half('one'), half('two'), half('three')], { pool });
    await claim(c, 'a', exactly({ count: 2 }));
    await c.pod('p', needs('a'));
    await c.settle();
    expect(await c.nodeOf('p')).toBeUndefined();
    const spec = { driver: DRIVER, nodeName: 'node-1', pool, sharedCounters: [{ name: 's', counters: { memory: { value: '50Gi' } } }] };
    await c.client.create(RESOURCE_SLICES, { apiVersion: V1, kind: 'ResourceSlice', metadata: { name: 'counters' }, spec });
    await c.pass(3000);
    expect(await devices(c, 'a')).toEqual(['node-1/one', 'node-1/two']);
    await claim(c, 'b', exactly());
    await c.pod('q', needs('b'));
    await c.settle();
    expect(await c.nodeOf('q')).toBeUndefined();
    await claim(c, 'tolerant', exactly({ tolerations: [{ key: 'broken', operator: 'Exists' }] }));
    await c.pod('r', needs('tolerant'));
    await c.settle();
    expect(await devices(c, 'tolerant')).toEqual(['node-1/tainted']);
  });

  it('are given to one pod alone, also when pods of several profiles want them at once', async () => {
    const c = await new TestCluster({ profiles: [{ schedulerName: 'default-scheduler' }, { schedulerName: 'other' }] }).start();
    await c.nodes(1);
    await deviceClass(c);
    await slice(c, 'node-1', [{ name: 'a' }]);
    await claim(c, 'x', exactly());
    await claim(c, 'y', exactly());
    await c.settle();
    await Promise.all([c.pod('p', needs('x')), c.pod('q', { ...needs('y'), schedulerName: 'other' })]);
    await c.settle();
    expect([...(await devices(c, 'x')), ...(await devices(c, 'y'))]).toEqual(['node-1/a']);
  });

  it('are given back when the pod cannot be bound, and taken away when they keep an unused claim on another node', async () => {
    const c = await cluster();
    await slice(c, 'node-1', [{ name: 'a' }]);
    await slice(c, 'node-2', [{ name: 'a' }]);
    await claim(c, 'x', exactly());
    let refusals = 1;
    c.client.fail = (verb) => (verb === 'bind' && refusals-- > 0 ? (new Error('broken') as never) : undefined);
    await c.pod('p', { ...needs('x'), nodeSelector: { 'kubernetes.io/hostname': 'node-1' } });
    await c.settle();
    await c.pass(20_000);
    expect(await c.nodeOf('p')).toBe('node-1');
    await c.client.delete(PODS, 'default', 'p', { gracePeriodSeconds: 0 });
    await c.client.patch(RESOURCE_CLAIMS, 'default', 'x', 'merge', { status: { reservedFor: null } }, { subresource: 'status' });
    await c.pod('q', { ...needs('x'), nodeSelector: { 'kubernetes.io/hostname': 'node-2' } });
    await c.settle();
    await c.pass(20_000);
    expect(await c.nodeOf('q')).toBe('node-2');
    expect(await devices(c, 'x')).toEqual(['node-2/a']);
  });
});

describe('selectors', () => {
  const device = { name: 'd', attributes: { model: { string: 'A' }, n: { int: 5 }, ok: { bool: true }, 'other.example.com/x': { string: 'y' } } };
  const s = new DeviceSelectors();
  it.each([
    [`device.attributes["${DRIVER}"].model == "A"`, true],
    [`device.attributes["${DRIVER}"].n > 4 && device.attributes["${DRIVER}"].ok`, true],
    ['device.attributes["other.example.com"].x.startsWith("y")', true],
    ['"model" in device.attributes["unknown.example.com"]', false],
    [`device.driver == "${DRIVER}" && !device.allowMultipleAllocations`, true],
    ['quantity("1Gi").isLessThan(quantity("2Gi")) && isSemver("1.0.0") && !isQuantity("x")', true],
  ])('%s', (expression, expected) => {
    expect(s.matches(expression, DRIVER, device)).toBe(expected);
  });

  it.each([
    ['device.nothing', 'CEL compile error: No such key: nothing'],
    ['1 +', 'CEL compile error: Unexpected token: EOF'],
    ['device.driver', 'CEL compile error: must evaluate to bool, not string'],
    [`device.attributes["${DRIVER}"].n`, 'CEL runtime error: the expression gives no bool'],
  ])('%s is refused', (expression, message) => {
    expect(() => s.matches(expression, DRIVER, device)).toThrow(message);
  });

  it('order versions', () => {
    const sorted = ['1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-alpha.beta', '1.0.0-beta.2', '1.0.0-beta.11', '1.0.0', '1.2.0', '1.10.0'];
    for (let i = 1; i < sorted.length; i++) expect(compareSemver(parseSemver(sorted[i - 1]!), parseSemver(sorted[i]!))).toBe(-1);
    expect(compareSemver(parseSemver('1.0.0+a'), parseSemver('1.0.0+b'))).toBe(0);
    expect(() => parseSemver('1.0')).toThrow('no semantic version');
  });
});
