import { describe, expect, it } from 'vitest';
import { goValue } from '../../../src/apis/shared/go-value';

describe('goValue', () => {
  it('has every field of a schema by its Go name, and unions as structs', () => {
    const shown = goValue('JSONSchemaProps', { type: 'object', additionalProperties: true, properties: { b: { items: { type: 'string' } }, a: {} } }) as Record<string, unknown>;
    expect(Object.keys(shown).slice(0, 5)).toEqual(['ID', 'Schema', 'Ref', 'Description', 'Type']);
    expect(shown.AdditionalProperties).toEqual({ Allows: true, Schema: null });
    expect(Object.keys(shown.Properties as object)).toEqual(['a', 'b']);
    expect((shown.Properties as Record<string, Record<string, unknown>>).b!.Items).toMatchObject({ Schema: { Type: 'string' }, JSONSchemas: null });
  });

  it('puts embedded structs in place, and metadata in the order of its struct', () => {
    expect(Object.keys(goValue('PersistentVolumeSpec', { nfs: { server: 's' } }) as object).slice(0, 3)).toEqual(['Capacity', 'GCEPersistentDisk', 'AWSElasticBlockStore']);
    const template = goValue('PodTemplateSpec', { metadata: { annotations: { b: '1', a: '2' }, labels: { z: '1' }, generation: 3 }, spec: {} }) as object;
    expect(Object.keys(template)).toEqual(['generation', 'labels', 'annotations', 'Spec']);
  });

  it('prints label selectors by their JSON names, without what is empty', () => {
    const term = goValue('PodAffinityTerm', { labelSelector: { matchLabels: { b: '1', a: '2' }, matchExpressions: [] }, topologyKey: 'k' });
    expect(JSON.stringify((term as Record<string, unknown>).LabelSelector)).toBe('{"matchLabels":{"a":"2","b":"1"}}');
  });
});
