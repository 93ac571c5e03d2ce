import { describe, expect, it } from 'vitest';
import { StatusError } from '../../../src/api/errors/status-error';
import { parseApplied, parseJsonPatch, parseMergePatch, parseStrategicPatch } from '../../../src/api/patch/parse-patch';

function refusal(f: () => unknown): string {
  try {
    f();
  } catch (e) {
    if (e instanceof StatusError && e.code === 400 && e.status.reason === 'BadRequest') return e.message;
    throw e;
  }
  throw new Error('not refused');
}

describe('parsing a JSON patch', () => {
  it.each([
    ['{"op":"add"}', 'json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp'],
    ['"text"', 'json: cannot unmarshal string into Go value of type []handlers.jsonPatchOp'],
    ['["add"]', 'json: cannot unmarshal string into Go value of type handlers.jsonPatchOp'],
    ['[{"op":1}]', 'json: cannot unmarshal number into Go struct field jsonPatchOp.op of type string'],
    ['[{op: add', "invalid character 'o' looking for beginning of object key string"],
    ['', 'unexpected end of JSON input'],
  ])('refuses %s', (text, why) => {
    expect(refusal(() => parseJsonPatch(text, 'Warn'))).toBe(`error decoding patch: ${why}`);
  });

  it('names other types when fields are not validated', () => {
    expect(refusal(() => parseJsonPatch('{}', 'Ignore'))).toBe('json: cannot unmarshal object into Go value of type jsonpatch.Patch');
    expect(refusal(() => parseJsonPatch('["add"]', 'Ignore'))).toBe('json: cannot unmarshal string into Go value of type jsonpatch.Operation');
  });

  it('takes null for no operations', () => {
    expect(parseJsonPatch('null', 'Strict')).toEqual({ value: [], problems: [] });
  });

  it('reports unknown and repeated fields of operations', () => {
    const { problems } = parseJsonPatch('[{"op":"add","path":"/a","value":{"x":1},"comment":"hi","path":"/b"}]', 'Strict');
    expect([...problems].sort()).toEqual(['json patch duplicate field "[0].path"', 'json patch unknown field "[0].comment"']);
    expect(parseJsonPatch('[{"op":"add","comment":"hi"}]', 'Ignore').problems).toEqual([]);
  });

  it('takes a value in place of text', () => {
    expect(parseJsonPatch('', 'Warn', [{ op: 'test', path: '', value: 1 }]).value).toHaveLength(1);
  });
});

describe('parsing a merge patch', () => {
  it.each([
    ['[]', 'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}'],
    ['"x"', 'error decoding patch: json: cannot unmarshal string into Go value of type map[string]interface {}'],
    ['data: {k: v}', "error decoding patch: invalid character 'd' looking for beginning of value"],
    ['null', 'Invalid JSON Patch'],
  ])('refuses %s', (text, why) => {
    expect(refusal(() => parseMergePatch(text, 'Warn'))).toBe(why);
    expect(refusal(() => parseMergePatch(text, 'Ignore'))).toBe('Invalid JSON Patch');
  });

  it('reports repeated fields, the last of which counts', () => {
    expect(parseMergePatch('{"data":{"k":"1","k":"2"}}', 'Warn')).toEqual({ value: { data: { k: '2' } }, problems: ['duplicate field "data.k"'] });
    expect(parseMergePatch('{"data":{"k":"1","k":"2"}}', 'Ignore').problems).toEqual([]);
  });
});

describe('parsing a strategic merge patch', () => {
  it('refuses in other words than merge patches', () => {
    expect(refusal(() => parseStrategicPatch('[]', 'Warn'))).toBe('json: cannot unmarshal array into Go value of type map[string]interface {}');
    expect(refusal(() => parseStrategicPatch('x', 'Warn'))).toBe("invalid character 'x' looking for beginning of value");
  });

  it('takes null for an empty patch and copies values of callers', () => {
    expect(parseStrategicPatch('null', 'Warn').value).toEqual({});
    const value = { a: { b: 1 } };
    const parsed = parseStrategicPatch('', 'Warn', value).value as typeof value;
    parsed.a.b = 2;
    expect(value.a.b).toBe(1);
  });
});

describe('parsing an applied configuration', () => {
  it('reads YAML and JSON', () => {
    expect(parseApplied('a: {b: yes}\nc: |\n  x\n').value).toEqual({ a: { b: true }, c: 'x\n' });
    expect(parseApplied('{"a": 1}')).toEqual({ value: { a: 1 }, problems: [] });
    expect(parseApplied('').value).toEqual({});
  });

  it('reports repeated keys of both', () => {
    expect(parseApplied('data:\n  k: a\n  k: b\n')).toEqual({ value: { data: { k: 'b' } }, problems: ['yaml: unmarshal errors:\n  line 3: key "k" already set in map'] });
    expect(parseApplied('{"k": 1, "k": 2}')).toEqual({ value: { k: 2 }, problems: ['yaml: unmarshal errors:\n  line 1: key "k" already set in map'] });
  });

  it('refuses what is no object', () => {
    expect(refusal(() => parseApplied('- a'))).toBe(
      'error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}',
    );
    expect(refusal(() => parseApplied('a: [b'))).toBe("error decoding YAML: error converting YAML to JSON: yaml: line 1: did not find expected ',' or ']'");
  });
});
