import { describe, expect, it } from 'vitest';
import type { KubeObject, ManagedFieldsEntry } from '../../../src/api/meta/object';
import { resetsManagedFields } from '../../../src/api/patch/apply/managers';
import { trackUpdate } from '../../../src/api/patch/track-update';
import { decodeObject } from '../../../src/api/schema/decode';
import { loadSchemas } from '../../../src/api/schema/load';
import { Stored } from './managed';
import { configMap, deployment, pod, service } from './schemas';

const cm = (): Stored => new Stored(configMap, 'ConfigMap');

describe('tracking of creates and updates', () => {
  it('gives a new object to its creator', () => {
    const s = cm().update('maker', { metadata: { labels: { app: 'x' } }, data: { b: '1', a: '2' } });
    expect(s.live!.metadata.managedFields).toEqual([
      {
        manager: 'maker',
        operation: 'Update',
        apiVersion: 'v1',
        time: '2024-01-01T00:00:01Z',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { '.': {}, 'f:a': {}, 'f:b': {} }, 'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } } },
      },
    ]);
    expect(Object.keys(s.entry('maker')!)).toEqual(['manager', 'operation', 'apiVersion', 'time', 'fieldsType', 'fieldsV1']);
    expect(JSON.stringify(s.owned('maker'))).toBe('{"f:data":{".":{},"f:a":{},"f:b":{}},"f:metadata":{"f:labels":{".":{},"f:app":{}}}}');
  });

  it('gives lists to their creator that are empty, where Go tells them from none', () => {
    const schema = loadSchemas().forKind('rbac.authorization.k8s.io', 'v1', 'ClusterRole')!;
    const owned = (rules: unknown, live?: KubeObject): unknown => {
      const updated = decodeObject(schema, { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'r', labels: { a: 'b' } }, rules });
      trackUpdate({ live, updated, schema, manager: 'm', now: 0 });
      return (updated.metadata.managedFields?.[0]?.fieldsV1 as Record<string, unknown>)['f:rules'];
    };
    expect(owned([])).toEqual({});
    expect(owned(null)).toBeUndefined();
    expect(owned(undefined)).toBeUndefined();
  });

  it('calls a nameless writer unknown', () => {
    expect(cm().update('', { data: { a: '1' } }).managers).toEqual(['unknown Update']);
  });

  it('writes nothing for an object that has nothing but a name', () => {
    const s = cm().update('maker', {});
    expect(s.live!.metadata).not.toHaveProperty('managedFields');
    expect(s.update('maker', { data: { a: '1' } }).managers).toEqual([]);
  });

  it('gives what changes to who changes it', () => {
    const s = cm().update('one', { data: { a: '1', b: '1', c: '1' } }).update('two', { data: { a: '2', b: '1', d: '1' } });
    expect(s.owned('one')).toEqual({ 'f:data': { '.': {}, 'f:b': {} } });
    expect(s.owned('two')).toEqual({ 'f:data': { 'f:a': {}, 'f:d': {} } });
    expect(s.managers).toEqual(['one Update', 'two Update']);
  });

  it('adds to what a manager has from before, and gives it a new time', () => {
    const s = cm().update('one', { data: { a: '1' } }).update('two', { data: { a: '1', b: '1' } }).update('one', { data: { a: '1', b: '1', c: '1' } });
    expect(s.owned('one')).toEqual({ 'f:data': { '.': {}, 'f:a': {}, 'f:c': {} } });
    expect(s.managers).toEqual(['two Update', 'one Update']);
  });

  it('leaves the very fields of a manager that changes what it owns already, and takes what it removes', () => {
    const s = cm().update('one', { metadata: { labels: { app: 'x' } }, data: { a: '1', b: '1' } });
    const entries = s.live!.metadata.managedFields!;
    // As patches do: the entries of the live object itself come back.
    s.update('one', { metadata: { labels: { app: 'y' }, managedFields: entries }, data: { a: '2', b: '1' } });
    expect(s.owned('one')).toBe(entries[0]!.fieldsV1);
    expect(s.entry('one')!.time).toBe('2024-01-01T00:00:02Z');
    s.update('one', { data: { a: '3' } });
    expect(s.owned('one')).toEqual({ 'f:data': { '.': {}, 'f:a': {} } });
    s.update('one', {});
    expect(s.managers).toEqual([]);
  });

  it('drops managers who are left with nothing', () => {
    expect(cm().update('one', { metadata: { labels: { a: '1' } } }).update('two', { metadata: { labels: null } }).live!.metadata).not.toHaveProperty('managedFields');
    expect(cm().update('one', { metadata: { labels: { a: '1' } } }).update('two', { data: { a: '1' } }).managers).toEqual(['two Update']);
  });

  it('leaves the very same entries when nothing changes', () => {
    const s = cm().update('one', { data: { a: '1' } });
    const entries = s.live!.metadata.managedFields;
    expect(s.update('two', { data: { a: '1' } }).live!.metadata.managedFields).toBe(entries);
  });

  it('takes deep changes of keyed lists item by item', () => {
    const container = (name: string, more: object): object => ({ name, resources: {}, ...more });
    const s = new Stored(pod, 'Pod').update('one', { spec: { containers: [container('c', { image: 'i:1' }), container('d', { image: 'i:2' })] } });
    s.update('two', { spec: { containers: [container('d', { image: 'i:9' }), container('c', { image: 'i:1', args: ['x'] })] } });
    expect(s.owned('two')).toEqual({ 'f:spec': { 'f:containers': { 'k:{"name":"c"}': { 'f:args': {} }, 'k:{"name":"d"}': { 'f:image': {} } } } });
    expect(s.owned('one')).toEqual({
      'f:spec': { 'f:containers': { 'k:{"name":"c"}': { '.': {}, 'f:image': {}, 'f:name': {}, 'f:resources': {} }, 'k:{"name":"d"}': { '.': {}, 'f:name': {}, 'f:resources': {} } } },
    });
  });

  it('takes items that Go writes with zero fields for what they are', () => {
    const s = new Stored(service, 'Service').update('one', { spec: { ports: [{ port: 80, targetPort: 80 }] }, status: {} });
    s.update('lc', { spec: { ports: [{ port: 80, targetPort: 80 }] }, status: { conditions: [{ type: 'Down', status: 'True' }] } }, { subresource: 'status' });
    expect(s.owned('lc')).toEqual({ 'f:status': { 'f:conditions': { '.': {}, 'k:{"type":"Down"}': { '.': {}, 'f:lastProbeTime': {}, 'f:lastTransitionTime': {}, 'f:status': {}, 'f:type': {} } } } });
  });

  it('owns items that are there several times as one', () => {
    const s = cm().update('one', { metadata: { finalizers: ['a', 'b'] } }).update('two', { metadata: { finalizers: ['a', 'a', 'b'] } });
    expect(s.owned('one')).toEqual({ 'f:metadata': { 'f:finalizers': { '.': {}, 'v:"b"': {} } } });
    expect(s.owned('two')).toEqual({ 'f:metadata': { 'f:finalizers': { 'v:"a"': {} } } });
  });

  it('leaves out what the strategy resets', () => {
    const s = new Stored(deployment, 'Deployment').update('one', { spec: { replicas: 1, selector: {}, strategy: {}, template: {} }, status: { replicas: 3 } }, { resetFields: [['status']] });
    expect(s.owned('one')).toEqual({ 'f:spec': { 'f:replicas': {}, 'f:selector': {} } });
    s.update('two', { metadata: { labels: { a: 'b' } }, spec: { replicas: 2 } }, { subresource: 'status', resetFields: [['spec'], ['metadata', 'labels']] });
    expect(s.managers).toEqual(['one Update']);
  });

  it('keeps managers of subresources apart', () => {
    const s = new Stored(pod, 'Pod').update('agent', { spec: { containers: null, terminationGracePeriodSeconds: 3 } });
    s.update('agent', { spec: { containers: null, terminationGracePeriodSeconds: 3 }, status: { phase: 'Running' } }, { subresource: 'status' });
    expect(s.managers).toEqual(['agent Update', 'agent Update status']);
  });

  describe('managed fields that the client sends', () => {
    const sent = (manager: string, fieldsV1: object, more: Partial<ManagedFieldsEntry> = {}): ManagedFieldsEntry => ({
      manager,
      operation: 'Update',
      apiVersion: 'v1',
      time: '2020-01-01T00:00:00Z',
      fieldsType: 'FieldsV1',
      fieldsV1: fieldsV1 as Record<string, unknown>,
      ...more,
    });

    it('count', () => {
      const s = cm().update('one', { data: { a: '1', b: '1' } });
      s.update('two', { metadata: { managedFields: [sent('late', { 'f:data': { 'f:b': {} } }), sent('early', { 'f:data': { 'f:a': {} } }, { operation: 'Apply' })] }, data: { a: '1', b: '1' } });
      expect(s.managers).toEqual(['early Apply', 'late Update']);
    });

    it('are brought into canonical form', () => {
      const s = cm().update('one', { data: { a: '1', b: '1' } });
      s.update('two', { metadata: { managedFields: [sent('x', { 'f:data': { 'f:b': {}, 'x:?': {}, 'f:a': {} } })] }, data: { a: '1', b: '1' } });
      expect(JSON.stringify(s.owned('x'))).toBe('{"f:data":{"f:a":{},"f:b":{}}}');
    });

    it.each([
      ['no operation', { operation: undefined }],
      ['no version', { apiVersion: '' }],
      ['no type of fields', { fieldsType: undefined }],
      ['another type of fields', { fieldsType: 'FieldsV9' }],
      ['malformed fields', { fieldsV1: { name: {} } }],
    ])('are passed over with %s', (_what, wrong) => {
      const s = cm().update('one', { data: { a: '1' } });
      expect(s.update('two', { metadata: { managedFields: [sent('x', {}, wrong)] }, data: { a: '1' } }).managers).toEqual(['one Update']);
    });

    it('are passed over in subresources', () => {
      const s = new Stored(pod, 'Pod').update('one', { spec: { containers: null, terminationGracePeriodSeconds: 3 } });
      s.update('two', { metadata: { managedFields: [{}] }, spec: { containers: null, terminationGracePeriodSeconds: 3 } }, { subresource: 'status' });
      expect(s.managers).toEqual(['one Update']);
    });

    it('are forgotten, and nothing is tracked from then on, when they are empty', () => {
      for (const managedFields of [[], [{}]]) {
        const s = cm().update('one', { data: { a: '1' } });
        s.update('two', { metadata: { managedFields }, data: { a: '1' } });
        expect(s.live!.metadata).not.toHaveProperty('managedFields');
        expect(s.update('two', { data: { a: '2' } }).managers).toEqual([]);
      }
    });

    it('are recognised as a reset before decoding', () => {
      const resets = (managedFields: unknown): boolean => resetsManagedFields({ metadata: { managedFields } });
      expect([resets([]), resets([{}])]).toEqual([true, true]);
      expect([resets(undefined), resets(null), resets([{}, {}]), resets([{ manager: 'x' }]), resetsManagedFields(null)]).toEqual([false, false, false, false, false]);
    });
  });

  it('puts the oldest of more than ten updaters together', () => {
    const s = cm();
    const data: Record<string, string> = {};
    for (let i = 0; i < 13; i++) {
      data[`k${i}`] = '1';
      s.update(`m${i}`, { data });
    }
    expect(s.managers).toHaveLength(10);
    expect(s.managers[0]).toBe('ancient-changes Update');
    expect(s.owned('ancient-changes')).toEqual({ 'f:data': { '.': {}, 'f:k0': {}, 'f:k1': {}, 'f:k2': {}, 'f:k3': {} } });
  });

  it('stores objects whose items cannot be told apart without tracking them', () => {
    const noKey = { kind: 'Widget', apiVersion: 'v1', metadata: { name: 'w' }, status: { conditions: [null] } };
    trackUpdate({ updated: noKey, schema: service, manager: 'm', now: 0 });
    expect(noKey.metadata).not.toHaveProperty('managedFields');
  });

  describe('other versions', () => {
    const older = (): Stored => {
      const s = cm().update('one', { data: { a: '1', b: '1' } });
      s.live!.metadata.managedFields![0]!.apiVersion = 'v0';
      return s;
    };

    it('are forgotten when they are gone and something is written', () => {
      expect(older().update('two', { data: { a: '2', b: '1' } }).managers).toEqual(['two Update']);
    });

    it('are compared in their own version', () => {
      const convert: Parameters<typeof trackUpdate>[0]['convert'] = (o, apiVersion) => (apiVersion === 'v0' ? { object: { ...o, apiVersion }, schema: configMap } : undefined);
      const s = older().update('two', { data: { a: '2', b: '1' } }, { convert });
      expect(s.owned('one')).toEqual({ 'f:data': { '.': {}, 'f:b': {} } });
      expect(s.entry('one')!.apiVersion).toBe('v0');
    });
  });

  it('fits fields to types that have become atomic', () => {
    const s = new Stored(service, 'Service').update('one', { spec: { selector: { a: 'b' } } });
    s.live!.metadata.managedFields![0]!.fieldsV1 = { 'f:spec': { 'f:selector': { '.': {}, 'f:a': {} } } };
    s.update('two', { spec: { selector: { a: 'b' }, type: 'ClusterIP' } });
    expect(s.owned('one')).toEqual({ 'f:spec': { 'f:selector': {} } });
  });
});
