import { describe, expect, it } from 'vitest';
import { StatusError } from '../../../src/api/errors/status-error';
import type { KubeObject } from '../../../src/api/meta/object';
import { decodePatched } from '../../../src/api/patch/decode-patched';
import { type PatchRequest, type PatchedObject, patchObject } from '../../../src/api/patch/patch-object';
import { configMap, podTemplate } from './schemas';

const live = (): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', uid: 'u' }, data: { k: 'v', two: '2' } });
const patch = (r: Partial<PatchRequest>): PatchedObject =>
  patchObject({ type: 'merge', text: '', live: live(), gvk: { group: '', version: 'v1', kind: 'ConfigMap' }, schema: configMap, fieldValidation: 'Warn', manager: 'm', now: 0, ...r });

class DecodeError extends Error {
  override name = 'DecodeError';
}

function refusal(f: () => unknown): StatusError {
  try {
    f();
  } catch (e) {
    if (e instanceof StatusError) return e;
    throw e;
  }
  throw new Error('not refused');
}

describe('patching an object', () => {
  it('does every type', () => {
    expect(patch({ type: 'json', text: '[{"op":"remove","path":"/data/k"}]' }).object).toMatchObject({ data: { two: '2' } });
    expect(patch({ type: 'merge', text: '{"data":{"k":null}}' }).object).toMatchObject({ data: { two: '2' } });
    expect(patch({ type: 'strategic', text: '{"data":{"$patch":"replace","n":"1"}}' }).object).toMatchObject({ data: { n: '1' } });
    const applied = patch({ type: 'apply', text: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {m: x}\n' });
    expect(applied.object).toMatchObject({ data: { k: 'v', two: '2', m: 'x' }, metadata: { managedFields: [{ manager: 'm', operation: 'Apply' }, { manager: 'before-first-apply' }] } });
    expect([applied.tracked, patch({ text: '{}' }).tracked]).toEqual([true, false]);
  });

  it('keeps the kind whatever a strategic patch says', () => {
    for (const text of ['{"kind":"Secret","apiVersion":"v2"}', '{"$patch":"replace","metadata":{"name":"a"}}']) {
      expect(patch({ type: 'strategic', text }).object).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1' });
    }
    expect(patch({ text: '{"kind":"Secret"}' }).object).toMatchObject({ kind: 'Secret' });
  });

  it('does not say which operation of a JSON patch cannot be done', () => {
    const e = refusal(() => patch({ type: 'json', text: '[{"op":"remove","path":"/data/none"}]' }));
    expect(e.status).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'the server rejected our request due to an error in our request',
      reason: 'Invalid',
      details: {},
      code: 422,
    });
  });

  it('applies to nothing', () => {
    const made = patch({ type: 'apply', value: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { k: 'v' } }, live: undefined });
    expect(made.object).toMatchObject({ kind: 'ConfigMap', metadata: { name: 'a' }, data: { k: 'v' } });
  });

  it('takes parsed patches, and leaves them and the live object alone', () => {
    const value = { metadata: { finalizers: null, labels: { a: null, b: '1' } } };
    const object = live();
    patch({ type: 'strategic', value, live: object });
    patch({ type: 'merge', value, live: object });
    expect([value, object]).toEqual([{ metadata: { finalizers: null, labels: { a: null, b: '1' } } }, live()]);
  });

  it('quotes the whole patched document when it refuses it', () => {
    const e = patch({ text: '{"data":{"n":5}}' }).refuse('why');
    const message = 'Invalid value: "{\\"apiVersion\\":\\"v1\\",\\"data\\":{\\"k\\":\\"v\\",\\"n\\":5,\\"two\\":\\"2\\"},\\"kind\\":\\"ConfigMap\\",\\"metadata\\":{\\"name\\":\\"a\\",\\"uid\\":\\"u\\"}}": why';
    expect(e.status).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      reason: 'Invalid',
      code: 422,
      message: ` "" is invalid: patch: ${message}`,
      details: { causes: [{ reason: 'FieldValueInvalid', field: 'patch', message }] },
    });
  });

  it('quotes maps sorted even where the patch did not come', () => {
    const object = { ...live(), data: { z: '1', a: '2' } };
    expect(patch({ live: object, text: '{"spec":{"z":1,"a":2}}' }).refuse('why').message).toContain('\\"data\\":{\\"a\\":\\"2\\",\\"z\\":\\"1\\"}');
    expect(patch({ live: object, type: 'json', text: '[{"op":"add","path":"/spec","value":{"z":1,"a":2}}]' }).refuse('why').message).toContain('\\"spec\\":{\\"z\\":1,\\"a\\":2}');
  });

  it('quotes what is left of a strategic patch, with the converter\'s complaint', () => {
    const doc = { ...live(), metadata: { name: 'a', finalizers: ['x'] } };
    const e = patch({ type: 'strategic', live: doc, text: '{"metadata":{"$setElementOrder/finalizers":["x"]},"data":{"k":1,"none":null}}' }).refuse('json: cannot unmarshal');
    expect(e.message).toBe(' "" is invalid: patch: Invalid value: "map[data:map[k:1 none:<nil>] metadata:map[]]": cannot convert int64 to string');
  });

  it('calls what an apply made of the object a new object', () => {
    const p = patch({ type: 'apply', schema: podTemplate, gvk: { group: '', version: 'v1', kind: 'PodTemplate' }, live: undefined, value: { apiVersion: 'v1', kind: 'PodTemplate', metadata: { name: 't', namespace: 'x' } } });
    const e = p.refuse('why');
    expect([e.code, e.status.reason, e.message]).toEqual([500, undefined, 'failed to convert new object (x/t; /v1, Kind=PodTemplate) to proper version: unable to convert unstructured object to /v1, Kind=PodTemplate: why']);
  });

  it('warns of repeated YAML keys line by line, or refuses them, after applying', () => {
    const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  m: a\n  m: b\n  o: a\n  o: b\n';
    expect(patch({ type: 'apply', text }).problems).toEqual(['line 6: key "m" already set in map', 'line 8: key "o" already set in map']);
    expect(patch({ type: 'apply', text, fieldValidation: 'Ignore' }).problems).toEqual([]);
    const e = refusal(() => patch({ type: 'apply', text, fieldValidation: 'Strict' }));
    expect([e.code, e.message]).toEqual([
      400,
      'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 6: key "m" already set in map\n  line 8: key "o" already set in map',
    ]);
    expect(refusal(() => patch({ type: 'apply', text: text.replace('ConfigMap', 'Secret'), fieldValidation: 'Strict' })).message).toBe('invalid object type: /v1, Kind=Secret');
  });
});

