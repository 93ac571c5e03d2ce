import type { KubeObject } from '../../api/meta/object';
import { keyOf } from '../../api/meta/object';
import type { ComponentContext } from '../../client/component';
import type { Informer } from '../../client/informer';
import { PODS } from '../../client/resources';
import type { Disposable } from '../../util/clock';
import { NodeAdmission } from '../admission/node-admission';
import { EvictionManager } from '../eviction/eviction-manager';
import type { ImageStore } from '../images/image-store';
import type { ManagedNode } from '../node/managed-node';
import { Prober } from '../probes/prober';
import type { Runtime } from '../runtime/runtime';
import { isMirror } from '../static/mirror';
import type { StaticManifest } from '../static/static-pods';
import { StaticPods } from '../static/static-pods';
import { kwokFunctions } from '../stages/kwok-functions';
import type { Stage, StageFunctions } from '../stages/stage';
import { StageEngine } from '../stages/stage-engine';
import { StageRunner } from '../stages/stage-runner';
import { ConfigSource } from './config-source';
import { EventBudget, PodEvents } from './pod-events';
import type { WorkerContext } from './worker-context';
import { PodWorker } from './pod-worker';
import { WriteQueue } from '../write-queue';

const BY_NODE = 'spec.nodeName';

export interface PodManagerOptions {
  stages: readonly Stage[];
  eventRate: number;
  eventBurst: number;
  parallelism: number;
  staticPods: readonly StaticManifest[];
  /** What templates of stages give as the version. */
  version: string;
}

/** The pods of all simulated nodes: one watch, found by node; each is taken through its stages, most of which its worker carries out. */
export class PodManager {
  private readonly workers = new Map<string, PodWorker>();
  private readonly nodes = new Map<string, NodePods>();
  private readonly engine: StageEngine;
  private readonly runner: StageRunner;
  /** The node agent runs the pods itself; otherwise stages do all there is to be done. */
  private readonly hasWorkers: boolean;
  private readonly stagedIPs = new Map<string, string>();
  private readonly budget: EventBudget;
  private readonly base: Omit<WorkerContext, 'events' | 'admission'>;
  private readonly statics: StaticPods;
  /** Workers of static pods whose mirror is gone for the moment, by namespace and name. */
  private readonly unmirrored = new Map<string, PodWorker>();
  private readonly pods: Informer;
  private subscription: Disposable | undefined;

  constructor(
    private readonly x: ComponentContext,
    o: PodManagerOptions,
    readonly runtime: Runtime,
    private readonly images: ImageStore,
    private readonly nodeOf: (name: string) => ManagedNode | undefined,
  ) {
    const { client, clock, random, log } = x;
    const stages = o.stages.filter((s) => s.kind === 'Pod');
    this.hasWorkers = stages.some((s) => s.next.action === 'run');
    this.engine = new StageEngine(stages, clock, random, (pod, stage) => this.perform(pod, stage));
    const startedAt = clock.now();
    const functions = (pod: KubeObject): StageFunctions =>
      kwokFunctions({ clock, uuid: () => random.uuid(), version: o.version, startedAt }, this.nodeOf(pod['spec'].nodeName as string), (hostNetwork) => this.stagedIP(pod, hostNetwork));
    this.runner = new StageRunner(x, PODS, (pod, e) => this.eventsOf(pod['spec'].nodeName as string).pod(pod, e.type, e.reason, e.message), functions);
    this.budget = new EventBudget(clock, o.eventRate, o.eventBurst);
    const writes = new WriteQueue(clock, log, o.parallelism);
    this.base = { client, clock, random, log, runtime, images, config: new ConfigSource(x.caches), writes, prober: new Prober(runtime, clock) };
    this.pods = x.caches.informer(PODS);
    this.statics = new StaticPods({ client, clock, writes }, o.staticPods, this.pods);
    this.pods.addIndex(BY_NODE, (p) => (p['spec']?.nodeName ? [p['spec'].nodeName as string] : []));
  }

  start(): void {
    this.subscription = this.pods.subscribe({
      added: (pod) => this.seen(pod),
      updated: (pod) => this.seen(pod),
      deleted: (pod) => this.deleted(pod),
    });
  }

  async stop(): Promise<void> {
    this.subscription?.dispose();
    this.engine.stop();
    const written = this.base.writes.stop();
    for (const n of this.nodes.values()) n.eviction.stop();
    for (const w of this.workers.values()) w.removed();
    this.workers.clear();
    await written;
  }

  /** A node has come: takes up the pods that are on it already. */
  nodeCame(node: ManagedNode): void {
    if (!this.subscription) return;
    for (const pod of this.pods.byIndex(BY_NODE, node.name)) this.seen(pod);
    this.statics.nodeCame(node);
    for (const pod of this.pods.byIndex(BY_NODE, node.name)) if (isMirror(pod) && !this.statics.wants(pod)) this.statics.forget(pod);
    this.nodeChanged(node);
  }

