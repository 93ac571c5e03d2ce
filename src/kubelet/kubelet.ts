import type { Component, ComponentContext } from '../client/component';
import { ImageStore } from './images/image-store';
import { NodeManager } from './node/node-manager';
import type { KubeletOptions } from './options';
import { DEFAULT_CAPACITY } from './options';
import { PodManager } from './pod/pod-manager';
import type { ContainerStats, ExecResult, LogLine, LogOptions, Runtime } from './runtime/runtime';
import { SimulatedRuntime } from './runtime/simulated-runtime';
import { withDefaults } from './stages/default-stages';

/** Stands in for the kubelets of any number of nodes. */
export class Kubelet implements Component {
  readonly name = 'kubelet';
  private readonly nodes: NodeManager;
  private readonly pods: PodManager;
  private readonly runtime: Runtime;
  private state: 'new' | 'running' | 'stopped' = 'new';

  constructor(
    private readonly x: ComponentContext,
    o: KubeletOptions = {},
  ) {
    this.runtime = o.runtime ?? new SimulatedRuntime(x.clock);
    const stages = withDefaults(o.stages ?? []);
    const pods = {
      stages,
      staticPods: o.staticPods ?? [],
      version: o.kubeletVersion ?? 'v1.36.2',
      eventRate: o.eventRate ?? 50,
      eventBurst: o.eventBurst ?? 500,
      parallelism: o.parallelism ?? 100,
    };
    const images = new ImageStore(o.imagePullLatency ?? 0);
    this.pods = new PodManager(x, pods, this.runtime, images, (name) => this.nodes.get(name));
    const prefix = o.nodeNamePrefix ?? 'node-';
    const nodes = {
      names: Array.from({ length: o.nodes ?? 0 }, (_, i) => `${prefix}${i + 1}`),
      adopt: o.adopt ?? true,
      profile: {
        capacity: { ...DEFAULT_CAPACITY, ...o.capacity },
        labels: o.labels ?? {},
        kubeletVersion: o.kubeletVersion ?? 'v1.36.2',
        runtimeVersion: `${this.runtime.scheme}1.36.2`,
      },
      stages,
      imagesOf: (name: string) => images.listOf(name),
      leaseDurationSeconds: o.leaseDurationSeconds ?? 40,
      renewInterval: o.leaseRenewInterval ?? 10_000,
      statusInterval: o.statusReportInterval ?? 300_000,
    };
    this.nodes = new NodeManager(x, nodes, this.pods);
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.x.caches.synced(signal);
    this.pods.start();
    await this.nodes.start(signal);
    if (this.state === 'new') this.state = 'running';
  }

  async stop(): Promise<void> {
    this.state = 'stopped';
    await Promise.all([this.nodes.stop(), this.pods.stop()]);
  }

  ready(): boolean {
    return this.state === 'running';
  }

  /**
   * Runs a command in a container of a pod; without a name in the first one.
   * @throws Error when the pod is not here or the container does not run
   */
  async exec(namespace: string, pod: string, container: string | undefined, command: readonly string[], stdin?: string): Promise<ExecResult> {
    return this.runtime.exec(this.containerId(namespace, pod, container, false), command, stdin);
  }

  /**
   * What a container has written; `previous`: the one before the last restart.
   * @throws Error when the pod is not here or has no such container
   */
  logs(namespace: string, pod: string, container: string | undefined, o: LogOptions & { previous?: boolean } = {}): readonly LogLine[] {
    return this.runtime.logs(this.containerId(namespace, pod, container, o.previous ?? false), o);
  }

  /** What the running containers of a pod use, by name; empty when the pod is not here. */
  stats(namespace: string, pod: string): ReadonlyMap<string, ContainerStats> {
    const uid = this.pods.pod(namespace, pod)?.metadata.uid;
    const running = (uid && this.pods.worker(uid)?.containers.filter((r) => r.running)) || [];
    return new Map(running.map((r) => [r.spec.name, this.runtime.stats(r.id)]));
  }

  private containerId(namespace: string, name: string, container: string | undefined, previous: boolean): string {
    const pod = this.pods.pod(namespace, name);
    const worker = pod && this.pods.worker(pod.metadata.uid!);
    if (!worker) throw new Error(`pod ${namespace}/${name} is not running on a node here`);
    const record = worker.containers.find((r) => (container === undefined ? r.kind === 'main' : r.spec.name === container));
    const id = previous ? record?.previousId : record?.id;
    if (!id) throw new Error(`container ${JSON.stringify(container ?? '')} of pod ${namespace}/${name} ${previous ? 'has not run before' : 'is not there or has not started'}`);
    return id;
  }
}

/** The nodes of the cluster: as many as the options say, and those that others make; see KubeletOptions. */
export function createKubelet(x: ComponentContext, o: KubeletOptions = {}): Kubelet {
  return new Kubelet(x, o);
}
