import type { KubeObject } from '../../api/meta/object';
import { formatTime } from '../../api/meta/time';
import type { Client } from '../../client/client';
import type { Disposable } from '../../util/clock';
import type { Log } from '../../util/log';
import type { ManagedNode } from '../node/managed-node';
import type { Prober, ProbeKind } from '../probes/prober';
import type { Exit } from '../runtime/runtime';
import type { ContainerRecord } from './container';
import { applySpec, markExited, recordsOf } from './container';
import type { ProbeEffects } from './container-probes';
import { probeContainer } from './container-probes';
import type { StarterContext, StarterPod } from './container-starter';
import { ContainerStarter } from './container-starter';
import { ContainerStopper } from './container-stopper';
import { mainsAreOver, phaseOf } from './phase';
import { PodAddress } from './pod-address';
import type { NodePodStatus } from './pod-status';
import { buildStatus } from './pod-status';
import { restoreRecords, restoreStatus } from './restore';
import { StatusReporter } from './status-reporter';
import { VolumeGate } from './volume-gate';
import { Waker } from './waker';
import type { WriteQueue } from '../write-queue';

/** What a pod that cannot go away yet still shows of its life before its end is written. */
const LAST_LOOK = 1000;

export interface WorkerContext extends StarterContext {
  client: Client;
  log: Log;
  writes: WriteQueue;
  prober: Prober;
}

/**
 * One pod on a node: brings its containers up in order, restarts them, tells the server what became of them in as few writes as possible, and
 * ends them when the pod is deleted (pod worker, status manager and runtime manager of the kubelet in one).
 */
export class PodWorker implements StarterPod, ProbeEffects {
  readonly uid: string;
  private records: ContainerRecord[] = [];
  private state: 'new' | 'active' | 'terminating' | 'over' | 'gone' = 'new';
  private readonly starter: ContainerStarter;
  private readonly stopper: ContainerStopper;
  private readonly reporter: StatusReporter;
  private readonly volumes: VolumeGate;
  private readonly address: PodAddress;
  private readonly waker: Waker;
  private startTime = '';
  /** A main container has been started. */
  private begun = false;
  private reason: string | undefined;
  private message: string | undefined;
  private deadline: Disposable | undefined;
  private lastLook: Disposable | undefined;
  private offConfig: (() => void) | undefined;

  constructor(
    private readonly x: WorkerContext,
    public pod: KubeObject,
    private readonly node: ManagedNode,
  ) {
    this.uid = pod.metadata.uid!;
    this.address = new PodAddress(node, Boolean(pod['spec'].hostNetwork));
    this.waker = new Waker(x.clock, () => (this.state === 'new' ? this.run() : this.sync()));
    this.starter = new ContainerStarter(x, this);
    this.stopper = new ContainerStopper(x, this.starter);
    this.volumes = new VolumeGate(x.config, x.events);
    this.reporter = new StatusReporter(x.client, x.writes, this.uid, () => this.pod);
  }

  get nodeName(): string {
    return this.node.name;
  }

  get hostIP(): string {
    return this.node.ip;
  }

  get podIP(): string {
    return this.address.ip;
  }

  /** The containers, for those who look into them: exec, logs, stats. */
  get containers(): readonly ContainerRecord[] {
    return this.records;
  }

