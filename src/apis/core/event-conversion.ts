import type { KubeObject } from '../../api/meta/object';

/** Fields that are called differently in events.k8s.io/v1 and in core v1; everything else has one name. */
const RENAMED: readonly (readonly [string, string])[] = [
  ['regarding', 'involvedObject'],
  ['note', 'message'],
  ['reportingController', 'reportingComponent'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
];
const TO_CORE = new Map(RENAMED);
const FROM_CORE = new Map(RENAMED.map(([a, b]) => [b, a] as const));

function renamed(o: KubeObject, apiVersion: string, names: ReadonlyMap<string, string>): KubeObject {
  const out: KubeObject = { kind: o.kind, apiVersion, metadata: o.metadata };
  for (const key in o) if (key !== 'kind' && key !== 'apiVersion' && key !== 'metadata') out[names.get(key) ?? key] = o[key];
  return out;
}

/** An events.k8s.io/v1 Event as the core v1 Event that is stored. Shares its parts with `o`. */
export function eventToCore(o: KubeObject): KubeObject {
  const out = renamed(o, 'v1', TO_CORE);
  // structs without omitempty in core v1
  out.involvedObject ??= {};
  out.source ??= {};
  out.eventTime ??= null;
  out.reportingComponent ??= '';
  out.reportingInstance ??= '';
  out.firstTimestamp ??= null;
  out.lastTimestamp ??= null;
  return out;
}

/** A stored core v1 Event as events.k8s.io/v1 shows it. Shares its parts with `o`. */
export function eventFromCore(o: KubeObject): KubeObject {
  const out = renamed(o, 'events.k8s.io/v1', FROM_CORE);
  if (out.reportingController === '') delete out.reportingController;
  if (out.reportingInstance === '') delete out.reportingInstance;
  return out;
}
