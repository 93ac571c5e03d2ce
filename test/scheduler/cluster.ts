import type { KubeObject } from '../../src/api/meta/object';
import type { WriteOptions } from '../../src/client/client';
import { createCaches } from '../../src/client/caches';
import { createEvents } from '../../src/client/event-recorder';
import type { Caches } from '../../src/client/informer';
import { EVENTS, NODES, PODS } from '../../src/client/resources';
import type { GVR } from '../../src/api/meta/object';
import type { Scheduler } from '../../src/scheduler/scheduler';
import { createScheduler } from '../../src/scheduler/scheduler';
import type { SchedulerMetrics } from '../../src/scheduler/metrics';
import type { SchedulerOptions } from '../../src/scheduler/options';
import { FakeClock } from '../../src/util/fake-clock';
import { silentLog } from '../../src/util/log';
import { SeededRandom } from '../../src/util/random';
import { FakeClient } from '../client/fake-client';

/** The fake API server with what schedulers and nodes need beside: bindings, and Nodes that are made with a status. */
export class BindingClient extends FakeClient {
  override async create<T extends KubeObject>(r: GVR, object: KubeObject, o: WriteOptions & { name?: string } = {}): Promise<T> {
    if (r.resource === 'pods' && o.subresource === 'binding') {
      const refused = this.fail('bind', r, object);
      if (refused) throw refused;
      const { namespace, name } = object.metadata;
      const body = { spec: { nodeName: object['target'].name as string } };
      await this.patch(PODS, namespace, name!, 'merge', body);
      return object as T;
    }
    const made = await super.create<T>(r, object, o);
    if (r.resource !== 'nodes' || !object['status']) return made;
    return this.patch<T>(NODES, undefined, made.metadata.name!, 'merge', { status: object['status'] as unknown }, { subresource: 'status' });
  }
}

/** A scheduler over a fake API server, its clock and its chance in the test's hands. */
export class TestCluster {
  readonly clock = new FakeClock();
  readonly random = new SeededRandom(7);
  readonly client = new BindingClient(this.clock, this.random);
  readonly caches: Caches = createCaches(this.client, { clock: this.clock, random: this.random, log: silentLog });
  readonly events = createEvents(this.client, { clock: this.clock, random: this.random, log: silentLog });
  readonly scheduler: Scheduler;

  constructor(o: SchedulerOptions = {}, metrics?: SchedulerMetrics) {
    const { client, caches, clock, random, events } = this;
    this.scheduler = createScheduler({ client, caches, clock, random, log: silentLog, events }, o, metrics);
  }

  async start(): Promise<this> {
    await this.scheduler.start(new AbortController().signal);
    await this.settle();
    return this;
  }

  /** Lets everything that needs no time happen. */
  async settle(): Promise<void> {
    for (let i = 0; i < 20; i++) await new Promise((r) => setImmediate(r));
  }

  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms, () => this.settle());
  }

  async node(name: string, o: { labels?: Record<string, string>; taints?: object[]; unschedulable?: boolean; cpu?: string; memory?: string; pods?: string; more?: Record<string, string>; images?: object[] } = {}): Promise<KubeObject> {
    const allocatable = { cpu: o.cpu ?? '4', memory: o.memory ?? '8Gi', pods: o.pods ?? '110', ...o.more };
    return this.client.create(NODES, {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels: { 'kubernetes.io/hostname': name, ...o.labels } },
      spec: { ...(o.taints ? { taints: o.taints } : {}), ...(o.unschedulable ? { unschedulable: true } : {}) },
      status: { allocatable, ...(o.images ? { images: o.images } : {}) },
    });
  }

  async nodes(n: number, o: Parameters<TestCluster['node']>[1] = {}): Promise<void> {
    for (let i = 1; i <= n; i++) await this.node(`node-${i}`, o);
  }

  async pod(name: string, spec: Record<string, unknown> = {}, metadata: Partial<KubeObject['metadata']> = {}): Promise<KubeObject> {
    return this.client.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', ...metadata },
      spec: { schedulerName: 'default-scheduler', containers: [{ name: 'c', image: 'a' }], ...spec },
    });
  }

  async get(name: string): Promise<KubeObject> {
    return this.client.get(PODS, 'default', name);
  }

  async nodeOf(name: string): Promise<string | undefined> {
    return (await this.get(name))['spec'].nodeName as string | undefined;
  }

  /** The message of the pod's PodScheduled condition. */
  async why(name: string): Promise<string | undefined> {
    const conditions = ((await this.get(name))['status'].conditions ?? []) as { type: string; message?: string }[];
    return conditions.find((c) => c.type === 'PodScheduled')?.message;
  }

  /** `reason: note` of the events about a pod. */
  notes(name: string): string[] {
    return this.client
      .all(EVENTS)
      .filter((e) => e['regarding'].name === name)
      .map((e) => `${e['reason']}: ${e['note']}`);
  }
}

export function requests(list: Record<string, string>): Record<string, unknown> {
  return { containers: [{ name: 'c', image: 'a', resources: { requests: list } }] };
}