  /** Begins to run the pod; harmless when it runs already. */
  run(): void {
    if (this.state !== 'new') return;
    this.state = 'active';
    this.records = recordsOf(this.pod['spec'] as Parameters<typeof recordsOf>[0]);
    this.startTime = formatTime(this.x.clock.now());
    try {
      this.address.take();
    } catch (e) {
      this.x.events.pod(this.pod, 'Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${(e as Error).message}`);
      this.state = 'new';
      this.wakeAt(this.x.clock.now() + 10_000);
      return;
    }
    this.watchDeadline();
    this.sync();
  }

  /** Goes on with a pod that an earlier process has run: nothing is started anew. Ended pods are only remembered. */
  resume(): void {
    if (this.state !== 'new') return;
    const status = restoreStatus(this.pod);
    if (!status) return;
    this.startTime = status.startTime;
    this.records = restoreRecords(this.pod, this.x.runtime.scheme);
    this.begun = this.records.some((r) => r.kind === 'main' && (r.running || r.ended !== undefined));
    this.reason = status.reason;
    this.message = status.message;
    if (status.phase === 'Succeeded' || status.phase === 'Failed') {
      this.state = 'over';
      return;
    }
    this.state = 'active';
    this.address.claim(status.podIP ?? '');
    // The server knows all this: it is what later changes are measured by.
    this.reporter.assume({ ...this.build(), conditions: status.conditions });
    for (const r of this.records) {
      if (!r.running) continue;
      this.starter.resume(r);
      probeContainer(this.x.prober, r, this, { started: r.started, ready: r.ready });
    }
    this.watchDeadline();
    this.sync();
  }

  /** Takes a newer version of the pod. */
  update(pod: KubeObject): void {
    const old = this.pod;
    this.pod = pod;
    if (this.state !== 'active') return;
    const phase = pod['status']?.phase as string | undefined;
    if (phase === 'Succeeded' || phase === 'Failed') {
      // Somebody else, or our own write, has ended it.
      if (this.reporter.wanted?.phase !== phase) this.abandon();
      return;
    }
    if (old['spec'] !== pod['spec'] && old.metadata.generation !== pod.metadata.generation) this.specChanged();
    else if (pod['spec'].readinessGates?.length) this.report();
  }

  /** Ends containers whose program is not known, with success. */
  complete(): void {
    if (this.state !== 'active') return;
    for (const r of this.records) if (r.kind === 'main' && r.running) this.x.runtime.finish(r.id, { code: 0 });
  }

  /** The pod is being deleted: ends its containers within the grace period, then lets the pod go. */
  terminate(): void {
    if (this.state === 'terminating' || this.state === 'gone') return;
    const before = this.state;
    this.state = 'terminating';
    this.clearTimers();
    if (before !== 'active' || !this.records.some((r) => r.running)) this.letGo(before === 'active');
    else this.stopper.stopAll(this.records, (this.pod.metadata.deletionGracePeriodSeconds ?? 30) * 1000);
  }

  /** The pod is no more: whatever is left of it is ended without a word. */
  removed(): void {
    if (this.state === 'gone') return;
    this.state = 'gone';
    this.clearTimers();
    this.reporter.close();
    this.address.giveBack();
    for (const r of this.records) {
      this.x.prober.stop(r.id);
      for (const id of [r.id, r.previousId]) if (id) this.x.runtime.remove(id);
    }
  }

  wakeAt(time: number): void {
    this.waker.at(time);
  }

  wakeOnConfig(): void {
    this.offConfig ??= this.x.config.onChange(this.pod.metadata.namespace!, () => {
      this.offConfig = undefined;
      this.sync();
    });
  }

  started(r: ContainerRecord): void {
    if (r.kind === 'main') this.begun = true;
    probeContainer(this.x.prober, r, this);
  }

  changed(): void {
    // Results of the first probes come while the container is being started; the round that started it reports them.
    queueMicrotask(() => this.sync());
  }

  unhealthy(r: ContainerRecord, kind: ProbeKind, output: string): void {
    this.starter.event(r, 'Warning', 'Unhealthy', `${kind} probe failed: ${output}`);
  }

  restart(r: ContainerRecord, kind: ProbeKind): void {
    const own = (kind === 'Startup' ? r.spec.startupProbe : r.spec.livenessProbe)?.terminationGracePeriodSeconds;
    r.killing = { code: 137, free: false };
    this.stopper.stop(r, `Container ${r.spec.name} failed ${kind.toLowerCase()} probe, will be restarted`, own === undefined ? this.graceOf() : own * 1000);
  }

  exited(r: ContainerRecord, id: string, e: Exit): void {
    if (r.id !== id || !r.running || this.state === 'gone') return;
    this.x.prober.stop(id);
    markExited(r, e, this.x.clock.now(), this.x.runtime.scheme);
    if (this.state === 'terminating') {
      if (!this.records.some((o) => o.running)) this.letGo(true);
    } else this.sync();
  }

  /** Does what can be done now to bring the pod where it should be, and reports. */
  private sync(): void {
    if (this.state !== 'active') return;
    if (this.reason !== undefined || mainsAreOver(this.records, this.restartPolicy)) this.end();
    else if (this.volumesReady()) {
      if (this.initialised()) for (const r of this.records) if (r.kind === 'main') this.starter.ensure(r);
      for (const r of this.records) if (r.kind === 'ephemeral' && !r.ended) this.starter.ensure(r);
      if (this.phase(false) === 'Failed') this.end();
    }
    this.report();
  }

  private volumesReady(): boolean {
    if (this.begun || this.volumes.isOpen(this.pod)) return true;
    this.wakeOnConfig();
    return false;
  }

  /** Runs init containers one by one and sidecars on their way; true when the main containers may run. */
  private initialised(): boolean {
    for (const r of this.records) {
      if (r.kind === 'sidecar') {
        this.starter.ensure(r);
        if (!r.started && !this.begun) return false;
      } else if (r.kind === 'init' && !this.begun && r.state.terminated?.exitCode !== 0) {
        this.starter.ensure(r);
        return false;
      }
    }
    return true;
  }

  /** The main containers have ended for good: sidecars follow, last one first, and the pod is over. */
  private end(): void {
    this.stopper.stopAll(this.records, this.graceOf());
    if (this.records.some((r) => r.running)) return;
    this.state = 'over';
    this.clearTimers();
    this.address.giveBack();
  }

  private phase(over: boolean): ReturnType<typeof phaseOf> {
    if (this.reason === 'DeadlineExceeded') return 'Failed';
    return phaseOf(this.records, this.restartPolicy, over, this.begun);
  }

  private build(): NodePodStatus {
    const over = this.state === 'over' || this.state === 'terminating';
    const facts = {
      pod: this.pod,
      records: this.records,
      phase: this.phase(over),
      startTime: this.startTime,
      hostIP: this.hostIP,
      podIP: this.podIP,
      begun: this.begun,
      over,
      ...(this.reason ? { reason: this.reason } : {}),
      ...(this.message ? { message: this.message } : {}),
      scheme: this.x.runtime.scheme,
      imageName: (image: string) => this.x.images.nameOf(image),
    };
    return buildStatus(facts, formatTime(this.x.clock.now()), this.reporter.wanted);
  }

  private report(after?: () => void): void {
    this.reporter.report(this.build(), after);
  }

  /** All has ended: writes that down when the pod will stay for somebody else's sake, and gives it up. */
  private letGo(hasRun: boolean): void {
    this.address.giveBack();
    if (!hasRun || !this.pod.metadata.finalizers?.length) {
      this.reporter.release();
      return;
    }
    this.lastLook = this.x.clock.after(LAST_LOOK, () => this.report(() => this.reporter.release()));
  }

  private get restartPolicy(): string {
    return (this.pod['spec'].restartPolicy as string | undefined) ?? 'Always';
  }

  private graceOf(): number {
    return ((this.pod['spec'].terminationGracePeriodSeconds as number | undefined) ?? 30) * 1000;
  }

  private specChanged(): void {
    for (const r of applySpec(this.records, this.pod['spec'] as Parameters<typeof recordsOf>[0])) {
      this.stopper.stop(r, `Container ${r.spec.name} definition changed, will be restarted`, this.graceOf());
    }
    this.sync();
  }

  private watchDeadline(): void {
    const seconds = this.pod['spec'].activeDeadlineSeconds as number | undefined;
    if (seconds === undefined) return;
    const left = Date.parse(this.startTime) + seconds * 1000 - this.x.clock.now();
    this.deadline = this.x.clock.after(Math.max(0, left), () => {
      if (this.state !== 'active') return;
      this.reason = 'DeadlineExceeded';
      this.message = 'Pod was active on the node longer than the specified deadline';
      this.sync();
    });
  }

  /** Somebody else has declared the pod ended. */
  private abandon(): void {
    this.state = 'over';
    this.clearTimers();
    this.address.giveBack();
    for (const r of this.records) {
      this.x.prober.stop(r.id);
      if (r.running) this.x.runtime.stop(r.id, 0);
    }
  }

  private clearTimers(): void {
    this.waker.clear();
    this.lastLook?.dispose();
    this.deadline?.dispose();
    this.offConfig?.();
    this.offConfig = undefined;
  }
}
