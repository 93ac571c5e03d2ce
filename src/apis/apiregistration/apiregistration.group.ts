import type { ApiGroup } from '../../apiserver/registry/strategy';
import { apiService } from './api-service';

/** apiregistration.k8s.io: which server serves which group and version. */
export const apiregistrationGroup: ApiGroup = { name: 'apiregistration.k8s.io', versions: ['v1'], resources: [apiService] };
