import { maxSurge, wanted } from './numbers';
import type { Deployment, ReplicaSet } from './types';

const PREFIX = 'deployment.kubernetes.io/';
export const REVISION = `${PREFIX}revision`;
const REVISION_HISTORY = `${PREFIX}revision-history`;
const DESIRED = `${PREFIX}desired-replicas`;
const MAX = `${PREFIX}max-replicas`;
/** Longest text of the revision history. */
const HISTORY_LENGTH = 2000;

/** Annotations of a Deployment that its ReplicaSets do not get. */
const NOT_COPIED = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED,
  MAX,
  'deprecated.deployment.rollback.to',
]);

type Annotations = Record<string, string>;

/** The revision of a ReplicaSet; 0 when it has none, undefined when it is no number. */
export function revisionOf(rs: ReplicaSet): number | undefined {
  const text = rs.metadata.annotations?.[REVISION];
  if (text === undefined) return 0;
  return /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

/** Highest revision of these; 0 when there is none. */
export function maxRevision(sets: readonly ReplicaSet[]): number {
  return sets.reduce((most, rs) => Math.max(most, revisionOf(rs) ?? 0), 0);
}

export function desiredReplicas(rs: ReplicaSet): number | undefined {
  return nonNegative(rs.metadata.annotations?.[DESIRED]);
}

export function maxReplicas(rs: ReplicaSet): number | undefined {
  return nonNegative(rs.metadata.annotations?.[MAX]);
}

function nonNegative(text: string | undefined): number | undefined {
  const n = text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
  return n !== undefined && n < 2 ** 31 ? n : undefined;
}

/** Annotations that say of what size the Deployment was when it last scaled this set. */
export function sizeAnnotations(d: Deployment): Annotations {
  return { [DESIRED]: String(wanted(d)), [MAX]: String(wanted(d) + maxSurge(d)) };
}

/**
 * Annotations that the new ReplicaSet must have: the Deployment's, its revision when that is the newest, and the revisions it had before
 * when it was rolled back to. The sizes are written when the set is made and whenever it is scaled.
 */
export function newSetAnnotations(d: Deployment, existing: Annotations | undefined, revision: number): Annotations {
  const out: Annotations = { ...existing };
  for (const [k, v] of Object.entries(d.metadata.annotations ?? {})) if (!NOT_COPIED.has(k)) out[k] = v;
  const before = out[REVISION];
  if (before !== undefined && !/^[+-]?\d+$/.test(before)) return out;
  if (Number(before ?? 0) >= revision) return out;
  out[REVISION] = String(revision);
  if (before !== undefined) {
    const history = appendRevision(out[REVISION_HISTORY], before);
    if (history !== undefined) out[REVISION_HISTORY] = history;
  }
  return out;
}

/** The history with one revision more, the oldest dropped when it gets too long; undefined: no room at all. */
function appendRevision(history: string | undefined, revision: string): string | undefined {
  if (!history) return revision;
  const kept = history.split(',');
  let length = history.length + revision.length + 1;
  while (length > HISTORY_LENGTH && kept.length > 0) length -= kept.shift()!.length + 1;
  return length <= HISTORY_LENGTH ? [...kept, revision].join(',') : undefined;
}
