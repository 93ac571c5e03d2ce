import { duplicate, invalidValue, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import type { ResourceDefinition } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { semanticEqual } from '../shared/equality';
import { isQualifiedName } from '../shared/names';
import { ALL_VERBS } from '../shared/verbs';
import { validateDriverName } from './driver-name';
import { WHOLE } from '../shared/metadata-rules';

const NODE_ID_MAX = 256;

interface Driver {
  name?: string;
  nodeID?: string;
  topologyKeys?: string[] | null;
  allocatable?: { count?: number };
}

function driversOf(o: KubeObject): Driver[] {
  return o.spec?.drivers ?? [];
}

function validateDrivers(drivers: readonly Driver[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  drivers.forEach((d, i) => {
    const at = `${path}[${i}]`;
    const name = d.name ?? '';
    errors.push(...validateDriverName(name, `${at}.name`));
    if (!d.nodeID) errors.push(required(`${at}.nodeID`));
    else if (Buffer.byteLength(d.nodeID) > NODE_ID_MAX) errors.push(invalidValue(`${at}.nodeID`, d.nodeID, `must be ${NODE_ID_MAX} characters or less`));
    const count = d.allocatable?.count;
    if (count !== undefined && count < 0) errors.push(invalidValue(`${at}.allocatable.count`, count, 'must be greater than or equal to 0'));
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
    const keys = new Set<string>();
    for (const key of d.topologyKeys ?? []) {
      if (!key) errors.push(required(at));
      if (keys.has(key)) errors.push(duplicate(at, key));
      keys.add(key);
      for (const m of isQualifiedName(key)) errors.push(invalidValue(at, key, m));
    }
  });
  return errors;
}

/** A driver that stays may only change what it can allocate. */
function validateKept(o: KubeObject, old: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  for (const before of driversOf(old)) {
    for (const now of driversOf(o)) {
      if (now.name !== before.name) continue;
      if (semanticEqual({ ...now, allocatable: undefined }, { ...before, allocatable: undefined })) continue;
      const shown = { Name: now.name ?? '', NodeID: now.nodeID ?? '', TopologyKeys: now.topologyKeys ?? null, Allocatable: null };
      errors.push(invalidValue('spec.drivers', shown, 'field is immutable'));
    }
  }
  return errors;
}

export const csiNode: ResourceDefinition = {
  gvk: { group: 'storage.k8s.io', version: 'v1', kind: 'CSINode' },
  plural: 'csinodes',
  namespaced: false,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.storage.v1.CSINode',
  returnsDeletedObject: true,
  strategy: {
    metadata: WHOLE,
    validate: (_c, o, old) => [...validateDrivers(driversOf(o), 'spec.drivers'), ...(old ? validateKept(o, old) : [])],
    allowUnconditionalUpdate: false,
  },
  columns: [nameColumn, { name: 'Drivers', type: 'integer', cell: (o) => driversOf(o).length }, ageColumn],
};
