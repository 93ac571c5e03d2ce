import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/api/meta/object';
import { persistentVolumeClaim } from '../../../src/apis/core/persistent-volume-claim/persistent-volume-claim';
import { persistentVolume } from '../../../src/apis/core/persistent-volume/persistent-volume';
import { KindUnderTest } from '../kind-under-test';

const volumes = new KindUnderTest(persistentVolume);
const claims = new KindUnderTest(persistentVolumeClaim);

describe('a persistent volume', () => {
  const volume = (fields: string): string[] => volumes.create(`spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], ${fields}}`).errors;
  const good = (): KubeObject => volumes.create('spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /a}}').object;

  it('gets its defaults', () => {
    expect(good()).toMatchObject({ spec: { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem', hostPath: { type: '' } }, status: { phase: 'Pending' } });
  });

  it.each([
    ['', 'spec: Required value: must specify a volume type'],
    ['hostPath: {path: /a}, nfs: {server: s, path: /p}', 'spec.nfs: Forbidden: may not specify more than 1 volume type'],
    ['hostPath: {path: /a}, persistentVolumeReclaimPolicy: Burn', 'spec.persistentVolumeReclaimPolicy: Unsupported value: "Burn": supported values: "Delete", "Recycle", "Retain"'],
    ['hostPath: {path: /}, persistentVolumeReclaimPolicy: Recycle', "spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'"],
    ['nfs: {server: s, path: /p}, local: {path: /a}', 'spec.local: Forbidden: may not specify more than 1 volume type'],
    ['local: {path: /a}', 'spec.nodeAffinity: Required value: Local volume requires node affinity'],
    ['hostPath: {path: /a}, storageClassName: A_b', 'spec.storageClassName: Invalid value: "A_b": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, \'-\' or \'.\', and must start and end with an alphanumeric character (e.g. \'example.com\', regex used for validation is \'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\')'],
  ])('is refused: %s', (fields, error) => {
    expect(volume(fields)).toContain(error);
  });

  it('asks for an affinity only when the local volume is the one that counts', () =>
    expect(volume('nfs: {server: s, path: /p}, local: {path: /a}')).toEqual(['spec.local: Forbidden: may not specify more than 1 volume type']));

  it('keeps its affinity, told as upstream has it inside', () => {
    const terms = (key: string): object => ({ required: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'In', values: ['a'] }] }] } });
    const { object } = volumes.create('spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /a}, nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: k, operator: In, values: [a]}]}]}}}');
    expect(volumes.update(object, (o) => void (o.spec.nodeAffinity = terms('l'))).errors).toEqual([
      'nodeAffinity: Invalid value: {"Required":{"NodeSelectorTerms":[{"MatchExpressions":[{"Key":"l","Operator":"In","Values":["a"]}],"MatchFields":null}]}}: field is immutable, except for updating from beta label to GA',
    ]);
    expect(volumes.update(object, (o) => void delete o.spec.nodeAffinity).errors).toEqual(['nodeAffinity: Invalid value: null: field is immutable, except for updating from beta label to GA']);
  });

  it('has a size and a way to reach it', () => {
    expect(volumes.create('spec: {capacity: {}, accessModes: [ReadWriteOnce], hostPath: {path: /a}}').errors).toEqual(['spec.capacity: Required value', 'spec.capacity: Unsupported value: {}: supported values: "storage"']);
    expect(volumes.create('spec: {hostPath: {path: /a}}').errors).toEqual(['spec.accessModes: Required value', 'spec.capacity: Required value', 'spec.capacity: Unsupported value: null: supported values: "storage"']);
    expect(volumes.create('spec: {hostPath: {path: /a}, accessModes: [ReadWriteOnce], capacity: {cpu: 1}}').errors[0]).toMatch(/^spec.capacity: Unsupported value: .*: supported values: "storage"$/);
  });

  it('keeps its source and mode', () => {
    expect(volumes.update(good(), (o) => void (o.spec.hostPath.path = '/b')).errors[0]).toMatch(/^spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation/);
    expect(volumes.update(good(), (o) => void (o.spec.volumeMode = 'Block')).errors).toEqual(['volumeMode: Invalid value: "Block": field is immutable']);
    expect(volumes.update(good(), (o) => void (o.spec.capacity.storage = '2Gi')).errors).toEqual([]);
  });

  it('is listed with its claim', () => {
    const o = good();
    o.spec.claimRef = { namespace: 'ns', name: 'c' };
    o.spec.storageClassName = 'fast';
    o.status.phase = 'Bound';
    expect(volumes.cells(o)).toMatchObject({ Capacity: '1Gi', 'Access Modes': 'RWO', 'Reclaim Policy': 'Retain', Status: 'Bound', Claim: 'ns/c', StorageClass: 'fast', VolumeAttributesClass: '<unset>', VolumeMode: 'Filesystem' });
    o.metadata.deletionTimestamp = '2024-05-01T10:00:00Z';
    expect(volumes.cells(o)).toMatchObject({ Status: 'Terminating' });
  });
});

