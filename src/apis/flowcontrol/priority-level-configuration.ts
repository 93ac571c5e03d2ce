import type { KubeObject } from '../../api/meta/object';
import type { Cell, ResourceDefinition } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { semanticEqual } from '../shared/equality';
import { bumpGeneration } from '../shared/generation';
import { ALL_VERBS, RESETS_STATUS, viewOf } from '../shared/verbs';
import { validateConditionTypes } from './condition-types';
import { validatePriorityLevel } from './priority-level-validation';
import { resetToSpecAndMetadata } from './status-view';
import { WHOLE } from '../shared/metadata-rules';

function setDefaults(o: KubeObject): void {
  const { limited, exempt } = (o.spec ??= { type: '' });
  if (exempt) {
    exempt.nominalConcurrencyShares ??= 0;
    exempt.lendablePercent ??= 0;
  }
  if (!limited) return;
  limited.nominalConcurrencyShares ??= 30;
  limited.lendablePercent ??= 0;
  const queuing = limited.limitResponse?.queuing;
  if (!queuing) return;
  queuing.handSize ||= 8;
  queuing.queues ||= 64;
  queuing.queueLengthLimit ||= 50;
}

function queuingCell(o: KubeObject, field: string): Cell {
  return o.spec?.limited?.limitResponse?.queuing?.[field] ?? '<none>';
}

export const priorityLevelConfiguration: ResourceDefinition = {
  gvk: { group: 'flowcontrol.apiserver.k8s.io', version: 'v1', kind: 'PriorityLevelConfiguration' },
  plural: 'prioritylevelconfigurations',
  namespaced: false,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.flowcontrol.v1.PriorityLevelConfiguration',
  strategy: {
    metadata: WHOLE,
    default: setDefaults,
    prepareForCreate: (_c, o) => {
      o.status = {};
      bumpGeneration(o, undefined);
    },
    prepareForUpdate: (_c, o, old) => {
      o.status = old.status;
      if (!semanticEqual(o.spec, old.spec)) bumpGeneration(o, old);
    },
    validate: (_c, o) => [...validatePriorityLevel(o), ...validateConditionTypes(o)],
    resetFields: RESETS_STATUS,
  },
  columns: [
    nameColumn,
    { name: 'Type', type: 'string', cell: (o) => o.spec?.type ?? '' },
    { name: 'NominalConcurrencyShares', type: 'string', cell: (o) => o.spec?.limited?.nominalConcurrencyShares ?? '<none>' },
    { name: 'Queues', type: 'string', cell: (o) => queuingCell(o, 'queues') },
    { name: 'HandSize', type: 'string', cell: (o) => queuingCell(o, 'handSize') },
    { name: 'QueueLengthLimit', type: 'string', cell: (o) => queuingCell(o, 'queueLengthLimit') },
    ageColumn,
  ],
  subresources: { status: viewOf(resetToSpecAndMetadata) },
};
