import type { ApiGroup } from '../../apiserver/registry/strategy';
import { flowSchema } from './flow-schema';
import { priorityLevelConfiguration } from './priority-level-configuration';

/** flowcontrol.apiserver.k8s.io: which requests share which part of the server. */
export const flowcontrolGroup: ApiGroup = {
  name: 'flowcontrol.apiserver.k8s.io',
  versions: ['v1'],
  resources: [flowSchema, priorityLevelConfiguration],
};
