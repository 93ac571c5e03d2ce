import { describe, expect, it } from 'vitest';
import { JsonPatchError, applyJsonPatch, patchDocument } from '../../../src/api/patch/json-patch';

const doc = (): Record<string, unknown> => ({ data: { k: 'v', two: '2' }, list: ['a', 'b', 'c'], meta: { labels: { app: 'x' } } });

function failure(ops: readonly unknown[], on: unknown = doc()): string {
  try {
    applyJsonPatch(on, ops);
  } catch (e) {
    if (e instanceof JsonPatchError) return e.message;
    throw e;
  }
  throw new Error('not refused');
}

describe('JSON patch', () => {
  it.each([
    ['adds a key', [{ op: 'add', path: '/data/n', value: 'n' }], { data: { k: 'v', two: '2', n: 'n' } }],
    ['adds over a key', [{ op: 'add', path: '/data/k', value: 'w' }], { data: { k: 'w', two: '2' } }],
    ['replaces a missing key', [{ op: 'replace', path: '/data/none', value: 'w' }], { data: { k: 'v', two: '2', none: 'w' } }],
    ['removes', [{ op: 'remove', path: '/data/k' }], { data: { two: '2' } }],
    ['takes a missing value for null', [{ op: 'add', path: '/data/x' }], { data: { k: 'v', two: '2', x: null } }],
    ['moves', [{ op: 'move', from: '/data/two', path: '/data/k' }], { data: { k: '2' } }],
    ['copies', [{ op: 'copy', from: '/meta/labels/app', path: '/data/app' }], { data: { k: 'v', two: '2', app: 'x' } }],
    ['copies a missing key as null', [{ op: 'copy', from: '/data/none', path: '/data/k' }], { data: { k: null, two: '2' } }],
    ['tests, then replaces', [{ op: 'test', path: '/data/k', value: 'v' }, { op: 'replace', path: '/data/k', value: 'w' }], { data: { k: 'w', two: '2' } }],
    ['tests a missing key for null', [{ op: 'test', path: '/data/none', value: null }, { op: 'add', path: '/data/none', value: 'made' }], { data: { k: 'v', two: '2', none: 'made' } }],
    ['tests objects whatever their order', [{ op: 'test', path: '/data', value: { two: '2', k: 'v' } }], { data: { k: 'v', two: '2' } }],
    ['loses the first segment of a path without slash', [{ op: 'add', path: 'data/k2', value: 'x' }], { data: { k: 'v', two: '2' }, k2: 'x' }],
    ['reads escapes', [{ op: 'add', path: '/meta/labels/a~1b~0c~01', value: 'y' }], { meta: { labels: { app: 'x', 'a/b~c~1': 'y' } } }],
  ])('%s', (_what, ops, expected) => {
    expect(applyJsonPatch(doc(), ops)).toMatchObject(expected);
    expect(Object.keys(applyJsonPatch(doc(), ops) as object).sort()).toEqual(Object.keys({ ...doc(), ...expected }).sort());
  });

  it.each([
    ['appends', { op: 'add', path: '/list/-', value: 'z' }, ['a', 'b', 'c', 'z']],
    ['inserts first', { op: 'add', path: '/list/0', value: 'z' }, ['z', 'a', 'b', 'c']],
    ['inserts at the length', { op: 'add', path: '/list/3', value: 'z' }, ['a', 'b', 'c', 'z']],
    ['inserts at -1: the end', { op: 'add', path: '/list/-1', value: 'z' }, ['a', 'b', 'c', 'z']],
    ['inserts at -4: the start', { op: 'add', path: '/list/-4', value: 'z' }, ['z', 'a', 'b', 'c']],
    ['replaces from the end', { op: 'replace', path: '/list/-1', value: 'z' }, ['a', 'b', 'z']],
    ['accepts leading zeros and a plus', { op: 'replace', path: '/list/+01', value: 'z' }, ['a', 'z', 'c']],
    ['removes', { op: 'remove', path: '/list/1' }, ['a', 'c']],
    ['moves within a list', { op: 'move', from: '/list/0', path: '/list/1' }, ['b', 'a', 'c']],
  ])('in lists: %s', (_what, op, expected) => {
    expect((applyJsonPatch(doc(), [op]) as { list: unknown }).list).toEqual(expected);
  });

  it.each([
    ['a missing key to remove', { op: 'remove', path: '/data/none' }, "error in remove for path: '/data/none': Unable to remove nonexistent key: none: missing value"],
    ['a missing parent', { op: 'add', path: '/other/x', value: 1 }, 'add operation does not apply: doc is missing path: "/other/x": missing value'],
    ['a parent that is text', { op: 'replace', path: '/data/k/x', value: 1 }, 'replace operation does not apply: doc is missing path: /data/k/x: missing value'],
    ['a move into itself', { op: 'move', from: '/data', path: '/data/x' }, 'move operation does not apply: doc is missing destination path: /data/x: missing value'],
    ['a failing test', { op: 'test', path: '/data/k', value: 'x' }, 'testing value /data/k failed: test failed'],
    ['a test of another type', { op: 'test', path: '/data/two', value: 2 }, 'testing value /data/two failed: test failed'],
    ['a test without value', { op: 'test', path: '/data/k' }, 'testing value /data/k failed: test failed'],
    ['an index beyond', { op: 'add', path: '/list/5', value: 'z' }, "error in add for path: '/list/5': Unable to access invalid index: 5: invalid index referenced"],
    ['no index', { op: 'replace', path: '/list/b', value: 'z' }, 'replace operation does not apply: doc is missing key: /list/b: missing value'],
    ['no index to add at', { op: 'add', path: '/list/b' }, 'error in add for path: \'/list/b\': value was not a proper array index: \'b\': strconv.Atoi: parsing "b": invalid syntax'],
    ['removal beyond the end', { op: 'remove', path: '/list/3' }, "error in remove for path: '/list/3': Unable to access invalid index: 3: invalid index referenced"],
    ['the dash where something must be', { op: 'copy', from: '/list/-', path: '/x' }, 'error in copy for from: \'/list/-\': strconv.Atoi: parsing "-": invalid syntax'],
    ['an unknown operation', { op: 'merge', path: '/data/x', value: 'x' }, 'Unexpected kind: merge'],
    ['no operation', { path: '/data/x', value: 'x' }, 'Unexpected kind: unknown'],
    ['no path', { op: 'add', value: 'x' }, 'add operation failed to decode path: missing value'],
    ['no from', { op: 'copy', path: '/data/x' }, 'copy operation failed to decode from: operation, missing from field: missing value'],
    ['an operation that is null', null, 'Unexpected kind: unknown'],
    ['a root that is text', { op: 'replace', path: '', value: 'x' }, 'replace operation value must be object or array: %!w(<nil>)'],
  ])('refuses %s', (_what, op, why) => {
    expect(failure([op])).toBe(why);
  });

  it('does all or nothing, and never changes the original', () => {
    const original = doc();
    failure([{ op: 'add', path: '/data/first', value: 'x' }, { op: 'add', path: '/list/0', value: 'x' }, { op: 'remove', path: '/data/none' }], original);
    expect(original).toEqual(doc());
    applyJsonPatch(original, [{ op: 'add', path: '/meta/labels/a', value: 'x' }, { op: 'copy', from: '/meta', path: '/copy' }, { op: 'add', path: '/copy/labels/b', value: 'y' }]);
    expect(original).toEqual(doc());
  });

  it('never changes values of the patch', () => {
    const ops = [{ op: 'add', path: '/new', value: { a: 1 } }, { op: 'add', path: '/new/b', value: 2 }];
    expect(applyJsonPatch({}, ops)).toEqual({ new: { a: 1, b: 2 } });
    expect(ops[0]!.value).toEqual({ a: 1 });
  });

  it('replaces the root', () => {
    expect(applyJsonPatch(doc(), [{ op: 'replace', path: '', value: { only: 'this' } }])).toEqual({ only: 'this' });
  });

  it('sets keys named like prototypes as plain keys', () => {
    const out = applyJsonPatch({ data: {} }, [{ op: 'add', path: '/data/__proto__', value: 'x' }]) as { data: object };
    expect(Object.entries(out.data)).toEqual([['__proto__', 'x']]);
  });

  it('refuses more than ten thousand operations', () => {
    const ops = Array.from({ length: 10001 }, () => ({ op: 'test', path: '/data/k', value: 'v' }));
    expect(() => applyJsonPatch(doc(), ops)).toThrow(
      expect.objectContaining({ code: 413, reason: 'RequestEntityTooLarge', message: 'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001' }),
    );
    expect(applyJsonPatch(doc(), ops.slice(1))).toEqual(doc());
  });

  it('refuses copies that add up to more than 3 MiB', () => {
    const double = Array.from({ length: 40 }, (_, i) => ({ op: 'copy', from: '/data', path: `/data/c${i}` }));
    expect(() => applyJsonPatch({ data: { text: 'x'.repeat(1000) } }, double)).toThrow(/^Unable to complete the copy, the accumulated size increase of copy is \d+, exceeding the limit 3145728$/);
  });

  it('refuses to nest without end', () => {
    let value: unknown = 1;
    for (let i = 0; i < 600; i++) value = { a: value };
    const doc = { data: value };
    const inside = `/data${'/a'.repeat(599)}`;
    for (const op of ['copy', 'move']) expect(() => applyJsonPatch({ ...doc, other: value }, [{ op, from: '/other', path: `${inside}/b` }])).toThrow('exceeded max depth');
    for (const op of ['add', 'replace']) expect(() => applyJsonPatch(doc, [{ op, path: inside, value }])).toThrow('exceeded max depth');
    expect(applyJsonPatch({ ...doc, other: 1 }, [{ op: 'move', from: '/other', path: `${inside}/b` }])).not.toHaveProperty('other');
  });

  it('writes what it opened sorted and the rest as it stood', () => {
    const d = patchDocument({ kind: 'K', data: { z: '<', a: { y: 1, b: 2 } }, more: { y: 1, b: 2 } }, [{ op: 'add', path: '/data/m', value: { y: 1, b: 2 } }]);
    expect(d.text()).toBe('{"data":{"a":{"y":1,"b":2},"m":{"y":1,"b":2},"z":"\\u003c"},"kind":"K","more":{"y":1,"b":2}}');
  });
});
