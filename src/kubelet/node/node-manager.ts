import { isReason } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { formatTime } from '../../api/meta/time';
import type { ComponentContext } from '../../client/component';
import { NODES } from '../../client/resources';
import type { Disposable } from '../../util/clock';
import type { NodeImage } from '../images/image-store';
import type { Stage } from '../stages/stage';
import { WriteQueue } from '../write-queue';
import type { HeartbeatOptions } from './heartbeats';
import { Heartbeats } from './heartbeats';
import { IpPool } from './ip-pool';
import { ManagedNode } from './managed-node';
import type { NodeProfile } from './node-object';
import { NodeStages } from './node-stages';
import type { PressureCondition } from './pressure';
import { PRESSURE_WORDS } from './pressure';
import { healthPatch, isReady, newNode, toldPressures } from './node-object';

/** Addresses of the nodes themselves, and of pods on nodes that have no block of their own. */
const NODE_ADDRESSES = '172.18.0.0/16';
const SPARE_POD_ADDRESSES = '10.88.0.0/16';
/** Requests for nodes at a time. */
const PARALLEL = 16;
const RETRY = 1000;

export interface NodeManagerOptions extends HeartbeatOptions {
  /** Nodes to register, by name. */
  names: readonly string[];
  adopt: boolean;
  profile: NodeProfile;
  stages: readonly Stage[];
  /** The images that were pulled to a node. */
  imagesOf(name: string): readonly NodeImage[];
}

export interface NodeWatcher {
  nodeCame(node: ManagedNode): void;
  nodeChanged(node: ManagedNode): void;
  nodeGone(name: string): void;
}

/** Registers the nodes of its own, takes over those that others make, and keeps all of them alive. */
export class NodeManager {
  private readonly nodes = new Map<string, ManagedNode>();
  private readonly own: ReadonlySet<string>;
  private readonly addresses = new IpPool(NODE_ADDRESSES);
  private readonly spare = new IpPool(SPARE_POD_ADDRESSES);
  private readonly heartbeats: Heartbeats;
  private readonly stages: NodeStages;
  private readonly writes: WriteQueue;
  private subscription: Disposable | undefined;
  private stopped = false;

  /** @param watcher is told of nodes that come and go: pods are run on them between the two */
  constructor(
    private readonly x: ComponentContext,
    private readonly o: NodeManagerOptions,
    private readonly watcher: NodeWatcher,
  ) {
    this.own = new Set(o.names);
    this.writes = new WriteQueue(x.clock, x.log, PARALLEL);
    this.stages = new NodeStages(x, o.stages, o.profile.kubeletVersion, (name) => this.nodes.get(name));
    this.heartbeats = new Heartbeats(x.client, x.clock, x.log, o, (n) => this.report(n));
  }

  get(name: string): ManagedNode | undefined {
    return this.nodes.get(name);
  }

  /** Resolves when the nodes of its own are registered. */
  async start(signal: AbortSignal): Promise<void> {
    const informer = this.x.caches.informer(NODES);
    await this.x.caches.synced(signal);
    const missing = this.o.names.filter((name) => !informer.get(name));
    // Those that are there keep their addresses; the new ones get others.
    for (const n of informer.list()) for (const a of (n['status']?.addresses ?? []) as { address: string }[]) this.addresses.claim(a.address);
    this.subscription = informer.subscribe({
      added: (n) => this.added(n),
      updated: (n) => this.updated(n),
      deleted: (n) => this.deleted(n),
    });
    await this.register(missing, signal);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.subscription?.dispose();
    this.stages.stop();
    await Promise.all([this.heartbeats.stop(), this.writes.stop()]);
  }

  private async register(names: readonly string[], signal: AbortSignal): Promise<void> {
    const queue = [...names];
    const work = async (): Promise<void> => {
      for (let name = queue.shift(); name !== undefined && !this.stopped; name = queue.shift()) await this.registerOne(name, signal);
    };
    await Promise.all(Array.from({ length: Math.min(PARALLEL, names.length) }, work));
  }

