import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/api/meta/object';
import { loadProtobuf } from '../../../src/api/protobuf/load';

/** Objects with every field set, beside the bytes that apimachinery 0.36's serializer makes of them. */
const OBJECTS = JSON.parse(readFileSync(join(__dirname, 'objects.json'), 'utf8')) as { object: KubeObject; protobuf: string }[];
const codec = loadProtobuf();
const NONE = { apiVersion: '', kind: '' };

/** What a message says, in JSON, for an object that is given as JSON. */
function roundTrip(object: object): object {
  return codec.decode(codec.encode(object as KubeObject), NONE);
}

describe('against the serializer of Kubernetes', () => {
  it.each(OBJECTS.map((o) => [o.object.kind, o] as const))('%s is written byte by byte and read field by field', (_kind, { object, protobuf }) => {
    const bytes = Buffer.from(protobuf, 'base64');
    expect(codec.encode(object).equals(bytes)).toBe(true);
    expect(codec.decode(bytes, NONE)).toEqual(object);
  });
});

describe('values', () => {
  it('flattens what Go embeds', () => {
    const pod = {
      kind: 'Pod',
      apiVersion: 'v1',
      metadata: { name: 'p', annotations: { ['__proto__']: 'x' } },
      spec: {
        volumes: [{ name: 'v', emptyDir: { sizeLimit: '1Gi' } }, { name: 's', secret: { secretName: 'q', defaultMode: 420 } }],
        containers: [
          {
            name: 'c',
            env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'k', key: 'v', optional: false } } }],
            resources: { requests: { cpu: '10m' } },
            livenessProbe: { httpGet: { port: 'http' }, periodSeconds: 5 },
            readinessProbe: { tcpSocket: { port: 80 } },
          },
        ],
        ephemeralContainers: [{ name: 'e', image: 'i', targetContainerName: 'c' }],
      },
    };
    expect(roundTrip(pod)).toEqual(pod);
  });
  it('reads and writes map values that are nothing as Go does: a null time, no bytes', () => {
    const pdb = { kind: 'PodDisruptionBudget', apiVersion: 'policy/v1', metadata: {}, status: { disruptedPods: { p: null } } };
    expect(roundTrip(pdb)).toEqual(pdb);
    expect(roundTrip({ kind: 'Secret', apiVersion: 'v1', metadata: {}, data: { k: null } })).toEqual({ kind: 'Secret', apiVersion: 'v1', metadata: {}, data: { k: '' } });
  });
  it('keeps schemas, which are what they like', () => {
    const crd = {
      kind: 'CustomResourceDefinition',
      apiVersion: 'apiextensions.k8s.io/v1',
      metadata: {},
      spec: {
        versions: [
          {
            name: 'v1',
            served: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                $ref: '#/x',
                properties: {
                  a: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'] },
                  b: { additionalProperties: { type: 'integer', minimum: -1.5, default: { x: [1] } } },
                  c: { additionalProperties: false, 'x-kubernetes-preserve-unknown-fields': true, enum: [1, 'two', null] },
                  d: { 'x-kubernetes-int-or-string': true, 'x-kubernetes-validations': [{ rule: 'self > 0', message: 'm' }] },
                },
              },
            },
          },
        ],
      },
    };
    expect(roundTrip(crd)).toMatchObject({
      spec: { versions: [{ schema: { openAPIV3Schema: { $ref: '#/x', properties: { a: crd.spec.versions[0]!.schema.openAPIV3Schema.properties.a, c: { additionalProperties: false, enum: [1, 'two', null] }, d: { 'x-kubernetes-validations': [{ rule: 'self > 0' }] } } } } }] },
    });
  });
  it.each([0, 1, -1, 127, 128, 2 ** 31 - 1, -(2 ** 31), 2 ** 40 + 5, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER])('keeps the number %d', (generation) =>
    expect(roundTrip({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { generation } })).toMatchObject({ metadata: { generation } }),
  );
  it('leaves unknown fields out and skips them', () => {
    expect(roundTrip({ kind: 'ConfigMap', apiVersion: 'v1', metadata: {}, spec: 1 })).not.toHaveProperty('spec');
    const bytes = Buffer.concat([codec.encodeMessage({ metadata: { name: 'x' } } as never, 'v1', 'ConfigMap'), Buffer.from([0xf8, 0x06, 0x05, 0xfa, 0x06, 0x02, 0x61, 0x62])]);
    expect(codec.types.get('k8s.io.api.core.v1.ConfigMap')).toBeDefined();
    const raw = codec.encodeList('v1', 'ConfigMapList', {}, [bytes]);
    expect(codec.decode(raw, NONE)).toMatchObject({ items: [{ metadata: { name: 'x' } }] });
  });
});

describe('envelopes', () => {
  it('take kind and version from the route when they have none', () => {
    const bare = Buffer.from('6b3873000a00120a0a080a04' + Buffer.from('name').toString('hex') + '1200', 'hex');
    expect(codec.decode(bare, { apiVersion: 'v1', kind: 'ConfigMap' })).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'name' } });
  });
  it('of unknown kinds tell just that', () => {
    const bytes = codec.encode({ kind: 'ConfigMap', apiVersion: 'v1', metadata: {} });
    const other = Buffer.from(bytes.toString('latin1').replace('ConfigMap', 'Confusion'), 'latin1');
    expect(codec.decode(other, NONE)).toEqual({ kind: 'Confusion', apiVersion: 'v1' });
    expect(codec.has('v1', 'Confusion')).toBe(false);
  });
  it.each([
    ['', 'empty data'],
    ['{"kind":"Pod"}', 'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]'],
    ['k8s\0', 'empty body'],
    ['k8s\0\x0a\x7f', 'unexpected EOF'],
  ])('%j is refused', (text, message) => expect(() => codec.decode(Buffer.from(text, 'latin1'), NONE)).toThrow(message));
  it('cannot hold custom resources', () => expect(() => codec.encode({ kind: 'Kite', apiVersion: 'example.com/v1', metadata: {} })).toThrow(/cannot be encoded to a protobuf message/));
  it('hold lists of encoded items', () => {
    const items = ['a', 'b'].map((name) => codec.encodeMessage({ kind: 'Pod', apiVersion: 'v1', metadata: { name } }, 'v1', 'Pod'));
    expect(codec.decode(codec.encodeList('v1', 'PodList', { resourceVersion: '7', remainingItemCount: 3 }, items), NONE)).toEqual({
      kind: 'PodList',
      apiVersion: 'v1',
      metadata: { resourceVersion: '7', remainingItemCount: 3 },
      items: [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }],
    });
  });
  it('travel in watch events', () => {
    const object = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { name: 'x' } };
    expect(codec.decodeWatchEvent(codec.encodeWatchEvent('ADDED', codec.encode(object)))).toEqual({ type: 'ADDED', object });
  });
});
