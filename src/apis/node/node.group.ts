import type { ApiGroup } from '../../apiserver/registry/strategy';
import { runtimeClass } from './runtime-class';

/** node.k8s.io: runtime classes. */
export const nodeGroup: ApiGroup = { name: 'node.k8s.io', versions: ['v1'], resources: [runtimeClass] };
