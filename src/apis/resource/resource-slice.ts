import type { KubeObject } from '../../api/meta/object';
import { formatTime } from '../../api/meta/time';
import type { Ctx, ResourceDefinition } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { semanticEqual } from '../shared/equality';
import { bumpGeneration } from '../shared/generation';
import type { Raw } from '../shared/raw';
import { ALL_VERBS } from '../shared/verbs';
import { validateSliceSpec } from './slice-validation';

const LIST_ATTRIBUTES = ['bools', 'ints', 'strings', 'versions'];

/** Stamps new taints. */
function stampTaints(c: Ctx, o: KubeObject): void {
  for (const d of (o.spec?.devices ?? []) as Raw[]) {
    for (const t of (d.taints ?? []) as Raw[]) t.timeAdded ??= formatTime(c.clock.now());
  }
}

/** Drops the fields whose features are off in this version. */
function dropDisabled(o: KubeObject): void {
  for (const d of (o.spec?.devices ?? []) as Raw[]) {
    for (const a of Object.values<Raw>(d.attributes ?? {})) for (const field of LIST_ATTRIBUTES) delete a[field];
    delete d.nodeAllocatableResourceMappings;
  }
}

export const resourceSlice: ResourceDefinition = {
  gvk: { group: 'resource.k8s.io', version: 'v1', kind: 'ResourceSlice' },
  plural: 'resourceslices',
  namespaced: false,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.resource.v1.ResourceSlice',
  returnsDeletedObject: true,
  strategy: {
    prepareForCreate: (c, o) => {
      bumpGeneration(o, undefined);
      stampTaints(c, o);
      dropDisabled(o);
    },
    prepareForUpdate: (c, o, old) => {
      stampTaints(c, o);
      // Fields that are dropped afterwards count as a change.
      bumpGeneration(o, old, !semanticEqual(o.spec, old.spec));
      dropDisabled(o);
    },
    validate: (_c, o, old) => validateSliceSpec(o.spec ?? {}, old?.spec),
    warnings: (_c, o) => {
      const driver: string = o.spec?.driver ?? '';
      if (driver === driver.toLowerCase()) return [];
      return [`spec.driver: driver names should be lowercase; ${JSON.stringify(driver)} contains uppercase characters`];
    },
  },
  columns: [
    nameColumn,
    { name: 'Node', type: 'string', cell: (o) => o.spec?.nodeName ?? '' },
    { name: 'Driver', type: 'string', cell: (o) => o.spec?.driver ?? '' },
    { name: 'Pool', type: 'string', cell: (o) => o.spec?.pool?.name ?? '' },
    ageColumn,
  ],
  unknownField: (field) => `field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: ${field}`,
  fields: {
    'spec.nodeName': (o) => o.spec?.nodeName ?? '',
    'spec.driver': (o) => o.spec?.driver ?? '',
  },
  index: 'spec.nodeName',
};
