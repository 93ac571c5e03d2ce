import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/api/meta/object';
import type { Column } from '../../../src/apiserver/registry/strategy';
import type { MetaVersion } from '../../../src/apiserver/table/partial-metadata';
import { cachedPartialMetadata, partialMetadataJson, writePartialMetadata } from '../../../src/apiserver/table/partial-metadata';
import { scaleColumns } from '../../../src/apiserver/table/scale-columns';
import { blankRowJson, columnsJson, parseIncludeObject, rowHead, rowJson, tableJson } from '../../../src/apiserver/table/table';
import type { Cached } from '../../../src/storage/watch-cache/watch-cache';
import { Parts } from '../../../src/util/parts';
import { Scratch } from '../../../src/util/scratch';

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
  const metadata = { name: 'a', annotations: { 'x"}': '{"metadata":{"name":"b\\"}}\\\\', 'ü': '€"' }, labels: {}, managedFields: [{ fieldsV1: { 'f:metadata': { 'k:{"a":"}"}': {} } } }] };
  const written = (cached: Cached, version: MetaVersion): string => {
    const parts = new Parts(new Scratch(50, 1));
    writePartialMetadata(cached, version, parts);
    return Buffer.concat(parts.end()).toString();
  };
  it.each([
    ['third', { kind: 'Pod', apiVersion: 'v1', metadata, spec: { metadata: { name: 'c' } } }],
    ['third and last', { kind: 'Pod', apiVersion: 'v1', metadata }],
    ['after the spec', { kind: 'Pod', apiVersion: 'v1', spec: { metadata: { name: 'c' } }, metadata }],
    ['after the spec, as of no known kind', { apiVersion: 'v1', kind: 'Pod', spec: { metadata: { name: 'c' } }, metadata }],
  ])('is found where it stands: %s', (_name, object) => {
    const cached: Cached = { key: 'k', rev: 7, object: object as KubeObject, bytes: Buffer.from(JSON.stringify(object)) };
    for (const version of ['v1', 'v1beta1'] as const) {
      const text = partialMetadataJson(cached.object, version);
      expect(JSON.parse(text)).toEqual({ kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata });
      for (let i = 0; i < 2; i++) expect([cachedPartialMetadata(cached, version), written(cached, version)]).toEqual([text, text]);
    }
  });
  it('is not made again, nor is the object looked at', () => {
    const bytes = Buffer.from(JSON.stringify({ kind: 'Pod', apiVersion: 'v1', metadata, spec: {} }));
    const cached: Cached = { key: 'k', rev: 7, bytes, get object(): KubeObject { throw new Error('looked at'); } };
    expect(written(cached, 'v1')).toContain('"name":"a"');
    expect(bytes.subarray(0, cached.metadataEnd).toString()).toBe(`{"kind":"Pod","apiVersion":"v1","metadata":${JSON.stringify(metadata)}`);
  });
});

describe('cells', () => {
  it.each(['', 'web-1', 'a "b"', 'back\\slash', 'tab\t', 'é€😀', '\u007f', '\ud800'])('are JSON: %j', (cell) => {
    expect(rowHead([{ name: 'A', type: 'string', cell: () => cell }, { name: 'B', type: 'integer', cell: () => 3 }], pod, 0)).toBe(`{"cells":[${JSON.stringify(cell)},3],"object":`);
  });
});
