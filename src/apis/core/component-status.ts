import type { KubeObject } from '../../api/meta/object';
import type { ResourceDefinition } from '../../apiserver/registry/strategy';
import { nameColumn } from '../shared/columns';
import type { Raw } from '../shared/raw';

/** One part of the control plane and whether it is well. */
export interface ComponentHealth {
  name: string;
  healthy: boolean;
  message: string;
  error?: string;
}

function toObject(h: ComponentHealth): KubeObject {
  return {
    kind: 'ComponentStatus',
    apiVersion: 'v1',
    metadata: { name: h.name },
    conditions: [{ type: 'Healthy', status: h.healthy ? 'True' : 'False', message: h.message, ...(h.error ? { error: h.error } : {}) }],
  };
}

function healthy(o: KubeObject): Raw | undefined {
  return ((o.conditions ?? []) as Raw[]).find((c) => c.type === 'Healthy');
}

/** The componentstatuses resource; `probe` asks the parts of this cluster how they are. */
export function componentStatus(probe: () => readonly ComponentHealth[]): ResourceDefinition {
  return {
    gvk: { group: '', version: 'v1', kind: 'ComponentStatus' },
    plural: 'componentstatuses',
    singular: 'componentstatus',
    shortNames: ['cs'],
    namespaced: false,
    verbs: ['get', 'list'],
    schema: 'io.k8s.api.core.v1.ComponentStatus',
    strategy: {},
    notFoundAs: 'componentstatus',
    deprecation: 'v1 ComponentStatus is deprecated in v1.19+',
    columns: [
      nameColumn,
      {
        name: 'Status',
        type: 'string',
        cell(o) {
          const c = healthy(o);
          return !c ? 'Unknown' : c.status === 'True' ? 'Healthy' : 'Unhealthy';
        },
      },
      { name: 'Message', type: 'string', cell: (o) => (healthy(o)?.message as string | undefined) ?? '' },
      { name: 'Error', type: 'string', cell: (o) => (healthy(o)?.error as string | undefined) ?? '' },
    ],
    virtualList: () => probe().map(toObject),
  };
}
