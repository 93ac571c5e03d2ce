import { isReason } from '../../api/errors/status-error';
import { selectorFrom } from '../../api/selectors/label-selector';
import type { Client } from '../../client/client';
import { sameJson } from '../../client/equality';
import type { Informer } from '../../client/informer';
import { CONTROLLER_REVISIONS, DAEMON_SETS, PODS } from '../../client/resources';
import { claim } from '../shared/adoption';
import { controlledBy, controllerRef, uncontrolled } from '../shared/owners';
import type { ControllerRevision } from '../shared/revisions';
import { byRevision, maxRevision, REVISION_HASH_LABEL, revisionData } from '../shared/revisions';
import { templateHash } from '../shared/template-hash';
import type { Pod } from '../shared/types';
import type { DaemonSet } from './types';

/** The revision of the present template, made when missing, and all older ones. */
export async function syncHistory(
  client: Client,
  revisions: Informer<ControllerRevision>,
  pods: readonly Pod[],
  ds: DaemonSet,
): Promise<{ current: ControllerRevision; old: ControllerRevision[] }> {
  const selector = selectorFrom(ds.spec.selector);
  const mine = await claim([...controlledBy(revisions, ds), ...uncontrolled(revisions, ds.metadata.namespace)], {
    client,
    owner: ds,
    ownerGvr: DAEMON_SETS,
    gvr: CONTROLLER_REVISIONS,
    matches: (r) => selector.matches(r.metadata.labels),
  });
  const data = revisionData(ds.spec.template);
  const same = mine.filter((r) => sameJson(r.data, data)).sort(byRevision);
  const old = mine.filter((r) => !sameJson(r.data, data));
  const number = maxRevision(old) + 1;
  let current = same.at(-1);
  if (!current) return { current: await create(client, ds, number), old };
  for (const twin of same.slice(0, -1)) await merge(client, pods, twin, current);
  if (current.revision < number) current = await client.update<ControllerRevision>(CONTROLLER_REVISIONS, { ...current, revision: number });
  return { current, old };
}

async function create(client: Client, ds: DaemonSet, revision: number): Promise<ControllerRevision> {
  const { template } = ds.spec;
  const { namespace, annotations } = ds.metadata;
  const hash = templateHash(template, ds.status.collisionCount);
  const name = `${ds.metadata.name}-${hash}`;
  try {
    return await client.create<ControllerRevision>(CONTROLLER_REVISIONS, {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: { name, namespace, labels: { ...template.metadata?.labels, [REVISION_HASH_LABEL]: hash }, annotations, ownerReferences: [controllerRef(ds)] },
      data: revisionData(template),
      revision,
    });
  } catch (e) {
    if (!isReason(e, 'AlreadyExists')) throw e;
    const there = await client.get<ControllerRevision>(CONTROLLER_REVISIONS, namespace, name);
    if (sameJson(there.data, revisionData(template))) return there;
    // The name is taken by another template: count it in, so that the next hash differs.
    await client.update(DAEMON_SETS, { ...ds, status: { ...ds.status, collisionCount: (ds.status.collisionCount ?? 0) + 1 } }, { subresource: 'status' });
    throw e;
  }
}

/** Two revisions of one template: pods of the one become the other's. */
async function merge(client: Client, pods: readonly Pod[], twin: ControllerRevision, kept: ControllerRevision): Promise<void> {
  const hash = kept.metadata.labels?.[REVISION_HASH_LABEL];
  for (const p of pods) {
    if (p.metadata.labels?.[REVISION_HASH_LABEL] !== twin.metadata.labels?.[REVISION_HASH_LABEL]) continue;
    await client.patch(PODS, p.metadata.namespace, p.metadata.name!, 'merge', { metadata: { labels: { [REVISION_HASH_LABEL]: hash } } });
  }
  await client.delete(CONTROLLER_REVISIONS, twin.metadata.namespace, twin.metadata.name!);
}

/** Deletes the oldest revisions beyond the limit that no pod is of. */
export async function cleanHistory(client: Client, ds: DaemonSet, old: readonly ControllerRevision[], pods: readonly Pod[]): Promise<void> {
  let spare = old.length - (ds.spec.revisionHistoryLimit ?? 10);
  if (spare <= 0) return;
  const live = new Set(pods.map((p) => p.metadata.labels?.[REVISION_HASH_LABEL]));
  for (const r of [...old].sort(byRevision)) {
    if (spare <= 0) return;
    if (live.has(r.metadata.labels?.[REVISION_HASH_LABEL])) continue;
    await client.delete(CONTROLLER_REVISIONS, r.metadata.namespace, r.metadata.name!);
    spare--;
  }
}
