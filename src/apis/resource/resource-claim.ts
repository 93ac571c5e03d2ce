import { invalidValue } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import type { ResourceDefinition, Strategy } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { semanticEqual } from '../shared/equality';
import { goValue } from '../shared/go-value';
import { resetMetadataForStatus } from '../shared/status';
import { ALL_VERBS, RESETS_STATUS, viewWithoutTable } from '../shared/verbs';
import { validateAdminAccess, validateAdminAllocation } from './admin-access';
import { defaultClaimSpec, requestNamesOf, validateClaimSpec } from './claim-spec';
import { defaultClaimStatus, dropDeallocatedDevices, validateClaimStatus } from './claim-status';
import { CHANGE_THEN_WHOLE } from '../shared/metadata-rules';

function applyDefaults(o: KubeObject): void {
  defaultClaimSpec(o.spec);
  defaultClaimStatus(o.status);
}

const statusStrategy: Strategy = {
  default: applyDefaults,
  prepareForUpdate: (_c, o, old) => {
    o.spec = old.spec;
    resetMetadataForStatus(o, old);
    if (o.status) dropDeallocatedDevices(o.status, old.status);
  },
  validate: (c, o, old) => [
    ...validateAdminAllocation(c, o.metadata.namespace ?? '', o.status?.allocation, old?.status?.allocation),
    ...validateClaimStatus(o.status ?? {}, old?.status ?? {}, o.metadata.deletionTimestamp !== undefined, requestNamesOf(o.spec)),
  ],
  resetFields: [['metadata'], ['spec']],
};

/** What kubectl shows as the state of a claim. */
function stateOf(o: KubeObject): string {
  const states = o.metadata.deletionTimestamp ? ['deleted'] : [];
  if (o.status?.allocation) {
    states.push('allocated');
    if (o.status.reservedFor?.length) states.push('reserved');
  } else if (!states.length) states.push('pending');
  return states.join(',');
}

export const resourceClaim: ResourceDefinition = {
  gvk: { group: 'resource.k8s.io', version: 'v1', kind: 'ResourceClaim' },
  plural: 'resourceclaims',
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.resource.v1.ResourceClaim',
  returnsDeletedObject: true,
  strategy: {
    metadata: CHANGE_THEN_WHOLE,
    default: applyDefaults,
    prepareForCreate: (_c, o) => {
      o.status = {};
    },
    prepareForUpdate: (_c, o, old) => {
      o.status = old.status;
    },
    validate: (c, o, old) => {
      if (!old) return [...validateAdminAccess(c, o.metadata.namespace ?? '', o.spec), ...validateClaimSpec(o.spec, 'spec')];
      return semanticEqual(o.spec, old.spec) ? [] : [invalidValue('spec', goValue('ResourceClaimSpec', o.spec ?? {}), 'field is immutable')];
    },
    resetFields: RESETS_STATUS,
  },
  columns: [nameColumn, { name: 'State', type: 'string', cell: stateOf }, ageColumn],
  subresources: { status: viewWithoutTable(statusStrategy) },
};
