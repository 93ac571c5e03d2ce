import type { ApiGroup } from '../../apiserver/registry/strategy';
import { certificateSigningRequest } from './certificate-signing-request';

/** certificates.k8s.io: requests for certificates. */
export const certificatesGroup: ApiGroup = { name: 'certificates.k8s.io', versions: ['v1'], resources: [certificateSigningRequest] };
