import type { ApiGroup } from '../../apiserver/registry/strategy';
import { endpointSlice } from './endpoint-slice';

/** discovery.k8s.io: endpoint slices. */
export const discoveryGroup: ApiGroup = { name: 'discovery.k8s.io', versions: ['v1'], resources: [endpointSlice] };
