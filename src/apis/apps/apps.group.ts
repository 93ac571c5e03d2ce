import type { ApiGroup } from '../../apiserver/registry/strategy';
import { controllerRevision } from './controller-revision';
import { daemonSet } from './daemon-set';
import { deployment } from './deployment';
import { replicaSet } from './replica-set';
import { statefulSet } from './stateful-set';

/** apps: controllers of pods that run on and on. */
export const appsGroup: ApiGroup = {
  name: 'apps',
  versions: ['v1'],
  resources: [controllerRevision, daemonSet, deployment, replicaSet, statefulSet],
};
