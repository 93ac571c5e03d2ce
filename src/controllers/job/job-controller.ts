import type { KubeObject } from '../../api/meta/object';
import { controllerOf, keyOf } from '../../api/meta/object';
import { selectorFrom } from '../../api/selectors/label-selector';
import { CacheLag } from '../../client/cache-lag';
import type { Component, ComponentContext } from '../../client/component';
import { isReason } from '../../api/errors/status-error';
import { Expectations } from '../../client/expectations';
import type { Informer } from '../../client/informer';
import { QueueComponent } from '../../client/queue-component';
import { JOBS, PODS } from '../../client/resources';
import { exponentialDelay, WorkQueue } from '../../client/work-queue';
import type { Disposable } from '../../util/clock';
import { claim } from '../shared/adoption';
import { namespaceTerminating } from '../shared/errors';
import { watchOwnedPods } from '../shared/owned-pods';
import { controlledBy, indexByController, ownerIn, uncontrolled } from '../shared/owners';
import { PodControl } from '../shared/pod-control';
import type { Pod } from '../shared/types';
import { Written } from '../shared/written';
import { FinalizerExpectations } from './finalizer-expectations';
import type { Failures } from './job-backoff';
import { JobManager, removeTracking } from './job-manage';
import { isTracked, TRACKING } from './job-pods';
import { JobSync } from './job-sync';
import type { Job } from '../shared/job';
import { isFinished } from '../shared/job';

/** Changes of pods are looked at together after this time: each look that finds something costs three writes. */
const BATCH = 100;
const OURS = 'kubernetes.io/job-controller';

class JobController {
  private readonly jobs: Informer<Job>;
  private readonly pods: Informer<Pod>;
  private readonly expectations: Expectations;
  private readonly finalizers = new FinalizerExpectations();
  private readonly written: Written;
  private readonly failures = new Map<string, Failures>();
  private readonly podControl: PodControl;
  private readonly sync: JobSync;

  constructor(
    private readonly x: ComponentContext,
    private readonly queue: WorkQueue,
  ) {
    this.jobs = x.caches.informer<Job>(JOBS);
    this.pods = indexByController(x.caches.informer<Pod>(PODS));
    this.expectations = new Expectations(x.clock);
    this.written = new Written(this.jobs, x.clock);
    const events = x.events.recorder('job-controller');
    this.podControl = new PodControl(x.client, events);
    this.sync = new JobSync({
      client: x.client,
      clock: x.clock,
      events,
      manager: new JobManager(x.client, this.podControl, this.expectations),
      pods: this.pods,
      expectations: this.expectations,
      finalizers: this.finalizers,
      written: this.written,
      failures: this.failures,
    });
  }

  /** Keys: of jobs as they are, of pods behind `pod:`. */
  subscribe(): Disposable[] {
    // Pod events go through a queue that waits a little; what changes the Job itself is looked at once.
    const batched = { add: (key: string) => this.queue.addAfter(key, BATCH), addAfter: (key: string, ms: number) => this.queue.addAfter(key, ms) } as WorkQueue;
    const pod = (p: Pod): void => {
      const job = ownerIn(this.jobs, 'Job', p);
      if (job && !isTracked(p)) this.finalizers.seen(keyOf(job), p.metadata.uid!);
      if (isTracked(p) && (!job || isFinished(job))) this.queue.add(`pod:${keyOf(p)}`);
    };
    return [
      this.jobs.subscribe({
        added: (j) => this.queue.add(keyOf(j)),
        updated: (j, old) => {
          if (isFinished(j)) this.releasePods(j);
          else if (j.metadata.generation === old.metadata.generation) this.queue.addAfter(keyOf(j), BATCH);
          else this.queue.add(keyOf(j));
        },
        deleted: (j) => {
          this.forget(keyOf(j));
          this.releasePods(j);
        },
      }),
      watchOwnedPods({ pods: this.pods, owners: this.jobs, kind: 'Job', selector: (j) => selectorFrom(j.spec.selector), expectations: this.expectations, queue: batched }),
      this.pods.subscribe({
        added: pod,
        updated: pod,
        deleted: (p) => {
          const job = ownerIn(this.jobs, 'Job', p);
          if (job) this.finalizers.seen(keyOf(job), p.metadata.uid!);
        },
      }),
      this.written.subscription,
    ];
  }

  async reconcile(key: string): Promise<{ after?: number } | void> {
    if (key.startsWith('pod:')) return this.releaseOrphan(key.slice(4));
    const job = this.jobs.get(key);
    if (job && isFinished(job)) this.podControl.forget(job);
    if (!job || isFinished(job)) return this.forget(key);
    if (job.spec.managedBy !== undefined && job.spec.managedBy !== OURS) return;
    if (this.written.isBehind(key)) throw new CacheLag('jobs');
    try {
      await this.podControl.certain(job, this.pods);
      const selector = selectorFrom(job.spec.selector);
      const pods = await claim([...controlledBy(this.pods, job), ...uncontrolled(this.pods, job.metadata.namespace)], {
        client: this.x.client,
        owner: job,
        ownerGvr: JOBS,
        gvr: PODS,
        matches: (p) => selector.matches(p.metadata.labels),
        finalizers: [TRACKING],
      });
      return await this.sync.run(key, job, pods);
    } catch (e) {
      if (!namespaceTerminating(e) && !isReason(e, 'NotFound')) throw e;
    }
  }

  private forget(key: string): void {
    this.expectations.forget(key);
    this.finalizers.forget(key);
    this.failures.delete(key);
  }

  /** Pods of a Job that is over are let go. */
  private releasePods(j: Job): void {
    for (const p of controlledBy(this.pods, j)) if (isTracked(p)) this.queue.add(`pod:${keyOf(p)}`);
  }

  private async releaseOrphan(key: string): Promise<void> {
    const pod = this.pods.get(key);
    if (!pod || !isTracked(pod)) return;
    const ref = controllerOf(pod);
    const job = ref && ownerIn(this.jobs, 'Job', pod);
    if (job && (!isFinished(job) || (job.spec.managedBy !== undefined && job.spec.managedBy !== OURS))) return;
    // A Job that the cache does not show yet may be new.
    if (ref && !job && (await this.exists(pod, ref.name, ref.uid))) return;
    try {
      await removeTracking(this.x.client, pod);
    } catch (e) {
      if (!isReason(e, 'NotFound', 'Conflict', 'Invalid')) throw e;
    }
  }

  private async exists(pod: KubeObject, name: string, uid: string): Promise<boolean> {
    try {
      const job = await this.x.client.get<Job>(JOBS, pod.metadata.namespace, name);
      return job.metadata.uid === uid && !isFinished(job);
    } catch (e) {
      if (isReason(e, 'NotFound')) return false;
      throw e;
    }
  }
}

/** Runs the pods of Jobs to their end and counts them. */
export function createJobController(x: ComponentContext): Component {
  let c: JobController;
  return new QueueComponent({
    ...x,
    name: 'job-controller',
    queue: new WorkQueue(x.clock, (n) => exponentialDelay(n, 1000, 60_000)),
    setup: (queue) => (c = new JobController(x, queue)).subscribe(),
    reconcile: (key) => c.reconcile(key),
  });
}
