import { describe, expect, it } from 'vitest';
import { StatusError } from '../../../src/api/errors/status-error';
import type { ObjectSchema, ScalarSchema, SchemaNode } from '../../../src/api/schema/schema';
import { applyStrategicMergePatch } from '../../../src/api/patch/strategic/strategic-merge-patch';
import { converterError, withFittingNumbers } from '../../../src/api/patch/strategic/unstructured-error';
import { atomicList, configMap, deployment, int, object, podTemplate, service, text, widget } from './schemas';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- documents of any shape
type Json = Record<string, any>;

const template = (): Json => ({
  apiVersion: 'v1',
  kind: 'PodTemplate',
  metadata: { name: 't', finalizers: ['example.com/a', 'example.com/b'] },
  template: {
    metadata: { labels: { app: 'x', tier: 't' } },
    spec: {
      containers: [
        { name: 'c', image: 'i:1', args: ['a'], env: [{ name: 'A', value: '1' }, { name: 'B', value: '2' }, { name: 'C', value: '3' }], ports: [{ containerPort: 80 }, { containerPort: 81 }] },
        { name: 'd', image: 'i:2' },
        { name: 'e', image: 'i:3' },
      ],
      nodeSelector: { disk: 'ssd', zone: 'a' },
      tolerations: [{ key: 'k', operator: 'Exists' }],
      volumes: [{ name: 'v', emptyDir: { medium: 'Memory' } }, { name: 'w', configMap: { name: 'one' } }],
      imagePullSecrets: [{ name: 's1' }, { name: 's2' }],
    },
  },
});

const patched = (patch: Json, schema: ObjectSchema = podTemplate, doc: Json = template()): Json => applyStrategicMergePatch(schema, doc, structuredClone(patch));
const spec = (patch: Json): Json => patched({ template: { spec: patch } }).template.spec as Json;
const names = (list: Json[]): string[] => list.map((x) => x.name as string);

function refusal(patch: Json, schema: ObjectSchema = podTemplate, doc: Json = template()): [number, string | undefined, string] {
  try {
    patched(patch, schema, doc);
  } catch (e) {
    if (e instanceof StatusError) return [e.code, e.status.reason, e.message];
    throw e;
  }
  throw new Error('not refused');
}
const refusedSpec = (patch: Json): [number, string | undefined, string] => refusal({ template: { spec: patch } });