describe('a claim', () => {
  const good = (): KubeObject => claims.create('spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}').object;
  const bound = (): KubeObject => {
    const o = good();
    o.spec.volumeName = 'v';
    o.spec.storageClassName = 's';
    o.status = { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' } };
    return o;
  };

  it('gets its defaults', () => {
    expect(good()).toMatchObject({ spec: { volumeMode: 'Filesystem' }, status: { phase: 'Pending' } });
  });

  it.each([
    ['resources: {requests: {storage: 1Gi}}', 'spec.accessModes: Required value: at least 1 access mode is required'],
    ['accessModes: [Sometimes], resources: {requests: {storage: 1Gi}}', 'spec.accessModes: Unsupported value: "Sometimes": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"'],
    ['accessModes: [ReadWriteOnce]', 'spec.resources[storage]: Required value'],
    ['accessModes: [ReadWriteOnce], resources: {requests: {storage: 0}}', 'spec.resources[storage]: Invalid value: "0": must be greater than zero'],
    ['accessModes: [ReadWriteOncePod, ReadWriteOnce], resources: {requests: {storage: 1}}', 'spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes'],
  ])('is refused: %s', (spec, error) => {
    expect(claims.create(`spec: {${spec}}`).errors).toContain(error);
  });

  it('says its source in both ways', () => {
    const { object } = claims.create('spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}, dataSource: {kind: PersistentVolumeClaim, name: o}}');
    expect(object.spec.dataSourceRef).toMatchObject({ kind: 'PersistentVolumeClaim', name: 'o' });
    // what is no claim and no snapshot is only taken as a reference
    expect(claims.create('spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}, dataSource: {kind: Pod, name: o}}').object.spec).not.toHaveProperty('dataSource');
  });

  it('does not change before it is bound', () => {
    expect(claims.update(good(), (o) => void (o.spec.resources.requests.storage = '2Gi')).errors[0]).toMatch(/^spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n@@ /);
    expect(claims.update(good(), (o) => void (o.spec.volumeName = 'v')).errors).toEqual([]);
  });

  it('grows when it is bound, and shrinks no further than its volume', () => {
    expect(claims.update(bound(), (o) => void (o.spec.resources.requests.storage = '2Gi')).errors).toEqual([]);
    expect(claims.update(bound(), (o) => void (o.spec.resources.requests.storage = '512Mi')).errors).toEqual(['spec.resources.requests.storage: Forbidden: field can not be less than status.capacity']);
    expect(claims.update(bound(), (o) => void (o.spec.volumeName = 'w')).errors[0]).toMatch(/^spec: Forbidden: spec is immutable/);
  });

  it('is listed with what it has', () => {
    expect(claims.cells(bound())).toMatchObject({ Status: 'Bound', Volume: 'v', Capacity: '1Gi', 'Access Modes': 'RWO', StorageClass: 's', VolumeAttributesClass: '<unset>', VolumeMode: 'Filesystem' });
    expect(claims.cells(good())).toMatchObject({ Status: 'Pending', Volume: '', Capacity: '', 'Access Modes': '', StorageClass: '' });
  });
});
