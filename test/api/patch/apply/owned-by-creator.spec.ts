import { describe, expect, it } from 'vitest';
import type { ObjectSchema } from '../../../../src/api/schema/schema';
import { compareObjects } from '../../../../src/api/patch/apply/compare';
import { excludedBy, strip } from '../../../../src/api/patch/apply/changes';
import { encodeFieldsV1 } from '../../../../src/api/patch/apply/fields-v1';
import { ownedByCreator } from '../../../../src/api/patch/apply/owned-by-creator';
import { configMap, deployment, pod, podTemplate, service, widget } from '../schemas';

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', generation: 1, labels: { b: '1', a: '<' }, finalizers: ['z', 'a'], ownerReferences: [{ apiVersion: 'v1', kind: 'K', name: 'n', uid: 'u' }] },
  spec: {
    containers: [
      { name: 'd', resources: {}, env: [{ name: 'X', value: '1' }, { name: 'X', value: '2' }, { name: 'A' }] },
      { name: 'c', image: 'i', command: ['x'], ports: [{ containerPort: 443 }, { containerPort: 80, protocol: 'UDP' }], resources: { requests: { cpu: '1' } } },
    ],
    volumes: [{ name: 'v', emptyDir: {} }],
    nodeSelector: { a: 'b' },
    securityContext: {},
  },
  status: { phase: 'Pending', conditions: [{ type: 'Ready', status: 'True', lastProbeTime: null }] },
};

const SAMPLES: [string, ObjectSchema, Record<string, unknown>, string[][]][] = [
  ['a pod', pod, POD, []],
  ['a pod without status', pod, POD, [['status']]],
  ['a pod without parts', pod, POD, [['metadata', 'labels'], ['spec', 'nodeSelector'], ['status', 'conditions'], ['spec', 'containers']]],
  ['a pod without metadata', pod, POD, [['metadata'], ['spec']]],
  ['a bare config map', configMap, { metadata: { name: 'a' } }, []],
  ['empty maps', configMap, { metadata: { labels: {} }, data: {}, immutable: false }, []],
  ['a template', podTemplate, { metadata: {}, template: { metadata: {}, spec: { containers: null } } }, []],
  ['empty lists', podTemplate, { metadata: {}, template: { spec: { containers: [], volumes: [] } } }, []],
  ['a deployment', deployment, { metadata: {}, spec: { selector: {}, strategy: {}, template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c' }] } } }, status: {} }, [['status']]],
  ['a service', service, { metadata: {}, spec: { ports: [{ port: 80, targetPort: 0 }], selector: {} }, status: { conditions: [{ type: 'A' }] } }, []],
  ['a custom resource', widget, { metadata: { labels: { a: 'b' } }, spec: { keyed: [{ name: 'b', size: 1 }, { name: 'a' }], tags: ['y', 'x'], free: { p: { q: [] }, e: {} }, raw: {}, plain: [], atom: {}, port: 'x' } }, []],
];

describe('what a creator owns', () => {
  it.each(SAMPLES)('is what differs from the empty object: %s', (_what, schema, object, reset) => {
    const exclude = excludedBy(reset);
    const { added, modified } = compareObjects(schema, { metadata: {} }, object, true);
    const owned = added.union(modified);
    const general = encodeFieldsV1(strip(exclude ? owned.differenceBelow(exclude) : owned));
    expect(JSON.stringify(ownedByCreator(schema, object, exclude) ?? {})).toBe(JSON.stringify(general));
  });

  it('marks what the empty object lacks, not what Go always writes', () => {
    expect(ownedByCreator(podTemplate, { template: { spec: { containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', emptyDir: {} }] } } }, undefined)).toEqual({
      'f:template': {
        'f:spec': {
          'f:containers': { 'k:{"name":"c"}': { '.': {}, 'f:image': {}, 'f:name': {}, 'f:resources': {} } },
          'f:volumes': { '.': {}, 'k:{"name":"v"}': { '.': {}, 'f:emptyDir': {}, 'f:name': {} } },
        },
      },
    });
  });

  it('is nothing for an object with a name only', () => {
    expect(ownedByCreator(configMap, { metadata: { name: 'a', namespace: 'b', uid: 'c' } }, undefined)).toBeUndefined();
  });
});
