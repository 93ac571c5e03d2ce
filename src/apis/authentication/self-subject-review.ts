import { formatTime } from '../../api/meta/time';
import type { ResourceDefinition } from '../../apiserver/registry/strategy';
import { shownUser } from './user-info';

/** Tells callers who they are. */
export const selfSubjectReview: ResourceDefinition = {
  gvk: { group: 'authentication.k8s.io', version: 'v1', kind: 'SelfSubjectReview' },
  plural: 'selfsubjectreviews',
  namespaced: false,
  verbs: ['create'],
  schema: 'io.k8s.api.authentication.v1.SelfSubjectReview',
  strategy: {},
  columns: [],
  virtualCreate: (c, body) => ({
    kind: body.kind,
    apiVersion: body.apiVersion,
    metadata: { creationTimestamp: formatTime(c.clock.now()) },
    status: { userInfo: shownUser(c.user) },
  }),
};
