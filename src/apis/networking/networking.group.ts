import type { ApiGroup } from '../../apiserver/registry/strategy';
import { ingress } from './ingress';
import { ingressClass } from './ingress-class';
import { ipAddress } from './ip-address';
import { networkPolicy } from './network-policy';
import { serviceCidr } from './service-cidr';

/** networking.k8s.io: ingresses, network policies, and the addresses of services. */
export const networkingGroup: ApiGroup = {
  name: 'networking.k8s.io',
  versions: ['v1'],
  resources: [ingressClass, ingress, ipAddress, networkPolicy, serviceCidr],
};
