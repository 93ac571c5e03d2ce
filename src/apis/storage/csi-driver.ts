import { duplicate, invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import type { ResourceDefinition } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { semanticEqual } from '../shared/equality';
import { bumpGeneration } from '../shared/generation';
import { ALL_VERBS } from '../shared/verbs';

const TOKENS_WARNING =
  'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes';

interface TokenRequest {
  audience?: string;
  expirationSeconds?: number;
}

function setDefaults(o: KubeObject): void {
  const spec = (o.spec ??= {});
  spec.attachRequired ??= true;
  spec.podInfoOnMount ??= false;
  spec.storageCapacity ??= false;
  spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType';
  if (!spec.volumeLifecycleModes?.length) spec.volumeLifecycleModes = ['Persistent'];
  spec.requiresRepublish ??= false;
  spec.seLinuxMount ??= false;
}

function validateTokenRequests(requests: readonly TokenRequest[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const audiences = new Set<string>();
  requests.forEach((r, i) => {
    const audience = r.audience ?? '';
    if (audiences.has(audience)) {
      errors.push(duplicate(`${path}[${i}].audience`, audience));
      return;
    }
    audiences.add(audience);
    const s = r.expirationSeconds;
    if (s === undefined) return;
    const at = `${path}[${i}].expirationSeconds`;
    if (s < 600) errors.push(invalidValue(at, s, 'may not specify a duration less than 10 minutes'));
    if (s > 2 ** 32) errors.push(invalidValue(at, s, 'may not specify a duration larger than 2^32 seconds'));
  });
  return errors;
}

function validateDriver(o: KubeObject, old?: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const spec = o.spec;
  if (!['ReadWriteOnceWithFSType', 'File', 'None'].includes(spec.fsGroupPolicy)) {
    errors.push(notSupported('spec.fsGroupPolicy', spec.fsGroupPolicy, ['File', 'None', 'ReadWriteOnceWithFSType']));
  }
  errors.push(...validateTokenRequests(spec.tokenRequests ?? [], 'spec.tokenRequests'));
  for (const mode of spec.volumeLifecycleModes as string[]) {
    if (mode !== 'Persistent' && mode !== 'Ephemeral') errors.push(notSupported('spec.volumeLifecycleModes', mode, ['Persistent', 'Ephemeral']));
  }
  if (spec.seLinuxMount === undefined) errors.push(required('spec.seLinuxMount'));
  const period = spec.nodeAllocatableUpdatePeriodSeconds;
  if (period !== undefined && period < 10) {
    errors.push(invalidValue('spec.nodeAllocatableUpdatePeriodSeconds', period, 'must be greater than or equal to 10 seconds'));
  }
  const inSecrets = spec.serviceAccountTokenInSecrets;
  if (inSecrets !== undefined && !spec.tokenRequests?.length) {
    const why = 'serviceAccountTokenInSecrets is set but no tokenRequests are specified';
    errors.push(invalidValue('spec.serviceAccountTokenInSecrets', inSecrets, why));
  }
  if (old) {
    if (spec.attachRequired !== old.spec.attachRequired) {
      errors.push(invalidValue('spec.attachedRequired', spec.attachRequired, 'field is immutable')); // upstream's spelling
    }
    if (!semanticEqual(spec.volumeLifecycleModes, old.spec.volumeLifecycleModes)) {
      errors.push(invalidValue('spec.volumeLifecycleModes', spec.volumeLifecycleModes, 'field is immutable'));
    }
  }
  return errors;
}

export const csiDriver: ResourceDefinition = {
  gvk: { group: 'storage.k8s.io', version: 'v1', kind: 'CSIDriver' },
  plural: 'csidrivers',
  namespaced: false,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.storage.v1.CSIDriver',
  returnsDeletedObject: true,
  strategy: {
    default: setDefaults,
    // VolumeLimitScaling is off by default, and its field with it
    prepareForCreate: (_c, o) => {
      delete o.spec.preventPodSchedulingIfMissing;
    },
    prepareForUpdate: (_c, o, old) => {
      if (old.spec.preventPodSchedulingIfMissing === undefined) delete o.spec.preventPodSchedulingIfMissing;
      if (!semanticEqual(o.spec, old.spec)) bumpGeneration(o, old);
    },
    validate: (_c, o, old) => validateDriver(o, old),
    warnings: (_c, o, old) => {
      const requests = o.spec.tokenRequests;
      if (!requests?.length || o.spec.serviceAccountTokenInSecrets !== undefined) return [];
      return old && semanticEqual(old.spec.tokenRequests, requests) ? [] : [TOKENS_WARNING];
    },
    allowUnconditionalUpdate: false,
  },
  columns: [
    nameColumn,
    { name: 'AttachRequired', type: 'boolean', cell: (o) => o.spec?.attachRequired ?? true },
    { name: 'PodInfoOnMount', type: 'boolean', cell: (o) => o.spec?.podInfoOnMount ?? false },
    { name: 'StorageCapacity', type: 'boolean', cell: (o) => o.spec?.storageCapacity ?? false },
    {
      name: 'TokenRequests',
      type: 'string',
      cell: (o) => (o.spec?.tokenRequests ? (o.spec.tokenRequests as TokenRequest[]).map((t) => t.audience ?? '').join(',') : '<unset>'),
    },
    { name: 'RequiresRepublish', type: 'boolean', cell: (o) => o.spec?.requiresRepublish ?? false },
    { name: 'Modes', type: 'string', cell: (o) => (o.spec?.volumeLifecycleModes ?? []).join(',') || '<none>' },
    ageColumn,
  ],
};
