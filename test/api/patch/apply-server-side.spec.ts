import { describe, expect, it } from 'vitest';
import { StatusError } from '../../../src/api/errors/status-error';
import { LAST_APPLIED } from '../../../src/api/patch/apply/last-applied';
import { Stored } from './managed';
import { configMap, pod, podTemplate, service, widget } from './schemas';

const cm = (): Stored => new Stored(configMap, 'ConfigMap');

function refusal(f: () => unknown): StatusError {
  try {
    f();
  } catch (e) {
    if (e instanceof StatusError) return e;
    throw e;
  }
  throw new Error('not refused');
}

describe('server-side apply', () => {
  it('creates, and owns the fields mentioned only', () => {
    const s = cm().apply('one', { metadata: { labels: { app: 'x' } }, data: { l: 'w', k: 'v' } });
    expect(s.live!.data).toEqual({ l: 'w', k: 'v' });
    expect(s.live!.metadata.managedFields).toEqual([
      {
        manager: 'one',
        operation: 'Apply',
        apiVersion: 'v1',
        time: '2024-01-01T00:00:01Z',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { 'f:k': {}, 'f:l': {} }, 'f:metadata': { 'f:labels': { 'f:app': {} } } },
      },
    ]);
  });

  it('changes nothing when applied again, the time neither', () => {
    const s = cm().apply('one', { data: { k: 'v' } });
    const before = structuredClone(s.live);
    expect(s.apply('one', { data: { k: 'v' } }).live).toEqual(before);
  });

  it('removes what is applied no longer', () => {
    expect(cm().apply('one', { data: { k: 'v', l: 'w' } }).apply('one', { data: { k: 'v' } }).live!.data).toEqual({ k: 'v' });
    const s = cm().apply('one', { metadata: { labels: { a: 'b' } }, data: { k: 'v' } }).apply('one', {});
    expect(s.live).not.toHaveProperty('data');
    expect(s.live!.metadata).toEqual({ name: 'n', uid: 'u' });
  });

  it('leaves alone what somebody else owns, updater or applier, and what nobody owns', () => {
    const s = cm().apply('one', { data: { k: 'v', l: 'w' } }).apply('two', { data: { k: 'v' } });
    expect(s.apply('one', { data: {} }).live!.data).toEqual({ k: 'v' });
    const t = cm().apply('one', { data: { k: 'v' } }).update('up', { data: { k: 'w', m: '1' } });
    expect(t.apply('one', {}).live!.data).toEqual({ k: 'w', m: '1' });
  });

  describe('conflicts', () => {
    it('refuses to change what others applied', () => {
      const s = cm().apply('one', { metadata: { labels: { app: 'x' } }, data: { k: 'v' } });
      const e = refusal(() => s.apply('two', { metadata: { labels: { app: 'z' } }, data: { k: 'mine' } }));
      expect(e.status).toEqual({
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        reason: 'Conflict',
        message: 'Apply failed with 2 conflicts: conflicts with "one":\n- .data.k\n- .metadata.labels.app',
        code: 409,
        details: {
          causes: [
            { reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.k' },
            { reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.metadata.labels.app' },
          ],
        },
      });
    });

    it('names updaters by version and subresource', () => {
      const s = new Stored(pod, 'Pod').update('maker', { metadata: { labels: { a: 'b' } }, spec: { containers: null }, status: {} });
      s.update('agent', { metadata: { labels: { a: 'b' } }, spec: { containers: null }, status: { conditions: [{ type: 'R', status: 'False' }] } }, { subresource: 'status' });
      expect(refusal(() => s.apply('x', { status: { conditions: [{ type: 'R', status: 'True' }] } })).message).toBe(
        'Apply failed with 1 conflict: conflict with "agent" with subresource "status" using v1: .status.conditions[type="R"].status',
      );
    });

    it('lists leaf fields before nested ones, managers in order', () => {
      const s = new Stored(widget, 'Widget').apply('one', { spec: { replicas: 1, settings: { k: '1' } } }).apply('two', { spec: { replicas: 1 } });
      expect(refusal(() => s.apply('zero', { spec: { settings: { k: '9' }, replicas: 3 } })).message).toBe(
        'Apply failed with 3 conflicts: conflicts with "one":\n- .spec.replicas\n- .spec.settings.k\nconflicts with "two":\n- .spec.replicas',
      );
    });

    it('is none where the values are the same: the field is shared', () => {
      const s = cm().apply('one', { data: { k: 'v' } }).apply('two', { data: { k: 'v' } });
      expect([s.owned('one'), s.owned('two')]).toEqual([{ 'f:data': { 'f:k': {} } }, { 'f:data': { 'f:k': {} } }]);
      expect(s.entry('two')).not.toHaveProperty('time');
      expect(s.managers).toEqual(['two Apply', 'one Apply']);
    });

    it('is overcome by force, which takes the field away from the others', () => {
      const s = cm().apply('one', { data: { k: 'v', l: 'w' } }).apply('two', { data: { k: 'mine' } }, { force: true });
      expect(s.live!.data).toEqual({ k: 'mine', l: 'w' });
      expect([s.owned('one'), s.owned('two')]).toEqual([{ 'f:data': { 'f:l': {} } }, { 'f:data': { 'f:k': {} } }]);
      expect(s.apply('three', { data: { k: '3', l: '3' } }, { force: true }).managers).toEqual(['three Apply']);
    });

    it('covers atomic lists and maps as a whole', () => {
      const s = new Stored(podTemplate, 'PodTemplate').apply('one', { template: { spec: { tolerations: [{ key: 'a' }], nodeSelector: { a: 'b' } } } });
      expect(refusal(() => s.apply('two', { template: { spec: { tolerations: [{ key: 'b' }] } } })).message).toContain(': .template.spec.tolerations');
      expect(refusal(() => s.apply('two', { template: { spec: { nodeSelector: { c: 'd' } } } })).message).toContain(': .template.spec.nodeSelector');
    });
  });

  describe('lists', () => {
    it('are joined by key, with defaults for keys that are left out', () => {
      const s = new Stored(service, 'Service').apply('one', { spec: { ports: [{ name: 'http', port: 80 }] } }).apply('two', { spec: { ports: [{ port: 80, protocol: 'UDP' }, { name: 'm', port: 9090 }] } });
      expect(s.live!.spec.ports.map((p: { port: number; protocol?: string }) => `${p.port}${p.protocol ?? ''}`)).toEqual(['80', '80UDP', '9090']);
      expect(s.owned('two')).toEqual({
        'f:spec': { 'f:ports': { 'k:{"port":80,"protocol":"UDP"}': { '.': {}, 'f:port': {}, 'f:protocol': {} }, 'k:{"port":9090,"protocol":"TCP"}': { '.': {}, 'f:name': {}, 'f:port': {} } } },
      });
    });

    it('of scalars are joined as sets', () => {
      const s = cm().apply('one', { metadata: { finalizers: ['a', 'b'] } }).apply('two', { metadata: { finalizers: ['b', 'c'] } }).apply('one', { metadata: { finalizers: ['a'] } });
      expect(s.live!.metadata.finalizers).toEqual(['a', 'b', 'c']);
      expect(s.owned('one')).toEqual({ 'f:metadata': { 'f:finalizers': { 'v:"a"': {} } } });
    });

    it('lose an item when its only owner leaves it out', () => {
      const s = new Stored(podTemplate, 'PodTemplate').apply('one', { template: { spec: { containers: [{ name: 'c', image: 'i' }] } } }).apply('two', { template: { spec: { containers: [{ name: 'side', image: 's' }] } } });
      expect(s.apply('two', { metadata: { labels: { a: 'b' } } }).live!.template.spec.containers).toEqual([{ name: 'c', image: 'i', resources: {} }]);
    });
  });

  it('treats custom resources by their markers, and what is undeclared by its shape', () => {
    const s = new Stored(widget, 'Widget').apply('one', { spec: { plain: [{ name: 'a' }], keyed: [{ name: 'a', value: '1' }], tags: ['x'], atom: { a: '1' }, free: { deep: { er: [1, { x: 'y' }] } }, raw: { a: { b: 1 } }, port: 80 } });
    expect(s.owned('one')).toEqual({
      'f:spec': {
        'f:atom': {},
        'f:free': { 'f:deep': { '.': {}, 'f:er': {} } },
        'f:keyed': { 'k:{"name":"a"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
        'f:plain': {},
        'f:port': {},
        'f:raw': {},
        'f:tags': { 'v:"x"': {} },
      },
    });
    expect(s.apply('two', { spec: { free: { deep: { also: 1 } } } }).live!.spec.free).toEqual({ deep: { er: [1, { x: 'y' }], also: 1 } });
  });

  it('leaves out what the strategy resets', () => {
    const s = new Stored(pod, 'Pod').apply('one', { metadata: { labels: { a: 'b' } }, status: { message: 'm' } }, { resetFields: [['status']] });
    expect(s.owned('one')).toEqual({ 'f:metadata': { 'f:labels': { 'f:a': {} } } });
  });

  it('starts tracking an untracked object, whose fields are from before the first apply', () => {
    const s = cm().update('x', { data: { k: 'v', l: 'v' } });
    delete s.live!.metadata.managedFields;
    s.apply('one', { data: { k: 'v' } });
    expect(s.managers).toEqual(['one Apply', 'before-first-apply Update']);
    expect(s.entry('one')).not.toHaveProperty('time');
    expect(s.owned('before-first-apply')).toEqual({ 'f:data': { '.': {}, 'f:k': {}, 'f:l': {} } });
  });

  it('owns null fields without setting them', () => {
    const s = cm().apply('one', { metadata: { labels: {} }, data: null });
    expect(s.owned('one')).toEqual({ 'f:data': {}, 'f:metadata': { 'f:labels': {} } });
  });

  describe('refuses', () => {
    const typed = (schema: typeof configMap, kind: string, fields: object): [number, string | undefined, string] => {
      const e = refusal(() => new Stored(schema, kind).apply('one', fields));
      return [e.code, e.status.reason, e.message];
    };
    const untyped = (why: string): [number, string | undefined, string] => [500, undefined, `failed to create typed patch object (/n; /v1, Kind=ConfigMap): ${why}`];

    it.each([
      [{ spec: { x: 1 } }, '.spec: field not declared in schema'],
      [{ data: { k: 1 } }, '.data.k: expected string, got &value.valueUnstructured{Value:1}'],
      [{ data: { k: true } }, '.data.k: expected string, got &value.valueUnstructured{Value:true}'],
      [{ data: ['x'] }, '.data: expected map, got &{[x]}'],
      [{ immutable: 'yes' }, '.immutable: expected boolean, got &{yes}'],
      [{ metadata: { finalizers: { a: 1 } } }, '.metadata.finalizers: expected list, got &{map[a:1]}'],
      [{ metadata: { generation: '1' } }, '.metadata.generation: expected numeric (int or float), got string'],
      [{ metadata: { creationTimestamp: {} } }, '.metadata.creationTimestamp: expected any scalar, got &{map[]}'],
      [{ metadata: { finalizers: ['d', 'd'] } }, '.metadata.finalizers: duplicate entries for key [="d"]'],
      [{ metadata: { finalizers: [null] } }, ".metadata.finalizers: element 0: associative list without keys has an element that's an explicit null"],
      [{ data: { k: 1, l: 2 } }, 'errors:\n  .data.k: expected string, got &value.valueUnstructured{Value:1}\n  .data.l: expected string, got &value.valueUnstructured{Value:2}'],
    ])('%j', (fields, why) => {
      expect(typed(configMap, 'ConfigMap', fields)).toEqual(untyped(why));
    });

    it('repeated and keyless items', () => {
      const items = (containers: object[]): string => typed(podTemplate, 'PodTemplate', { template: { spec: { containers } } })[2].replace(/^.*\): /, '');
      expect(items([{ name: 'q' }, { name: 'q' }])).toBe('.template.spec.containers: duplicate entries for key [name="q"]');
      expect(items([{ name: 's', ports: [{ containerPort: 80 }, { containerPort: 80, protocol: 'TCP' }] }])).toBe(
        '.template.spec.containers[name="s"].ports: duplicate entries for key [containerPort=80,protocol="TCP"]',
      );
      expect(typed(widget, 'Widget', { spec: { keyed: [{ value: '1' }] } })[2]).toContain(
        '.spec.keyed: element 0: associative list with keys has an element that omits all key fields ["name"] (and doesn\'t have default values for any key fields)',
      );
    });

    it('another kind, and managed fields', () => {
      const message = (fields: object): [number, string] => {
        const e = refusal(() => cm().apply('one', fields));
        return [e.code, e.message];
      };
      expect(message({ kind: 'Secret' })).toEqual([400, 'invalid object type: /v1, Kind=Secret']);
      expect(message({ apiVersion: 'apps/v2' })).toEqual([400, 'invalid object type: apps/v2, Kind=ConfigMap']);
      expect(message({ apiVersion: undefined })).toEqual([400, 'invalid object type: /, Kind=ConfigMap']);
      expect(message({ kind: undefined })).toEqual([400, 'invalid object type: /v1, Kind=']);
      expect(message({ metadata: { managedFields: [] } })).toEqual([400, 'metadata.managedFields must be nil']);
    });
  });

  describe('after kubectl applied on the client', () => {
    const applied = (data: object): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'n' }, data });
    const client = (): Stored => cm().update('kubectl-client-side-apply', { metadata: { annotations: { [LAST_APPLIED]: JSON.stringify(applied({ k: 'v', l: 'w' })) } }, data: { k: 'v', l: 'w' } });

    it('kubectl takes over what it applied and nobody changed', () => {
      const s = client().apply('kubectl', { data: { k: 'changed' } });
      expect(s.live!.data).toEqual({ k: 'changed', l: 'w' });
      expect(s.live!.metadata.annotations![LAST_APPLIED]).toBe('{"apiVersion":"v1","data":{"k":"changed"},"kind":"ConfigMap","metadata":{"name":"n"}}\n');
    });

    it('but not what somebody has changed since, and others take over nothing', () => {
      const changed = client();
      changed.update('other', { metadata: changed.live!.metadata, data: { k: 'theirs', l: 'w' } });
      expect(refusal(() => changed.apply('kubectl', { data: { k: 'x', l: 'x' } })).message).toBe('Apply failed with 1 conflict: conflict with "other" using v1: .data.k');
      expect(refusal(() => client().apply('gitops', { data: { k: 'x' } })).message).toBe('Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using v1: .data.k');
    });

    it('the annotation goes when it would become too large', () => {
      const s = client().apply('kubectl', { data: { k: 'x'.repeat(300000) } });
      expect(s.live!.metadata.annotations).toEqual({});
    });
  });

  it('changes neither the live object nor the configuration', () => {
    const s = cm().apply('one', { data: { k: 'v' } });
    const live = structuredClone(s.live);
    const before = s.live;
    s.apply('two', { data: { l: 'w' } });
    expect(before).toEqual(live);
  });
});
