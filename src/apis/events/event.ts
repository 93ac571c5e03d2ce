import type { KubeObject } from '../../api/meta/object';
import type { ResourceDefinition } from '../../apiserver/registry/strategy';
import { EVENT_COLUMNS, EVENT_FIELDS } from '../core/event';
import { eventFromCore, eventToCore } from '../core/event-conversion';
import { ALL_VERBS } from '../shared/verbs';
import { validateEvent } from './event-validation';

/** The stored form of an event that may be in either. */
function stored(o: KubeObject): KubeObject {
  return o.apiVersion === 'v1' ? o : eventToCore(o);
}

/** Field selectors under the names of this API, mapped to those of the stored form; for events in either form. */
const fields = Object.fromEntries(
  Object.entries(EVENT_FIELDS).flatMap(([name, value]) => {
    if (name === 'source') return [];
    const own = name === 'reportingComponent' ? 'reportingController' : name.replace('involvedObject.', 'regarding.');
    return [[own, (o: KubeObject) => value(stored(o))]];
  }),
);

/** events.k8s.io/v1: another view on core v1 events, with stricter rules for those who write through it. */
export const event: ResourceDefinition = {
  gvk: { group: 'events.k8s.io', version: 'v1', kind: 'Event' },
  plural: 'events',
  shortNames: ['ev'],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.events.v1.Event',
  strategy: {
    validate: (_c, o, old) => validateEvent(o, old),
    defaultGarbageCollection: 'Unsupported',
    allowCreateOnUpdate: true,
  },
  fields,
  columns: EVENT_COLUMNS.map((c) => ({ ...c, cell: (o, now) => c.cell(stored(o), now) })),
  storedAs: { group: '', version: 'v1', plural: 'events', toStored: eventToCore, fromStored: eventFromCore },
};
