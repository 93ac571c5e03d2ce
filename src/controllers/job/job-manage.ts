import { isReason } from '../../api/errors/status-error';
import { keyOf } from '../../api/meta/object';
import type { Client } from '../../client/client';
import type { Expectations } from '../../client/expectations';
import { PODS } from '../../client/resources';
import { podsToDelete } from '../shared/deletion-rank';
import { namespaceTerminating } from '../shared/errors';
import { isPodReady, isPodTerminating } from '../shared/pod';
import type { PodControl } from '../shared/pod-control';
import { podFromTemplate } from '../shared/pod-control';
import { slowStart } from '../shared/slow-start';
import type { Container, Pod } from '../shared/types';
import { pauseLeft } from './job-backoff';
import { FAILURES, finishTime, IGNORED_FAILURES, INDEX, indexFailures, indexOf, isTracked, judgeFailure, TRACKING } from './job-pods';
import type { JobView } from './job-view';
import type { Job } from '../shared/job';
import { isIndexed, replacesFailedOnly } from '../shared/job';

/** Most pods made or deleted in one go. */
const BURST = 500;
/** Longest generated name without its random end. */
const MAX_PREFIX = 58;

export interface Managed {
  /** Active pods after what was done. */
  active: number;
  /** Ready ones among the deleted, and the deleted. */
  removedReady: number;
  removed: number;
  /** Milliseconds after which more can be done. */
  after?: number;
  error?: unknown;
}

/** Makes and deletes pods so that as many run as the Job asks for. */
export class JobManager {
  constructor(
    private readonly client: Client,
    private readonly podControl: PodControl,
    private readonly expectations: Expectations,
  ) {}

  async manage(key: string, v: JobView): Promise<Managed> {
    const { spec } = v.job;
    const active = v.active.length;
    if (spec.suspend) return this.remove(key, v, this.spare(v, active));
    const parallelism = spec.parallelism ?? 1;
    const wanted =
      spec.completions === undefined ? (v.succeeded > 0 ? active : parallelism) : Math.max(0, Math.min(parallelism, spec.completions - v.succeeded));
    const spare = this.spare(v, Math.max(0, active - wanted)).slice(0, BURST);
    if (spare.length > 0) return this.remove(key, v, spare);
    const missing = wanted - active - (replacesFailedOnly(v.job) ? v.terminating : 0);
    return missing > 0 ? this.add(key, v, missing) : { active, removed: 0, removedReady: 0 };
  }

  /** Deletes pods of a Job that has ended; their finalizers stay until they are counted. */
  async end(job: Job, pods: readonly Pod[]): Promise<{ deleted: number; ready: number; error?: unknown }> {
    const results = await Promise.allSettled(
      pods.map(async (p) => {
        try {
          await this.podControl.delete(p.metadata.namespace, p.metadata.name!, job);
        } catch (e) {
          if (!isReason(e, 'NotFound')) throw e;
        }
      }),
    );
    const failed = results.filter((r) => r.status === 'rejected');
    return { deleted: pods.length - failed.length, ready: pods.filter(isPodReady).length, error: failed[0]?.reason as unknown };
  }

  /** At least `n` pods to do without: all that share an index with another, then those worth least. */
  private spare(v: JobView, n: number): Pod[] {
    if (!isIndexed(v.job)) return podsToDelete(v.active, [], n, v.now);
    const doomed: Pod[] = [];
    const left: Pod[] = [];
    const byIndex = new Map<number, Pod[]>();
    for (const p of v.active) {
      if (!v.hasIndex(p)) doomed.push(p);
      else byIndex.set(indexOf(p), [...(byIndex.get(indexOf(p)) ?? []), p]);
    }
    for (const same of byIndex.values()) {
      const extra = podsToDelete(same, [], same.length - 1, v.now);
      doomed.push(...extra);
      left.push(...same.filter((p) => !extra.includes(p)));
    }
    return doomed.length >= n ? doomed : [...doomed, ...podsToDelete(left, [], n - doomed.length, v.now)];
  }

  private async remove(key: string, v: JobView, pods: readonly Pod[]): Promise<Managed> {
    if (pods.length > 0) this.expectations.expectDeletions(key, pods.map(keyOf));
    const results = await Promise.allSettled(
      pods.map(async (p) => {
        try {
          // These do not count: they go without being looked at again.
          if (isTracked(p)) await removeTracking(this.client, p);
          await this.podControl.delete(p.metadata.namespace, p.metadata.name!, v.job);
        } catch (e) {
          this.expectations.deleted(key, keyOf(p));
          if (!isReason(e, 'NotFound')) throw e;
        }
      }),
    );
    const failed = results.filter((r) => r.status === 'rejected');
    const removed = pods.length - failed.length;
    return { active: v.active.length - removed, removed, removedReady: pods.filter(isPodReady).length, error: failed[0]?.reason as unknown };
  }

