import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/api/meta/object';
import { keepTimestamps } from '../../../src/api/patch/keep-timestamps';

const object = (time: string, data: object, fieldsV1: Record<string, unknown> = { 'f:data': {} }): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', managedFields: [{ manager: 'm', operation: 'Update', apiVersion: 'v1', time, fieldsType: 'FieldsV1', fieldsV1 }] },
  data,
});
const OLD = '2024-01-01T00:00:00Z';
const NEW = '2024-01-01T00:00:09Z';

function kept(live: KubeObject, updated: KubeObject): boolean {
  keepTimestamps(live, updated);
  return updated.metadata.managedFields === live.metadata.managedFields;
}

describe('time stamps', () => {
  it('are taken back when nothing else changed', () => {
    expect(kept(object(OLD, { a: '1' }), object(NEW, { a: '1' }))).toBe(true);
  });

  it('stay new with a change of the object, its metadata, its owners or their number', () => {
    expect(kept(object(OLD, { a: '1' }), object(NEW, { a: '2' }))).toBe(false);
    expect(kept(object(OLD, {}), object(NEW, {}, { 'f:other': {} }))).toBe(false);
    const labelled = object(NEW, {});
    labelled.metadata.labels = { a: 'b' };
    expect(kept(object(OLD, {}), labelled)).toBe(false);
    const two = object(NEW, {});
    two.metadata.managedFields!.push(two.metadata.managedFields![0]!);
    expect(kept(object(OLD, {}), two)).toBe(false);
    expect(kept(object(OLD, {}), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: {} })).toBe(false);
  });
});
