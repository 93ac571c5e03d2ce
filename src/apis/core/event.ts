import { invalidValue, required, type FieldError } from '../../api/errors/field-error';
import { ageOf } from '../../api/meta/duration';
import type { KubeObject } from '../../api/meta/object';
import type { ResourceDefinition, Strategy } from '../../apiserver/registry/strategy';
import { isDns1123Subdomain, isQualifiedName, longerThan, OK } from '../shared/names';
import type { Raw } from '../shared/raw';
import { ALL_VERBS } from '../shared/verbs';
import { GENERIC } from '../shared/metadata-rules';

const MAX_NAME = 128;
const MAX_NOTE = 1024;

/**
 * Complaints that both event APIs have about an event in core v1 form; `controllerField` is what the API calls its reporting
 * controller. Events with an eventTime are of the new kind and are checked more closely.
 */
export function validateLegacyEvent(e: KubeObject, controllerField: 'reportingComponent' | 'reportingController'): FieldError[] {
  const errors: FieldError[] = [];
  const ns = e.metadata.namespace ?? '';
  const target = (e.involvedObject?.namespace as string | undefined) ?? '';
  const text = (field: string): string => (e[field] as string | undefined) ?? '';
  const mismatch = (): void => void errors.push(invalidValue('involvedObject.namespace', target, 'does not match event.namespace'));
  if (!e.eventTime) {
    if (target ? ns !== target : ns !== '' && ns !== 'default') mismatch();
  } else {
    if (!target && ns !== 'default' && ns !== 'kube-system') mismatch();
    const controller = text('reportingComponent');
    if (!controller) errors.push(required(controllerField));
    for (const m of isQualifiedName(controller)) errors.push(invalidValue(controllerField, controller, m));
    for (const field of ['reportingInstance', 'action', 'reason']) {
      if (!text(field)) errors.push(required(field));
      if (longerThan(text(field), MAX_NAME)) errors.push(invalidValue(field, '', `can have at most ${MAX_NAME} characters`));
    }
    if (longerThan(text('message'), MAX_NOTE)) errors.push(invalidValue('message', '', `can have at most ${MAX_NOTE} characters`));
  }
  for (const m of isDns1123Subdomain(ns)) errors.push(invalidValue('namespace', ns, m));
  return errors;
}

const strategy: Strategy = {
  metadata: GENERIC,
  validate: (_c, o) => validateLegacyEvent(o, 'reportingComponent'),
  // names are not looked at: events of other components predate the rule
  validateName: () => OK,
  defaultGarbageCollection: 'Unsupported',
  allowCreateOnUpdate: true,
};

function involved(field: string): (o: KubeObject) => string {
  return (o) => (o.involvedObject?.[field] as string | undefined) ?? '';
}

function top(field: string): (o: KubeObject) => string {
  return (o) => (o[field] as string | undefined) ?? '';
}

/** Field selectors of core v1 events, for an event in core v1 form. */
export const EVENT_FIELDS: Readonly<Record<string, (o: KubeObject) => string>> = {
  'involvedObject.kind': involved('kind'),
  'involvedObject.namespace': involved('namespace'),
  'involvedObject.name': involved('name'),
  'involvedObject.uid': involved('uid'),
  'involvedObject.apiVersion': involved('apiVersion'),
  'involvedObject.resourceVersion': involved('resourceVersion'),
  'involvedObject.fieldPath': involved('fieldPath'),
  reason: top('reason'),
  reportingComponent: top('reportingComponent'),
  source: (o) => (o.source?.component as string | undefined) || top('reportingComponent')(o),
  type: top('type'),
};

function firstSeen(o: KubeObject, now: number): string {
  return ageOf((o.firstTimestamp ?? o.eventTime) as string | undefined, now);
}

function lastSeen(o: KubeObject, now: number): string {
  if (o.series) return ageOf(o.series.lastObservedTime as string | undefined, now);
  return o.lastTimestamp ? ageOf(o.lastTimestamp as string, now) : firstSeen(o, now);
}

function target(o: KubeObject): string {
  const ref = (o.involvedObject ?? {}) as Raw;
  const kind = ((ref.kind ?? '') as string).toLowerCase();
  return ref.name ? `${kind}/${ref.name}` : kind;
}

function sourceOf(o: KubeObject): string {
  const component = (o.source?.component as string | undefined) || top('reportingComponent')(o);
  const instance = (o.source?.host as string | undefined) || top('reportingInstance')(o);
  return instance ? `${component}, ${instance}` : component;
}

/** Table columns of events, for an event in core v1 form. */
export const EVENT_COLUMNS: ResourceDefinition['columns'] = [
  { name: 'Last Seen', type: 'string', cell: lastSeen },
  { name: 'Type', type: 'string', cell: top('type') },
  { name: 'Reason', type: 'string', cell: top('reason') },
  { name: 'Object', type: 'string', cell: target },
  { name: 'Subobject', type: 'string', priority: 1, cell: involved('fieldPath') },
  { name: 'Source', type: 'string', priority: 1, cell: sourceOf },
  { name: 'Message', type: 'string', cell: (o) => top('message')(o).trim() },
  { name: 'First Seen', type: 'string', priority: 1, cell: firstSeen },
  { name: 'Count', type: 'string', priority: 1, cell: (o) => (o.series ? ((o.series.count as number | undefined) ?? 0) : ((o.count as number | undefined) || 1)) },
  { name: 'Name', type: 'string', format: 'name', priority: 1, cell: (o) => o.metadata.name ?? '' },
];

export const event: ResourceDefinition = {
  gvk: { group: '', version: 'v1', kind: 'Event' },
  plural: 'events',
  shortNames: ['ev'],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.core.v1.Event',
  strategy,
  fields: EVENT_FIELDS,
  columns: EVENT_COLUMNS,
  expires: true,
};
