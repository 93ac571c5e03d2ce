import { isReason } from '../../api/errors/status-error';
import { keyOf } from '../../api/meta/object';
import { parseTime } from '../../api/meta/time';
import type { Component, ComponentContext } from '../../client/component';
import { QueueComponent } from '../../client/queue-component';
import { JOBS } from '../../client/resources';
import type { Job } from '../shared/job';
import { isFinished } from '../shared/job';

/** Deletes Jobs that have ended, once their time to live has passed. */
export function createTtlAfterFinishedController(x: ComponentContext): Component {
  const jobs = x.caches.informer<Job>(JOBS);
  return new QueueComponent({
    ...x,
    name: 'ttl-after-finished-controller',
    setup: (queue) => {
      const add = (j: Job): void => {
        if (timeLeft(j, x.clock.now()) !== undefined) queue.add(keyOf(j));
      };
      return [jobs.subscribe({ added: add, updated: add })];
    },
    async reconcile(key) {
      const cached = jobs.get(key);
      const left = cached && timeLeft(cached, x.clock.now());
      if (left === undefined) return;
      if (left > 0) return { after: left };
      const { namespace, name } = cached!.metadata;
      try {
        // As it is now: its time to live may have been prolonged.
        const job = await x.client.get<Job>(JOBS, namespace, name!);
        const now = timeLeft(job, x.clock.now());
        if (now === undefined) return;
        if (now > 0) return { after: now };
        await x.client.delete(JOBS, namespace, name!, { propagationPolicy: 'Foreground', preconditions: { uid: job.metadata.uid } });
      } catch (e) {
        if (!isReason(e, 'NotFound', 'Conflict')) throw e;
      }
    },
  });
}

/** Milliseconds until the Job is to go; undefined: it stays. */
function timeLeft(j: Job, now: number): number | undefined {
  const ttl = j.spec.ttlSecondsAfterFinished;
  if (ttl === undefined || j.metadata.deletionTimestamp || !isFinished(j)) return undefined;
  const end = j.status.conditions!.find((c) => (c.type === 'Complete' || c.type === 'Failed') && c.status === 'True')!;
  const since = parseTime(end.lastTransitionTime ?? '');
  return Number.isNaN(since) ? undefined : Math.max(0, since + ttl * 1000 - now);
}