  nodeChanged(node: ManagedNode): void {
    if (node.pressures.length || this.nodes.has(node.name)) this.on(node).eviction.check();
  }

  /** A node has gone, and what ran on it: nobody is told of its pods any more. */
  nodeGone(name: string): void {
    const n = this.nodes.get(name);
    this.images.forgetNode(name);
    this.statics.nodeGone(name);
    if (!n) return;
    this.nodes.delete(name);
    n.eviction.stop();
    for (const w of n.workers) {
      this.engine.forget(w.uid);
      w.removed();
      this.workers.delete(w.uid);
    }
  }

  worker(uid: string): PodWorker | undefined {
    return this.workers.get(uid);
  }

  pod(namespace: string, name: string): KubeObject | undefined {
    return this.pods.get(`${namespace}/${name}`);
  }

  private seen(pod: KubeObject): void {
    const nodeName = pod['spec'].nodeName as string | undefined;
    if (!nodeName || !this.nodeOf(nodeName)) return;
    const worker = this.workers.get(pod.metadata.uid!) ?? this.mirroredAgain(pod);
    if (worker) worker.update(pod);
    else if (this.hasWorkers && pod['status']?.startTime) this.workerFor(pod).resume();
    this.engine.consider(pod);
  }

  /** The worker of a static pod whose mirror has been made again. */
  private mirroredAgain(pod: KubeObject): PodWorker | undefined {
    const worker = this.unmirrored.size ? this.unmirrored.get(keyOf(pod)) : undefined;
    if (!worker || !this.statics.wants(pod)) return undefined;
    this.unmirrored.delete(keyOf(pod));
    worker.rebind(pod);
    this.workers.set(worker.uid, worker);
    return worker;
  }

  private deleted(pod: KubeObject): void {
    const uid = pod.metadata.uid!;
    this.engine.forget(uid);
    const ip = this.stagedIPs.get(uid);
    if (ip && this.stagedIPs.delete(uid)) this.nodeOf(pod['spec'].nodeName as string)?.giveBackIP(ip);
    const worker = this.workers.get(uid);
    this.workers.delete(uid);
    if (worker && this.statics.wants(pod)) this.unmirrored.set(keyOf(pod), worker);
    this.statics.deleted(pod);
    if (!worker || this.unmirrored.has(keyOf(pod))) return;
    worker.removed();
    this.nodes.get(worker.nodeName)?.workers.delete(worker);
  }

  private perform(pod: KubeObject, stage: Stage): void {
    const { action, steps } = stage.next;
    switch (action) {
      case 'run':
        this.workerFor(pod).run();
        break;
      case 'complete':
        this.workerFor(pod).complete();
        break;
      case 'terminate':
        if (this.statics.wants(pod)) this.workerFor(pod).releaseMirror();
        else this.workerFor(pod).terminate();
        break;
      case undefined:
        break;
      default:
        this.x.log.error({ action, pod: keyOf(pod) }, 'a stage names an action that does not exist; there are run, complete and terminate');
    }
    if (steps?.length) void this.runner.run(stage.name, pod, steps);
  }

  /** The address of a pod that only stages move on. */
  private stagedIP(pod: KubeObject, hostNetwork: boolean): string {
    const node = this.nodeOf(pod['spec'].nodeName as string);
    if (!node || hostNetwork) return node?.ip ?? '';
    const uid = pod.metadata.uid!;
    let ip = this.stagedIPs.get(uid) ?? (pod['status']?.podIP as string | undefined);
    if (!ip) {
      ip = node.takeIP();
      this.stagedIPs.set(uid, ip);
    }
    return ip;
  }

  private workerFor(pod: KubeObject): PodWorker {
    const uid = pod.metadata.uid!;
    let worker = this.workers.get(uid);
    if (!worker) {
      const node = this.nodeOf(pod['spec'].nodeName as string)!;
      const { events, admission, workers } = this.on(node);
      worker = new PodWorker({ ...this.base, events, admission }, pod, node);
      this.workers.set(uid, worker);
      workers.add(worker);
    }
    return worker;
  }

  private eventsOf(nodeName: string): PodEvents {
    const node = this.nodeOf(nodeName);
    return node ? this.on(node).events : new PodEvents(this.x.events.recorder('kubelet', nodeName), this.budget);
  }

  private on(node: ManagedNode): NodePods {
    let n = this.nodes.get(node.name);
    if (!n) {
      const recorder = this.x.events.recorder('kubelet', node.name);
      const workers = new Set<PodWorker>();
      const eviction = new EvictionManager(this.base, node, recorder, () => workers);
      n = { events: new PodEvents(recorder, this.budget), admission: new NodeAdmission(node), workers, eviction };
      this.nodes.set(node.name, n);
    }
    return n;
  }
}

/** What a node does with its pods. */
interface NodePods {
  events: PodEvents;
  admission: NodeAdmission;
  workers: Set<PodWorker>;
  eviction: EvictionManager;
}
