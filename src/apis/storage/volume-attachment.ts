import { forbiddenField, invalidValue, required, tooLong, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import type { ResourceDefinition } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { semanticEqual } from '../shared/equality';
import { goValue } from '../shared/go-value';
import { nameIsDnsSubdomain } from '../shared/names';
import { resetMetadataForStatus } from '../shared/status';
import { ALL_VERBS, VIEW_VERBS } from '../shared/verbs';
import type { Raw } from '../shared/raw';
import { validateVolumeSpec } from '../core/persistent-volume/validation';
import { validateDriverName } from './driver-name';
import { WHOLE } from '../shared/metadata-rules';

const METADATA_MAX = 256 * 1024;
const MESSAGE_MAX = 1024;

function validateSource(source: { persistentVolumeName?: string; inlineVolumeSpec?: object }, path: string): FieldError[] {
  const { persistentVolumeName: name, inlineVolumeSpec: inline } = source;
  if (name === undefined && inline === undefined) return [required(path, 'must specify exactly one of inlineVolumeSpec and persistentVolumeName')];
  if (name !== undefined && inline !== undefined) return [forbiddenField(path, 'must specify exactly one of inlineVolumeSpec and persistentVolumeName')];
  if (inline !== undefined) return validateVolumeSpec(inline as Raw, `${path}.inlineVolumeSpec`, { inline: true, name: '' });
  return name === '' ? [required(`${path}.persistentVolumeName`, 'must specify non empty persistentVolumeName')] : [];
}

function validateVolumeError(e: { message?: string; errorCode?: number } | undefined, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (e?.message && Buffer.byteLength(e.message) > MESSAGE_MAX) errors.push(tooLong(`${path}.message`, METADATA_MAX)); // upstream names the wrong limit
  if (e?.errorCode !== undefined && e.errorCode < 0) errors.push(invalidValue(`${path}.errorCode`, e.errorCode, 'must be between 0 and 2147483647, inclusive'));
  return errors;
}

function validateAttachment(o: KubeObject, old?: KubeObject): FieldError[] {
  const { spec, status = {} } = o;
  const source = spec.source ?? {};
  const errors = [...validateDriverName(spec.attacher, 'spec.attacher'), ...validateSource(source, 'spec.source')];
  const node: string = spec.nodeName ?? '';
  for (const m of nameIsDnsSubdomain(node, false)) errors.push(invalidValue('spec.nodeName', node, m));
  let size = 0;
  for (const [k, v] of Object.entries<string>(status.attachmentMetadata ?? {})) size += Buffer.byteLength(k) + Buffer.byteLength(v);
  if (size > METADATA_MAX) errors.push(tooLong('status.attachmentMetadata', METADATA_MAX));
  errors.push(...validateVolumeError(status.attachError, 'status.attachError'), ...validateVolumeError(status.detachError, 'status.detachError'));
  const volume: string | undefined = source.persistentVolumeName;
  if (volume !== undefined) {
    for (const m of nameIsDnsSubdomain(volume, false)) errors.push(invalidValue('spec.source.persistentVolumeName', volume, m));
  }
  if (old && !semanticEqual(spec, old.spec)) errors.push(invalidValue('spec', goValue('VolumeAttachmentSpec', spec), 'field is immutable'));
  return errors;
}

export const volumeAttachment: ResourceDefinition = {
  gvk: { group: 'storage.k8s.io', version: 'v1', kind: 'VolumeAttachment' },
  plural: 'volumeattachments',
  namespaced: false,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.storage.v1.VolumeAttachment',
  returnsDeletedObject: true,
  strategy: {
    metadata: WHOLE,
    prepareForCreate: (_c, o) => {
      o.status = { attached: false };
    },
    prepareForUpdate: (_c, o, old) => {
      o.status = old.status;
    },
    validate: (_c, o, old) => validateAttachment(o, old),
    allowUnconditionalUpdate: false,
    resetFields: [['status']],
  },
  columns: [
    nameColumn,
    { name: 'Attacher', type: 'string', format: 'name', cell: (o) => o.spec?.attacher ?? '' },
    { name: 'PV', type: 'string', cell: (o) => o.spec?.source?.persistentVolumeName ?? '' },
    { name: 'Node', type: 'string', cell: (o) => o.spec?.nodeName ?? '' },
    { name: 'Attached', type: 'boolean', cell: (o) => o.status?.attached ?? false },
    ageColumn,
  ],
  subresources: {
    status: {
      type: 'update',
      verbs: VIEW_VERBS,
      strategy: {
        metadata: WHOLE,
        prepareForUpdate: (_c, o, old) => {
          o.spec = old.spec;
          resetMetadataForStatus(o, old);
        },
        validate: (_c, o, old) => validateAttachment(o, old),
        allowUnconditionalUpdate: false,
        resetFields: [['metadata'], ['spec']],
      },
    },
  },
};
