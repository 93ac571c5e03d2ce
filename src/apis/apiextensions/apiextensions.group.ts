import type { ApiGroup } from '../../apiserver/registry/strategy';
import { customResourceDefinition } from './custom-resource-definition';

/** apiextensions.k8s.io: resources that a cluster is taught. */
export const apiextensionsGroup: ApiGroup = {
  name: 'apiextensions.k8s.io',
  versions: ['v1'],
  resources: [customResourceDefinition],
};
