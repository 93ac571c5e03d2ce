import { apiVersionOf } from '../../api/meta/object';
import type { Component, ComponentContext } from '../../client/component';
import { QueueComponent } from '../../client/queue-component';
import { AllInformers, AllResources } from '../shared/all-resources';
import { Collector } from './collector';
import type { GraphQueue } from './graph';
import { OwnerGraph } from './graph';

/** Events go by themselves; nothing owns by them. */
const IGNORED = new Set(['events', 'events.events.k8s.io']);
/** Resources that cannot be read within this time are not waited for. */
const PATIENCE = 30_000;

/**
 * Deletes objects whose owners are gone, in the background, the foreground or not at all, as their owners' deletion asked for. Follows every
 * resource that can be listed, watched and deleted, custom ones too.
 */
class GarbageCollector implements Component {
  readonly name = 'garbage-collector';
  private readonly all: AllResources;
  private readonly informers: AllInformers;
  private readonly graph: OwnerGraph;
  private readonly collector: Collector;
  private readonly work: QueueComponent;

  constructor(private readonly x: ComponentContext) {
    this.all = new AllResources(x);
    // One queue for both kinds of work: keys are uids behind a letter.
    this.work = new QueueComponent({ ...x, name: this.name, workers: 20, setup: () => [], reconcile: (key) => this.reconcile(key) });
    const queue: GraphQueue = {
      delete: (n) => this.work.queue.add(`d${n.uid}`),
      deleteLater: (n) => this.work.queue.addRateLimited(`d${n.uid}`),
      orphan: (n) => this.work.queue.add(`o${n.uid}`),
    };
    this.graph = new OwnerGraph(queue, x.events.recorder('garbage-collector-controller'));
    this.collector = new Collector(x.client, this.all, this.graph, queue);
    this.informers = new AllInformers(
      this.all,
      x.caches,
      (r) => !IGNORED.has(r.gvr.group ? `${r.gvr.resource}.${r.gvr.group}` : r.gvr.resource),
      (informer, r) => {
        const kind = { apiVersion: apiVersionOf(r.gvr), kind: r.kind };
        return informer.subscribe({
          added: (o) => this.graph.observe(o, undefined, kind),
          updated: (o, old) => this.graph.observe(o, old, kind),
          deleted: (o) => this.graph.remove(o),
        });
      },
    );
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.all.start(signal);
    this.informers.update();
    // Without all of the graph an owner would seem to have no dependents. But one API that cannot be read must not stop everything.
    const wait = new AbortController();
    const late = this.x.clock.sleep(PATIENCE, wait.signal).then(
      () => this.x.log.warn({ waitedMs: PATIENCE }, 'garbage collector works without all resources: some cannot be read'),
      () => undefined,
    );
    await Promise.race([this.informers.synced(), late]);
    wait.abort();
    await this.work.start(signal);
  }

  async stop(): Promise<void> {
    this.all.stop();
    this.informers.stop();
    await this.work.stop();
  }

  ready(): boolean {
    return this.work.ready();
  }

  private async reconcile(key: string): Promise<void> {
    const n = this.graph.get(key.slice(1));
    if (!n) return;
    if (key[0] === 'o') {
      await this.collector.orphan(n);
      return;
    }
    const { again } = await this.collector.look(n);
    if (again) this.work.queue.addAfter(key, UNSEEN);
  }
}

/** An owner that exists but that no informer has shown yet is looked at again after this time. */
const UNSEEN = 30_000;

export function createGarbageCollector(x: ComponentContext): Component {
  return new GarbageCollector(x);
}
