import type { ApiGroup } from '../../apiserver/registry/strategy';
import { lease } from './lease';

/** coordination.k8s.io: leases. */
export const coordinationGroup: ApiGroup = { name: 'coordination.k8s.io', versions: ['v1'], resources: [lease] };
