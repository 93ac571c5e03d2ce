import type { ApiGroup } from '../../apiserver/registry/strategy';
import { event } from './event';

/** events.k8s.io: the newer form of events. */
export const eventsGroup: ApiGroup = { name: 'events.k8s.io', versions: ['v1'], resources: [event] };
