import { describe, expect, it } from 'vitest';
import type { ManagedFieldsEntry } from '../../../src/api/meta/object';
import { managedFieldsAfterScale, managedFieldsOfScale } from '../../../src/api/patch/scale-fields';

const PATHS = { 'apps/v1': ['spec', 'replicas'] };
const entry = (manager: string, operation: 'Apply' | 'Update', fieldsV1: Record<string, unknown>, more: Partial<ManagedFieldsEntry> = {}): ManagedFieldsEntry => ({
  manager,
  operation,
  apiVersion: 'apps/v1',
  time: '2024-01-01T00:00:00Z',
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...more,
});
const REPLICAS = { 'f:spec': { 'f:replicas': {} } };

describe('managed fields of the scale subresource', () => {
  it('are those of the owners of the replica count', () => {
    const parent = [entry('owner', 'Apply', { 'f:spec': { 'f:replicas': {}, 'f:selector': {} } }), entry('other', 'Update', { 'f:spec': { 'f:selector': {} } }), entry('old', 'Update', REPLICAS, { apiVersion: 'apps/v0' })];
    expect(managedFieldsOfScale(parent, PATHS)).toEqual([entry('owner', 'Apply', REPLICAS, { apiVersion: 'autoscaling/v1' })]);
    expect(managedFieldsOfScale(undefined, PATHS)).toBeUndefined();
  });

  it('come back into those of the object: who lost the count loses it, who got it has it, without a time', () => {
    const parent = [entry('owner', 'Apply', { 'f:spec': { 'f:replicas': {}, 'f:selector': {} } }), entry('only', 'Update', REPLICAS), entry('other', 'Update', { 'f:spec': { 'f:selector': {} } })];
    const scale = [entry('hpa', 'Apply', REPLICAS, { apiVersion: 'autoscaling/v1', subresource: 'scale' })];
    const { time: _, ...hpa } = entry('hpa', 'Apply', REPLICAS, { subresource: 'scale' });
    expect(managedFieldsAfterScale(parent, scale, 'apps/v1', PATHS)).toEqual([
      hpa,
      entry('owner', 'Apply', { 'f:spec': { 'f:selector': {} } }),
      entry('other', 'Update', { 'f:spec': { 'f:selector': {} } }),
    ]);
  });

  it('leave an applier of the object that kept the count as it is', () => {
    const parent = [entry('owner', 'Apply', { 'f:spec': { 'f:replicas': {}, 'f:selector': {} } })];
    expect(managedFieldsAfterScale(parent, managedFieldsOfScale(parent, PATHS), 'apps/v1', PATHS)).toEqual(parent);
  });
});