describe('strategic merge patch', () => {
  it('merges items of lists by their key and leaves the order', () => {
    expect(spec({ containers: [{ name: 'd', image: 'i:9' }] }).containers[1]).toEqual({ name: 'd', image: 'i:9' });
    expect(names(spec({ containers: [{ name: 'd', image: 'i:9' }] }).containers)).toEqual(['c', 'd', 'e']);
  });

  it('puts new items first', () => {
    expect(names(spec({ containers: [{ name: 'n', image: 'i:4' }, { name: 'd', image: 'i:8' }] }).containers)).toEqual(['n', 'c', 'd', 'e']);
  });

  it('replaces lists without merge semantics, and lists of scalars', () => {
    expect(spec({ tolerations: [{ key: 'other' }] }).tolerations).toEqual([{ key: 'other' }]);
    expect(spec({ containers: [{ name: 'c', args: ['z'] }] }).containers[0].args).toEqual(['z']);
  });

  it('merges maps; null removes', () => {
    expect(spec({ nodeSelector: { disk: null, more: '1' } }).nodeSelector).toEqual({ zone: 'a', more: '1' });
    expect(spec({ containers: [{ name: 'c', args: null }] }).containers[0]).not.toHaveProperty('args');
    expect(spec({ volumes: null })).not.toHaveProperty('volumes');
  });

  it('drops nulls and directives inside what is new', () => {
    const made = spec({ initContainers: [{ name: 'i', image: null, env: [{ name: 'A', $patch: 'delete' }, { name: 'B' }] }] }).initContainers;
    expect(made).toEqual([{ name: 'i', env: [{ name: 'B' }] }]);
  });

  it('uses the patch merge key even where apply has more keys', () => {
    const svc = { spec: { ports: [{ name: 'dns', port: 53, protocol: 'UDP' }] } };
    expect(patched({ spec: { ports: [{ port: 53, protocol: 'TCP' }] } }, service, svc).spec.ports).toEqual([{ name: 'dns', port: 53, protocol: 'TCP' }]);
  });

  describe('$patch', () => {
    it('deletes items by key, missing ones too', () => {
      expect(names(spec({ containers: [{ name: 'd', $patch: 'delete' }] }).containers)).toEqual(['c', 'e']);
      expect(names(spec({ containers: [{ name: 'none', $patch: 'delete' }] }).containers)).toEqual(['c', 'd', 'e']);
      expect(names(spec({ containers: [{ name: 'd', $patch: 'delete' }, { name: 'f', image: 'i' }] }).containers)).toEqual(['f', 'c', 'e']);
      expect(names(spec({ containers: [{ name: 'c', env: [{ name: 'B', $patch: 'delete' }] }] }).containers[0].env)).toEqual(['A', 'C']);
    });

    it('deletes and replaces maps', () => {
      expect(spec({ nodeSelector: { $patch: 'delete' } }).nodeSelector).toEqual({});
      expect(spec({ nodeSelector: { $patch: 'replace', only: 'this' } }).nodeSelector).toEqual({ only: 'this' });
      expect(patched({ $patch: 'replace', metadata: { name: 't' } })).toEqual({ metadata: { name: 't' } });
    });

    it('replaces lists, wherever it stands in them', () => {
      expect(spec({ containers: [{ $patch: 'replace' }, { name: 'n' }] }).containers).toEqual([{ name: 'n' }]);
      expect(spec({ containers: [{ name: 'n' }, { $patch: 'replace' }] }).containers).toEqual([{ name: 'n' }]);
      expect(spec({ imagePullSecrets: [{ $patch: 'replace' }] }).imagePullSecrets).toEqual([]);
      expect(spec({ containers: [{ name: 'c', $patch: 'replace', image: 'i:7' }] }).containers).toEqual([]);
    });

    it('refuses others', () => {
      expect(refusedSpec({ nodeSelector: { $patch: 'merge', also: 'this' } })).toEqual([500, undefined, 'unknown patch type: merge in map: map[$patch:merge also:this]']);
      expect(refusedSpec({ nodeSelector: { $patch: 1 } })[2]).toBe('unknown patch type: %!s(int64=1) in map: map[$patch:1]');
      expect(refusedSpec({ nodeSelector: { $patch: { b: [1, 'x'], a: null } } })[2]).toBe('unknown patch type: map[a:<nil> b:[%!s(int64=1) x]] in map: map[$patch:map[a:<nil> b:[1 x]]]');
      expect(refusedSpec({ nodeSelector: { $patch: null } })[2]).toBe('unknown patch type: %!s(<nil>) in map: map[$patch:<nil>]');
      expect(refusedSpec({ containers: [{ name: 'c', $patch: 'wipe' }] })).toEqual([500, undefined, 'unknown patch type: wipe in map: map[$patch:wipe name:c]']);
      expect(refusedSpec({ containers: [{ name: 'c', $patch: 'merge' }] })[2]).toBe('merging lists cannot yet be specified in the patch');
      expect(refusedSpec({ containers: [{ $patch: 'delete' }] })[2]).toBe('map: map[$patch:delete] does not contain declared merge key: name');
    });
  });

  describe('$setElementOrder', () => {
    it('turns items round that it does not name and that were not there before', () => {
      const items = [{ name: 'x', image: 'i' }, { name: 'y', image: 'i' }, { name: 'z', image: 'i' }];
      expect(names(spec({ '$setElementOrder/initContainers': [], initContainers: items }).initContainers)).toEqual(['z', 'y', 'x']);
      expect(names(spec({ '$setElementOrder/containers': [], containers: items.slice(0, 2) }).containers)).toEqual(['c', 'd', 'e', 'y', 'x']);
    });

    const order = (...list: string[]): Json[] => list.map((name) => ({ name }));

    it('orders without other changes, leaving the unnamed where they stand', () => {
      expect(names(spec({ '$setElementOrder/containers': order('e', 'c', 'd') }).containers)).toEqual(['e', 'c', 'd']);
      expect(names(spec({ '$setElementOrder/containers': order('e', 'c') }).containers)).toEqual(['d', 'e', 'c']);
    });

    it('orders what it merges', () => {
      expect(names(spec({ '$setElementOrder/containers': order('c', 'd', 'n', 'e'), containers: [{ name: 'n', image: 'i' }] }).containers)).toEqual(['c', 'd', 'n', 'e']);
      const env = spec({
        '$setElementOrder/containers': order('c', 'd', 'e'),
        containers: [{ name: 'c', '$setElementOrder/env': order('C', 'N', 'A'), env: [{ name: 'N', value: 'n' }, { name: 'B', $patch: 'delete' }] }],
      }).containers[0].env;
      expect(names(env)).toEqual(['C', 'N', 'A']);
    });

    it('places an item that is deleted and added again as upstream does', () => {
      const doc = { spec: {}, status: { conditions: ['d', 'c', 'e'].map((type) => ({ type })) } };
      const patch = { status: { conditions: [{ type: 'd', m: 1 }, { type: 'e' }, { type: 'd', $patch: 'delete' }], '$setElementOrder/conditions': [{ type: 'd' }, { type: 'e' }] } };
      expect(patched(patch, service, doc).status.conditions.map((c: Json) => c.type)).toEqual(['c', 'd', 'e']);
    });

    it('orders a list of scalars', () => {
      const finalizers = patched({ metadata: { '$setElementOrder/finalizers': ['example.com/c', 'example.com/b', 'example.com/a'], finalizers: ['example.com/c'] } }).metadata.finalizers;
      expect(finalizers).toEqual(['example.com/c', 'example.com/b', 'example.com/a']);
    });

    it('refuses a patch that is not in that order', () => {
      expect(refusedSpec({ '$setElementOrder/containers': order('e'), containers: [{ name: 'c', image: 'i:9' }] })).toEqual([
        500,
        undefined,
        "The order in patch list:\n[map[image:i:9 name:c]]\n doesn't match $setElementOrder list:\n[map[name:e]]\n",
      ]);
      expect(refusedSpec({ '$setElementOrder/containers': order('c', 'd'), containers: order('d', 'c') })[2]).toContain("doesn't match $setElementOrder");
    });

    it('refuses malformed ones', () => {
      expect(refusedSpec({ $setElementOrder: [] })).toEqual([400, 'BadRequest', 'invalid patch format of setElementOrder list']);
      expect(refusedSpec({ '$setElementOrder/containers': 'x' })[2]).toBe('expected a []interface {}, but received a string');
      expect(refusedSpec({ '$setElementOrder/containers': ['x'] })).toEqual([500, undefined, 'value for key 0 is not a map']);
      expect(refusedSpec({ '$setElementOrder/containers': [{}] })[2]).toBe('map: map[] does not contain declared merge key: name');
      expect(refusedSpec({ '$setElementOrder/nope': [] })[2]).toBe('unable to find api field in struct PodSpec for the json field "nope"');
      expect(refusedSpec({ '$setElementOrder/nodeSelector': [], nodeSelector: null })[2]).toBe('expected a []interface {}, but received a map[string]interface {}');
    });
  });

  describe('$retainKeys', () => {
    it('keeps the keys listed only', () => {
      expect(spec({ volumes: [{ name: 'v', $retainKeys: ['name', 'hostPath'], hostPath: { path: '/x' } }] }).volumes[0]).toEqual({ name: 'v', hostPath: { path: '/x' } });
      const d = { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 2 } } } };
      expect(patched({ spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } }, deployment, d).spec.strategy).toEqual({ type: 'Recreate' });
      expect(patched({ spec: { strategy: { type: 'Recreate' } } }, deployment, d).spec.strategy).toEqual({ type: 'Recreate', rollingUpdate: { maxSurge: 2 } });
    });

    it('refuses a patch of keys that it does not list', () => {
      const bad = [400, 'BadRequest', 'invalid patch format of retainKeys'];
      expect(refusedSpec({ volumes: [{ name: 'v', $retainKeys: ['name'], hostPath: { path: '/x' } }] })).toEqual(bad);
      expect(refusedSpec({ volumes: [{ name: 'v', $retainKeys: 'name' }] })).toEqual(bad);
    });

    it('lets a patch null what it does not list', () => {
      expect(spec({ nodeSelector: { $retainKeys: ['zone'], disk: null } }).nodeSelector).toEqual({ zone: 'a' });
    });
  });

  describe('lists of scalars', () => {
    it('are merged as sets', () => {
      expect(patched({ metadata: { finalizers: ['example.com/c', 'example.com/a'] } }).metadata.finalizers).toEqual(['example.com/c', 'example.com/a', 'example.com/b']);
    });

    it('lose what $deleteFromPrimitiveList names', () => {
      expect(patched({ metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/a', 'none'] } }).metadata.finalizers).toEqual(['example.com/b']);
      expect(refusal({ metadata: { $deleteFromPrimitiveList: [] } })).toEqual([400, 'BadRequest', 'invalid patch format of primitive list']);
    });

    it('refuse lists in them and mixtures', () => {
      expect(refusal({ metadata: { finalizers: [1] } })[2]).toBe('list element types are not identical: [[example.com/a example.com/b] [1]]');
      expect(refusal({ metadata: { finalizers: [['x']] } }, podTemplate, { metadata: { finalizers: [] } })[0]).toBe(422);
    });
  });

  it('refuses items without their key', () => {
    expect(refusedSpec({ containers: [{ image: 'i:3' }] })).toEqual([500, undefined, 'map: map[image:i:3] does not contain declared merge key: name']);
  });

  it('cannot merge into values without a declared type', () => {
    const message = 'unable to find api field in struct RawExtension for the json field "a"';
    expect(refusal({ spec: { raw: { a: { c: 1 } } } }, widget, { spec: { raw: { a: { b: 1 } } } })[2]).toBe(message);
  });

  it('leaves the document as it was', () => {
    const doc = template();
    patched({ template: { spec: { containers: [{ name: 'c', env: [{ name: 'B', $patch: 'delete' }] }], nodeSelector: { $patch: 'replace' } } } }, podTemplate, doc);
    expect(doc).toEqual(template());
  });

  it('words wrong types as the converter of unstructured objects', () => {
    const said = (s: SchemaNode, v: unknown): string => converterError(s, v, 'of JSON');
    expect(said(configMap, { data: { k: 1 } })).toBe('cannot convert int64 to string');
    expect(said(configMap, { binaryData: { k: 1 } })).toBe('cannot restore slice from int64');
    expect(said(configMap, { data: 'x' })).toBe('cannot restore map from string');
    expect(said(podTemplate, { template: { spec: { containers: 'x' } } })).toBe('cannot restore slice from string');
    expect(said(podTemplate, { template: [] })).toBe('cannot restore struct from: slice');
    const named = object('S', { mode: { schema: text, goType: 'v1.Mode' }, modes: { schema: atomicList(text), goType: '[]v1.Mode' } });
    expect(said(named, { mode: 1.5 })).toBe('cannot convert float64 to v1.Mode');
    expect(said(named, { modes: [true] })).toBe('cannot convert bool to v1.Mode');
    expect(said(podTemplate, template())).toBe('of JSON');
    expect(converterError(configMap, { binaryData: { k: '=' } }, 'illegal base64 data at input byte 0')).toBe('error decoding from json: illegal base64 data at input byte 0');
  });

  it('makes numbers fit their fields as that converter does', () => {
    const int64: ScalarSchema = { kind: 'integer', format: 'int64' };
    const s = object('S', { n: { schema: int }, list: { schema: atomicList(int) }, big: { schema: int64 } });
    const fit = (v: unknown): unknown => withFittingNumbers(s, v);
    expect(fit({ n: 2 ** 31, list: [2 ** 32 + 5, 'x', null], big: 2 ** 40, other: 2 ** 40 })).toEqual({ n: -(2 ** 31), list: [5, 'x', null], big: 2 ** 40, other: 2 ** 40 });
    expect(fit({ n: 1e21, big: 1e21, list: [1.5] })).toEqual({ n: 0, big: -(2 ** 63), list: [1.5] });
    expect([fit('x'), fit(null)]).toEqual(['x', null]);
  });
});
