import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/api/meta/object';
import type { Column } from '../../../src/apiserver/registry/strategy';
import { cachedPartialMetadata } from '../../../src/apiserver/table/partial-metadata';
import { scaleColumns } from '../../../src/apiserver/table/scale-columns';
import { blankRowJson, columnsJson, parseIncludeObject, rowJson, tableJson } from '../../../src/apiserver/table/table';
import type { Cached } from '../../../src/storage/watch-cache/watch-cache';

const NOW = Date.UTC(2026, 0, 1, 1);
const pod: KubeObject = { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'p', resourceVersion: '7' } };
const columns: readonly Column[] = [
  { name: 'Name', type: 'string', format: 'name', cell: (o) => o.metadata.name! },
  { name: 'Ready', type: 'integer', priority: 1, cell: () => 3 },
  { name: 'On', type: 'boolean', cell: () => true },
  { name: 'None', type: 'string', cell: () => null },
];

describe('tables', () => {
  it('write cells by their type', () => expect(JSON.parse(rowJson(columns, pod, 'null', NOW))).toEqual({ cells: ['p', 3, true, null], object: null }));
  it('write the conditions of a row before its object', () =>
    expect(rowJson(columns.slice(0, 1), pod, 'null', NOW, '[{"type":"Completed"}]')).toBe('{"cells":["p"],"conditions":[{"type":"Completed"}],"object":null}'));
  it('write blank rows for bookmarks', () => expect(blankRowJson(columns, '{}')).toBe('{"cells":["",0,"",""],"object":{}}'));
  it('leave no field of a column out', () => expect(JSON.parse(columnsJson(columns.slice(1, 2)))).toEqual([{ name: 'Ready', type: 'integer', format: '', description: '', priority: 1 }]));
  it('stand in Go order', () =>
    expect(tableJson('v1beta1', { resourceVersion: '9' }, 'null', ['{}', '{}'])).toBe('{"kind":"Table","apiVersion":"meta.k8s.io/v1beta1","metadata":{"resourceVersion":"9"},"columnDefinitions":null,"rows":[{},{}]}'));
  it('of scales show both numbers', () => {
    const scale: KubeObject = { kind: 'Scale', apiVersion: 'autoscaling/v1', metadata: { name: 'd', creationTimestamp: '2026-01-01T00:00:00Z' }, spec: { replicas: 3 }, status: { replicas: 2 } };
    expect(JSON.parse(rowJson(scaleColumns, scale, 'null', NOW))).toMatchObject({ cells: ['d', 3, 2, '60m'] });
    expect(JSON.parse(rowJson(scaleColumns, { ...scale, spec: {}, status: {} }, 'null', NOW))).toMatchObject({ cells: ['d', 0, 0, '60m'] });
  });
});

describe('includeObject', () => {
  it.each([
    [undefined, 'Metadata'],
    ['', 'Metadata'],
    ['None', 'None'],
    ['Object', 'Object'],
  ])('%s', (value, want) => expect(parseIncludeObject(value)).toBe(want));
  it('refuses anything else', () => expect(() => parseIncludeObject('object')).toThrow(`includeObject: Invalid value: "object": must be 'Metadata', 'Object', 'None', or empty`));
});

describe('metadata of a cached object', () => {
  it('is written once a version', () => {
    const cached: Cached = { key: 'k', rev: 7, object: pod, bytes: Buffer.alloc(0) };
    expect(JSON.parse(cachedPartialMetadata(cached, 'v1'))).toEqual({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: pod.metadata });
    expect(cachedPartialMetadata(cached, 'v1beta1')).toContain('meta.k8s.io/v1beta1');
    expect([...cached.encodings!.keys()]).toEqual(['meta/v1', 'meta/v1beta1']);
    cached.encodings!.set('meta/v1', 'kept');
    expect(cachedPartialMetadata(cached, 'v1')).toBe('kept');
  });
});