  private async registerOne(name: string, signal: AbortSignal): Promise<void> {
    const node = newNode(name, this.takeAddress(), this.o.profile, formatTime(this.x.clock.now()));
    for (;;) {
      signal.throwIfAborted();
      try {
        await this.x.client.create(NODES, node);
        return;
      } catch (e) {
        if (isReason(e, 'AlreadyExists')) return;
        this.x.log.warn({ node: name, err: (e as Error).message }, 'node could not be registered; it is tried again');
        await this.x.clock.sleep(RETRY, signal);
      }
    }
  }

  private added(object: KubeObject): void {
    const name = object.metadata.name!;
    if (!this.own.has(name) && !this.o.adopt) return;
    const before = this.nodes.get(name);
    const node = new ManagedNode(object, this.spare, before?.ip ?? this.fallbackFor(object));
    this.nodes.set(name, node);
    node.staged = this.stages.consider(object);
    // A node that is healthy already needs no word before its turn.
    if (!isReady(object) || !object['status']?.nodeInfo?.kubeletVersion) this.report(node);
    this.heartbeats.add(node);
    this.watcher.nodeCame(node);
  }

  private updated(object: KubeObject): void {
    const node = this.nodes.get(object.metadata.name!);
    if (!node) return;
    const wasReady = isReady(node.object);
    node.object = object;
    const wasStaged = node.staged;
    node.staged = this.stages.consider(object);
    const pressed = node.pressures.join() !== toldPressures(object).join();
    // Given up by the control plane, though it lives; or left by a stage; or short of something, or no longer.
    if (pressed) this.tellPressures(node, toldPressures(object));
    if ((wasReady && !isReady(object) && unknown(object)) || (wasStaged && !isReady(object)) || pressed) this.report(node);
    this.watcher.nodeChanged(node);
  }

  private deleted(object: KubeObject): void {
    const name = object.metadata.name!;
    if (!this.nodes.delete(name)) return;
    this.stages.forget(object.metadata.uid!);
    this.heartbeats.remove(name);
    this.writes.drop(name);
    this.watcher.nodeGone(name);
  }

  /** Writes a node's status: healthy, with what it lacks filled in; not while stages are in charge of it. */
  private report(node: ManagedNode): void {
    const send = (): Promise<unknown> | undefined => {
      if (node.staged) return undefined;
      const patch = healthPatch(node.object, node.ip, this.o.profile, formatTime(this.x.clock.now()), this.o.imagesOf(node.name));
      return this.x.client.patch(NODES, undefined, node.name, 'strategic', { status: patch }, { subresource: 'status' });
    };
    this.writes.push(node.name, { what: `status of node ${node.name}`, send });
  }

  /** Events about conditions that are about to change. */
  private tellPressures(node: ManagedNode, before: readonly string[]): void {
    const recorder = this.x.events.recorder('kubelet', node.name);
    for (const type of Object.keys(PRESSURE_WORDS) as PressureCondition[]) {
      const now = node.pressures.includes(type);
      if (now === before.includes(type)) continue;
      const { event } = PRESSURE_WORDS[type][now ? 'True' : 'False'];
      recorder.event({ kind: 'Node', apiVersion: 'v1', name: node.name, uid: node.name }, 'Normal', event, `Node ${node.name} status is now: ${event}`);
    }
  }

  private fallbackFor(object: KubeObject): string {
    const addresses = (object['status']?.addresses ?? []) as { type: string; address: string }[];
    return addresses.find((a) => a.type === 'InternalIP')?.address ?? this.takeAddress();
  }

  private takeAddress(): string {
    const ip = this.addresses.take();
    if (ip === undefined) throw new Error(`all addresses of ${NODE_ADDRESSES} are taken: there are too many nodes`);
    return ip;
  }
}

function unknown(node: KubeObject): boolean {
  const conditions = (node['status']?.conditions ?? []) as { type: string; status: string }[];
  return conditions.some((c) => c.type === 'Ready' && c.status === 'Unknown');
}