describe('decoding a patched object', () => {
  const decode = (value: unknown, problems?: string[]): KubeObject => {
    problems?.push('unknown field "spec"');
    return value as KubeObject;
  };
  const twice = '{"data":{"k":"1","k":"2"}}';

  it('warns of all that strict validation would refuse', () => {
    const warnings: string[] = [];
    decodePatched(patch({ text: twice }), 'Warn', (w) => warnings.push(w), decode);
    expect(warnings).toEqual(['duplicate field "data.k"', 'unknown field "spec"']);
    expect(refusal(() => decodePatched(patch({ text: twice }), 'Strict', () => {}, decode)).message).toMatch(/": strict decoding error: duplicate field "data\.k", unknown field "spec"$/);
  });

  it('says nothing when told to ignore', () => {
    decodePatched(patch({ text: twice, fieldValidation: 'Ignore' }), 'Ignore', () => expect.unreachable(), decode);
  });

  it('refuses what does not fit the type, and passes other errors on', () => {
    const failing = (e: Error) => () => {
      throw e;
    };
    expect(refusal(() => decodePatched(patch({ text: twice }), 'Strict', () => {}, failing(new DecodeError('json: no')))).message).toMatch(/": json: no$/);
    expect(() => decodePatched(patch({ text: '{}' }), 'Warn', () => {}, failing(new TypeError('bug')))).toThrow(TypeError);
  });
});
