import type { KubeObject } from '../../src/api/meta/object';
import { createCaches } from '../../src/client/caches';
import { createEvents } from '../../src/client/event-recorder';
import { CORE_EVENTS, NODES, PODS } from '../../src/client/resources';
import type { Kubelet } from '../../src/kubelet/kubelet';
import { createKubelet } from '../../src/kubelet/kubelet';
import type { KubeletOptions } from '../../src/kubelet/options';
import { FakeClock } from '../../src/util/fake-clock';
import { silentLog } from '../../src/util/log';
import { SeededRandom } from '../../src/util/random';
import { BindingClient } from '../scheduler/cluster';

/** Simulated nodes over a fake API server. */
export class TestNodes {
  readonly clock: FakeClock;
  readonly random = new SeededRandom(5);
  readonly client: BindingClient;
  kubelet!: Kubelet;
  private events!: ReturnType<typeof createEvents>;

  constructor(readonly options: KubeletOptions = {}) {
    this.clock = new FakeClock();
    this.client = new BindingClient(this.clock, this.random);
  }

  async start(): Promise<this> {
    const { client, clock, random } = this;
    const x = { clock, random, log: silentLog };
    this.events = createEvents(client, x);
    this.kubelet = createKubelet({ client, caches: createCaches(client, x), ...x, events: this.events }, { nodes: 1, ...this.options });
    await this.kubelet.start(new AbortController().signal);
    await this.settle();
    return this;
  }

  /** As if the process ended and another began. */
  async restart(): Promise<void> {
    await this.kubelet.stop();
    this.events.stop();
    await this.start();
  }

  async settle(): Promise<void> {
    for (let i = 0; i < 20; i++) await new Promise((r) => setImmediate(r));
  }

  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms, async () => {
      for (let i = 0; i < 6; i++) await new Promise((r) => setImmediate(r));
    });
    await this.settle();
  }

  async pod(name: string, spec: Record<string, unknown> = {}, metadata: Partial<KubeObject['metadata']> = {}): Promise<KubeObject> {
    return this.client.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', ...metadata },
      spec: { nodeName: 'node-1', restartPolicy: 'Always', containers: [{ name: 'c', image: 'nginx' }], ...spec },
    });
  }

  async get(name: string): Promise<KubeObject> {
    return this.client.get(PODS, 'default', name);
  }

  async status(name: string): Promise<KubeObject['status']> {
    return (await this.get(name))['status'];
  }

  async node(name = 'node-1'): Promise<KubeObject> {
    return this.client.get(NODES, undefined, name);
  }

  async exists(name: string): Promise<boolean> {
    return this.get(name).then(
      () => true,
      () => false,
    );
  }

  /** `reason: message` of the events about a pod, in the order in which they were written. */
  notes(name: string): string[] {
    return this.client
      .all(CORE_EVENTS)
      .filter((e) => e['involvedObject'].name === name)
      .sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
      .map((e) => `${e['reason']}: ${e['message']}`);
  }

  /** How often the pod was written. */
  writes(name: string): number {
    return this.client.actions.filter((a) => a.resource === 'pods' && a.key === `default/${name}` && a.verb !== 'create').length;
  }
}

export function conditionsOf(status: KubeObject['status']): Record<string, string> {
  return Object.fromEntries((status.conditions as { type: string; status: string }[]).map((c) => [c.type, c.status]));
}
