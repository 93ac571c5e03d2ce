import type { ApiGroup } from '../../apiserver/registry/strategy';
import { deviceClass } from './device-class';
import { resourceClaimTemplate } from './resource-claim-template';
import { resourceClaim } from './resource-claim';
import { resourceSlice } from './resource-slice';

/** resource.k8s.io: devices, and who asks for them. */
export const resourceGroup: ApiGroup = {
  name: 'resource.k8s.io',
  versions: ['v1'],
  resources: [deviceClass, resourceClaim, resourceClaimTemplate, resourceSlice],
};
