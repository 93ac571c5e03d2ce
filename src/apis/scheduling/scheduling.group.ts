import type { ApiGroup } from '../../apiserver/registry/strategy';
import { priorityClass } from './priority-class';

/** scheduling.k8s.io: priority classes. */
export const schedulingGroup: ApiGroup = { name: 'scheduling.k8s.io', versions: ['v1'], resources: [priorityClass] };
