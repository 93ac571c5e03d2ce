import { isReason } from '../../api/errors/status-error';
import type { Client } from '../../client/client';
import { sameJson } from '../../client/equality';
import { CONTROLLER_REVISIONS } from '../../client/resources';
import { controllerRef } from '../shared/owners';
import type { ControllerRevision } from '../shared/revisions';
import { byRevision, maxRevision, revisionData } from '../shared/revisions';
import { templateHash } from '../shared/template-hash';
import type { Pod, PodTemplate } from '../shared/types';
import { podRevision } from './identity';
import type { StatefulSet } from './types';

const HASH_LABEL = 'controller.kubernetes.io/hash';

export interface SetRevisions {
  /** What pods that are not updated yet are made of. */
  current: ControllerRevision;
  /** What the set's template says now. */
  update: ControllerRevision;
  collisionCount: number;
}

/** Finds, renumbers or makes the revision of the present template. `revisions`: all of the set's, in order. */
export async function syncRevisions(client: Client, set: StatefulSet, revisions: readonly ControllerRevision[]): Promise<SetRevisions> {
  const data = revisionData(set.spec.template);
  const next = maxRevision(revisions) + 1;
  const same = revisions.filter((r) => sameJson(r.data, data)).at(-1);
  let collisionCount = set.status.collisionCount ?? 0;
  let update: ControllerRevision;
  if (same && same === revisions.at(-1)) update = same;
  else if (same) update = await client.update<ControllerRevision>(CONTROLLER_REVISIONS, { ...same, revision: next });
  else ({ update, collisionCount } = await create(client, set, next, collisionCount));
  const current = revisions.find((r) => r.metadata.name === set.status.currentRevision) ?? update;
  return { current: current.metadata.name === update.metadata.name ? update : current, update, collisionCount };
}

async function create(client: Client, set: StatefulSet, revision: number, collisionCount: number): Promise<{ update: ControllerRevision; collisionCount: number }> {
  const data = revisionData(set.spec.template);
  const { namespace, annotations } = set.metadata;
  for (let count = collisionCount; ; count++) {
    const hash = templateHash(data, count);
    const name = `${set.metadata.name!.slice(0, 223)}-${hash}`;
    try {
      const update = await client.create<ControllerRevision>(CONTROLLER_REVISIONS, {
        apiVersion: 'apps/v1',
        kind: 'ControllerRevision',
        metadata: { name, namespace, labels: { ...set.spec.template.metadata?.labels, [HASH_LABEL]: hash }, annotations, ownerReferences: [controllerRef(set)] },
        data,
        revision,
      });
      return { update, collisionCount: count };
    } catch (e) {
      if (!isReason(e, 'AlreadyExists')) throw e;
      const there = await client.get<ControllerRevision>(CONTROLLER_REVISIONS, namespace, name);
      if (sameJson(there.data, data)) return { update: there, collisionCount: count };
    }
  }
}

/** The pod template that a revision keeps. */
export function templateOf(r: ControllerRevision): PodTemplate {
  const { $patch: _, ...template } = (r.data as { spec: { template: PodTemplate & { $patch?: string } } }).spec.template;
  return template;
}

/** Deletes the oldest revisions beyond the limit that neither the set nor a pod is of. */
export async function truncateHistory(client: Client, set: StatefulSet, revisions: readonly ControllerRevision[], pods: readonly Pod[], used: SetRevisions): Promise<void> {
  const live = new Set<string | undefined>([used.current.metadata.name, used.update.metadata.name, ...pods.map(podRevision)]);
  const dead = revisions.filter((r) => !live.has(r.metadata.name)).sort(byRevision);
  for (const r of dead.slice(0, Math.max(0, dead.length - (set.spec.revisionHistoryLimit ?? 10)))) {
    try {
      await client.delete(CONTROLLER_REVISIONS, r.metadata.namespace, r.metadata.name!);
    } catch (e) {
      if (!isReason(e, 'NotFound')) throw e;
    }
  }
}
