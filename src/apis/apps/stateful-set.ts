import type { KubeObject } from '../../api/meta/object';
import type { ResourceDefinition, Strategy } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn, templateColumns } from '../shared/columns';
import { semanticEqual } from '../shared/equality';
import { bumpGeneration } from '../shared/generation';
import { nameIsDnsLabel } from '../shared/names';
import { defaultPodTemplate } from '../shared/pod-defaults';
import { dropDisabledTemplateFields } from '../shared/pod-disabled-fields';
import { claimSpecWarnings, podTemplateWarnings } from '../shared/pod-warnings';
import type { Raw } from '../shared/raw';
import { ALL_VERBS, RESETS_SPEC, RESETS_STATUS, viewOf } from '../shared/verbs';
import { defaultClaimSpec } from '../shared/volume-defaults';
import { statusCount, validateStatusCounts } from './counts';
import { selectorText } from './selector';
import { validateStatefulSet } from './stateful-set-validation';
import { templateOf } from './template';

const HISTORY_WARNING = 'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended';

function setDefaults(o: KubeObject): void {
  const spec = (o.spec ??= {}) as Raw;
  spec.podManagementPolicy ||= 'OrderedReady';
  const strategy = (spec.updateStrategy ??= {}) as Raw;
  if (!strategy.type) {
    strategy.type = 'RollingUpdate';
    strategy.rollingUpdate ??= {};
  }
  if (strategy.type === 'RollingUpdate' && strategy.rollingUpdate) strategy.rollingUpdate.partition ??= 0;
  const retention = (spec.persistentVolumeClaimRetentionPolicy ??= {}) as Raw;
  retention.whenDeleted ||= 'Retain';
  retention.whenScaled ||= 'Retain';
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= 10;
  defaultPodTemplate(spec.template as Raw | undefined);
  for (const claim of (spec.volumeClaimTemplates ?? []) as Raw[]) {
    claim.apiVersion = 'v1';
    claim.kind = 'PersistentVolumeClaim';
    ((claim.status ??= {}) as Raw).phase ||= 'Pending';
    defaultClaimSpec(claim.spec as Raw | undefined);
  }
}

/** MaxUnavailableStatefulSet is off by default, and its field with it. */
function dropMaxUnavailable(o: KubeObject, old?: KubeObject): void {
  if (old?.spec?.updateStrategy?.rollingUpdate?.maxUnavailable === undefined) delete o.spec.updateStrategy?.rollingUpdate?.maxUnavailable;
}

function warnings(o: KubeObject, old?: KubeObject): string[] {
  const changed = !old || o.metadata.generation !== old.metadata.generation;
  const found = changed ? podTemplateWarnings(o.spec.template as Raw, 'spec.template', templateOf(old)) : [];
  ((o.spec.volumeClaimTemplates ?? []) as Raw[]).forEach((claim, i) => {
    // upstream has the capital on update
    found.push(...claimSpecWarnings(claim.spec as Raw | undefined, `spec.volumeClaimTemplates[${i}]${old ? '.Spec' : ''}`));
  });
  return o.spec.revisionHistoryLimit < 0 ? [...found, HISTORY_WARNING] : found;
}

const strategy: Strategy = {
  default: setDefaults,
  validateName: nameIsDnsLabel,
  prepareForCreate(_c, o) {
    o.status = { replicas: 0, availableReplicas: 0 };
    bumpGeneration(o, undefined);
    dropMaxUnavailable(o);
    dropDisabledTemplateFields(o.spec.template as Raw, undefined);
  },
  prepareForUpdate(_c, o, old) {
    o.status = old.status;
    dropMaxUnavailable(o, old);
    dropDisabledTemplateFields(o.spec.template as Raw, templateOf(old));
    bumpGeneration(o, old, !semanticEqual(o.spec, old.spec));
  },
  validate: (_c, o, old) => validateStatefulSet(o, old),
  warnings: (_c, o, old) => warnings(o, old),
  resetFields: RESETS_STATUS,
};

const statusStrategy: Strategy = {
  default: setDefaults,
  prepareForUpdate(_c, o, old) {
    o.spec = old.spec;
  },
  validate: (_c, o, old) =>
    validateStatusCounts(o, old!, {
      fields: ['replicas', 'readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas', 'observedGeneration', 'collisionCount'],
      atMostReplicas: ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'],
      readyName: 'status.readyReplicas',
    }),
  resetFields: RESETS_SPEC,
};

export const statefulSet: ResourceDefinition = {
  gvk: { group: 'apps', version: 'v1', kind: 'StatefulSet' },
  plural: 'statefulsets',
  shortNames: ['sts'],
  categories: ['all'],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.apps.v1.StatefulSet',
  strategy,
  columns: [
    nameColumn,
    { name: 'Ready', type: 'string', cell: (o) => `${statusCount('readyReplicas')(o)}/${o.spec?.replicas ?? 0}` },
    ageColumn,
    ...templateColumns(templateOf),
  ],
  subresources: {
    scale: {
      type: 'scale',
      replicas: (o) => (o.spec?.replicas as number | undefined) ?? 0,
      statusReplicas: statusCount('replicas'),
      selector: selectorText,
      setReplicas(o, n) {
        o.spec.replicas = n;
      },
    },
    status: viewOf(statusStrategy),
  },
};