  private async add(key: string, v: JobView, missing: number): Promise<Managed> {
    const active = v.active.length;
    const { spec } = v.job;
    const perIndex = spec.backoffLimitPerIndex !== undefined;
    const pause = perIndex ? 0 : pauseLeft(v.failures, v.now);
    if (pause > 0) return { active: 0, removed: 0, removedReady: 0, after: pause };
    let count = Math.min(missing, BURST);
    let indexes: number[] | undefined;
    if (isIndexed(v.job)) {
      indexes = this.pendingIndexes(v, count);
      if (perIndex) {
        const pauses = new Map(indexes.map((i) => [i, indexPause(v, i)]));
        const now = indexes.filter((i) => pauses.get(i) === 0);
        if (now.length === 0 && indexes.length > 0) return { active: 0, removed: 0, removedReady: 0, after: Math.min(...pauses.values()) };
        indexes = now;
      }
      count = indexes.length;
    }
    this.expectations.expectCreations(key, count);
    let next = 0;
    const { done, error } = await slowStart(count, async () => {
      try {
        await this.podControl.create(v.job.metadata.namespace, newPod(v, indexes?.[next++]), v.job);
      } catch (e) {
        if (!namespaceTerminating(e)) throw e;
      }
    });
    for (let i = done; i < count; i++) this.expectations.created(key);
    return { active: active + done, removed: 0, removedReady: 0, error };
  }

  private pendingIndexes(v: JobView, count: number): number[] {
    let taken = v.completed.with(v.active.map(indexOf).filter((i) => i >= 0));
    if (replacesFailedOnly(v.job)) taken = taken.with(v.pods.filter(isPodTerminating).map(indexOf).filter((i) => i >= 0));
    if (v.failedIndexes) taken = taken.union(v.failedIndexes);
    return taken.firstMissing(count, v.completions);
  }
}

export async function removeTracking(client: Client, p: Pod): Promise<Pod> {
  const { namespace, name, uid } = p.metadata;
  return client.patch<Pod>(PODS, namespace, name!, 'strategic', { metadata: { uid, '$deleteFromPrimitiveList/finalizers': [TRACKING] } });
}

function indexPause(v: JobView, index: number): number {
  const last = v.lastFailed.get(index);
  if (!last) return 0;
  const { counted, ignored } = indexFailures(last);
  return pauseLeft({ count: counted + ignored + 1, last: finishTime(last) }, v.now);
}

function newPod(v: JobView, index: number | undefined): Pod {
  const { job } = v;
  const pod = podFromTemplate(job.spec.template, job);
  const finalizers = pod.metadata.finalizers ?? [];
  pod.metadata = { ...pod.metadata, finalizers: finalizers.includes(TRACKING) ? finalizers : [...finalizers, TRACKING] };
  if (index === undefined) return pod;
  const end = `-${index}-`;
  const annotations: Record<string, string> = { ...pod.metadata.annotations, [INDEX]: String(index) };
  if (job.spec.backoffLimitPerIndex !== undefined) Object.assign(annotations, failureAnnotations(v, index));
  pod.metadata = {
    ...pod.metadata,
    generateName: `${job.metadata.name!.slice(0, MAX_PREFIX - end.length)}${end}`,
    labels: { ...pod.metadata.labels, [INDEX]: String(index) },
    annotations,
  };
  pod.spec = {
    ...pod.spec,
    hostname: `${job.metadata.name}-${index}`,
    containers: pod.spec.containers.map(withIndexVariable),
    ...(pod.spec.initContainers ? { initContainers: pod.spec.initContainers.map(withIndexVariable) } : {}),
  };
  return pod;
}

function withIndexVariable(c: Container): Container {
  const env = (c.env ?? []) as { name: string }[];
  if (env.some((e) => e.name === 'JOB_COMPLETION_INDEX')) return c;
  return { ...c, env: [...env, { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: { fieldPath: `metadata.labels['${INDEX}']` } } }] };
}

function failureAnnotations(v: JobView, index: number): Record<string, string> {
  const last = v.lastFailed.get(index);
  let { counted, ignored } = last ? indexFailures(last) : { counted: 0, ignored: 0 };
  if (last) {
    if (judgeFailure(v.job.spec.podFailurePolicy?.rules, last).counts) counted++;
    else ignored++;
  }
  return { [FAILURES]: String(counted), ...(ignored > 0 ? { [IGNORED_FAILURES]: String(ignored) } : {}) };
}
