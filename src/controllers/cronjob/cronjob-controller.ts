import { isReason } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { keyOf } from '../../api/meta/object';
import { CacheLag } from '../../client/cache-lag';
import type { Component, ComponentContext } from '../../client/component';
import { sameJson } from '../../client/equality';
import { QueueComponent } from '../../client/queue-component';
import { CRON_JOBS, JOBS } from '../../client/resources';
import { namespaceTerminating } from '../shared/errors';
import type { Job } from '../shared/job';
import { controlledBy, indexByController, ownerIn } from '../shared/owners';
import { Written } from '../shared/written';
import { CronSync, dueAfterChange } from './cron-sync';
import type { CronJob } from './types';

/** Starts Jobs on schedule. */
export function createCronJobController(x: ComponentContext): Component {
  const crons = x.caches.informer<CronJob>(CRON_JOBS);
  const jobs = indexByController(x.caches.informer<Job>(JOBS));
  const events = x.events.recorder('cronjob-controller');
  const written = new Written(crons, x.clock);
  return new QueueComponent({
    ...x,
    name: 'cronjob-controller',
    setup: (queue) => {
      const add = (o: KubeObject): void => queue.add(keyOf(o));
      const job = (j: Job, old?: Job): void => {
        for (const o of old ? [j, old] : [j]) {
          const cj = ownerIn(crons, 'CronJob', o);
          if (cj) queue.add(keyOf(cj));
        }
      };
      const changed = (cj: CronJob, old: CronJob): void => {
        if (cj.spec.schedule === old.spec.schedule && cj.spec.timeZone === old.spec.timeZone) return add(cj);
        // What the new schedule would have had before now is not made up for.
        try {
          const after = dueAfterChange(cj, x.clock.now());
          if (after !== undefined) queue.addAfter(keyOf(cj), after);
          else add(cj);
        } catch {
          events.event(cj, 'Warning', 'UnParseableCronJobSchedule', `unparseable schedule for cronjob: ${cj.spec.schedule}`);
        }
      };
      return [crons.subscribe({ added: add, updated: changed }), jobs.subscribe({ added: job, updated: job, deleted: (j) => job(j) }), written.subscription];
    },
    async reconcile(key) {
      const cj = crons.get(key);
      if (!cj) return;
      if (written.isBehind(key)) throw new CacheLag('cronjobs');
      const sync = new CronSync(cj, controlledBy(jobs, cj), x.client, events, x.clock.now());
      try {
        return await sync.run();
      } catch (e) {
        if (!namespaceTerminating(e)) throw e;
      } finally {
        if (!sameJson(sync.status, cj.status)) {
          try {
            written.stored(key, await x.client.update(CRON_JOBS, { ...cj, status: sync.status }, { subresource: 'status' }));
          } catch (e) {
            if (!isReason(e, 'NotFound', 'Conflict')) throw e;
            // Someone has changed it meanwhile: that change brings the key back.
          }
        }
      }
    },
  });
}
