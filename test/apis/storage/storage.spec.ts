import { describe, expect, it } from 'vitest';
import { csiDriver } from '../../../src/apis/storage/csi-driver';
import { csiNode } from '../../../src/apis/storage/csi-node';
import { storageClass } from '../../../src/apis/storage/storage-class';
import { volumeAttachment } from '../../../src/apis/storage/volume-attachment';
import { KindUnderTest } from '../kind-under-test';

describe('StorageClass', () => {
  const kind = new KindUnderTest(storageClass);

  it('deletes volumes and binds at once unless told otherwise', () => {
    const { object, errors } = kind.create('provisioner: a.example.com');
    expect(errors).toEqual([]);
    expect(object).toMatchObject({ reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' });
  });

  it('keeps its provisioner, parameters and policies', () => {
    const { object } = kind.create('{provisioner: a.example.com, parameters: {type: fast}}');
    const { errors } = kind.update(object, (o) => {
      o.provisioner = 'b.example.com';
      o.parameters = { type: 'slow', a: '1' };
      o.reclaimPolicy = 'Retain';
    });
    expect(errors).toEqual([
      'parameters: Invalid value: {"a":"1","type":"slow"}: field is immutable',
      'provisioner: Invalid value: "b.example.com": field is immutable',
      'reclaimPolicy: Invalid value: "Retain": field is immutable',
    ]);
    expect(kind.update(object, (o) => void (o.allowVolumeExpansion = true)).errors).toEqual([]);
  });

  it('marks the default one in its name', () => {
    const { object } = kind.create('{provisioner: a.example.com, metadata: {name: std, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}}');
    expect(kind.cells(object)).toMatchObject({ Name: 'std (default)', Provisioner: 'a.example.com', ReclaimPolicy: 'Delete', AllowVolumeExpansion: false });
  });
});

describe('CSI objects', () => {
  it('completes drivers', () => {
    const { object } = new KindUnderTest(csiDriver).create('spec: {}');
    expect(object.spec).toMatchObject({ attachRequired: true, podInfoOnMount: false, storageCapacity: false, fsGroupPolicy: 'ReadWriteOnceWithFSType', volumeLifecycleModes: ['Persistent'] });
  });

  it('keeps the drivers of a node, but for what they can allocate', () => {
    const kind = new KindUnderTest(csiNode);
    const { object, errors } = kind.create('spec: {drivers: [{name: d.example.com, nodeID: n1}]}');
    expect(errors).toEqual([]);
    expect(kind.update(object, (o) => void (o.spec.drivers[0].allocatable = { count: 3 })).errors).toEqual([]);
    expect(kind.update(object, (o) => void (o.spec.drivers[0].nodeID = 'n2')).errors).toEqual([expect.stringMatching(/^spec.drivers: Invalid value: .*field is immutable$/)]);
    expect(kind.create('spec: {drivers: [{name: d, nodeID: a}, {name: d, nodeID: a}]}').errors).toEqual(['spec.drivers[1].name: Duplicate value: "d"']);
  });

  it('attaches one volume to one node for ever', () => {
    const kind = new KindUnderTest(volumeAttachment);
    const { object, errors } = kind.create('spec: {attacher: d.example.com, nodeName: n1, source: {persistentVolumeName: v}}');
    expect(errors).toEqual([]);
    expect(kind.update(object, (o) => void (o.spec.nodeName = 'n2')).errors).toEqual(['spec: Invalid value: {"Attacher":"d.example.com","Source":{"PersistentVolumeName":"v","InlineVolumeSpec":null},"NodeName":"n2"}: field is immutable']);
    expect(kind.create('spec: {attacher: d.example.com, nodeName: n1, source: {}}').errors).toEqual([
      'spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName',
    ]);
    const inline = (spec: string): string[] => kind.create(`spec: {attacher: d.example.com, nodeName: n1, source: {inlineVolumeSpec: ${spec}}}`).errors;
    expect(inline('{accessModes: [ReadWriteOnce], csi: {driver: d.example.com, volumeHandle: h}}')).toEqual([]);
    expect(inline('{capacity: {storage: 1Gi}, claimRef: {name: c}, accessModes: [ReadWriteOnce], persistentVolumeReclaimPolicy: Delete, storageClassName: s, volumeMode: Block, nfs: {server: s, path: /p}}')).toEqual([
      'spec.source.inlineVolumeSpec.claimRef: Forbidden: may not be specified in the context of inline volumes',
      'spec.source.inlineVolumeSpec.capacity: Forbidden: may not be specified in the context of inline volumes',
      'spec.source.inlineVolumeSpec.csi: Required value: has to be specified in the context of inline volumes',
      'spec.source.inlineVolumeSpec.persistentVolumeReclaimPolicy: Forbidden: may only be Retain in the context of inline volumes',
      'spec.source.inlineVolumeSpec.storageClassName: Forbidden: may not be specified in the context of inline volumes',
      'spec.source.inlineVolumeSpec.volumeMode: Forbidden: may not specify volumeMode other than Filesystem in the context of inline volumes',
    ]);
  });
});
