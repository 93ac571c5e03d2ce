import type { ResourceDefinition } from '../../apiserver/registry/strategy';

/** POST …/bindings: the old way to bind a pod, the same as its binding subresource. */
export const binding: ResourceDefinition = {
  gvk: { group: '', version: 'v1', kind: 'Binding' },
  plural: 'bindings',
  namespaced: true,
  verbs: ['create'],
  schema: 'io.k8s.api.core.v1.Binding',
  strategy: {},
  columns: [],
  forwardsTo: { resource: 'pods', subresource: 'binding' },
};
