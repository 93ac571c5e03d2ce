import type { KubeObject } from '../../api/meta/object';
import { formatTime } from '../../api/meta/time';
import { sameJson } from '../../client/equality';
import type { Disposable } from '../../util/clock';
import type { Rejection } from '../admission/node-admission';
import type { ManagedNode } from '../node/managed-node';
import type { ProbeKind } from '../probes/prober';
import type { Exit } from '../runtime/runtime';
import type { ContainerRecord } from './container';
import { applySpec, markExited, recordsOf } from './container';
import type { ProbeEffects } from './container-probes';
import { probeContainer } from './container-probes';
import type { StarterPod } from './container-starter';
import { ContainerStarter } from './container-starter';
import { ContainerStopper } from './container-stopper';
import { Deadline } from './deadline';
import { mainsAreOver, phaseOf } from './phase';
import { PodSandbox } from './pod-sandbox';
import type { NodePodStatus } from './pod-status';
import { buildStatus, rejectedStatus } from './pod-status';
import type { Failure } from './failure';
import { startInOrder } from './start-order';
import { restoreRecords, restoreStatus } from './restore';
import type { ResizedPod } from './resizer';
import { givenSpec, Resizer } from './resizer';
import { couldRestartAll, InPlaceRestart } from './in-place-restart';
import { RESTARTING_ALL } from './restart-policy';
import { StatusReporter } from './status-reporter';
import { VolumeGate } from './volume-gate';
import { Waker } from './waker';
import type { WorkerContext } from './worker-context';

/** What a pod that cannot go away yet still shows of its life before its end is written. */
const LAST_LOOK = 1000;

/**
 * One pod on a node: brings its containers up in order, restarts them, tells the server what became of them in as few writes as possible, and
 * ends them when the pod is deleted (pod worker, status manager and runtime manager of the kubelet in one).
 */
export class PodWorker implements StarterPod, ProbeEffects, ResizedPod {
  private records: ContainerRecord[] = [];
  private state: 'new' | 'active' | 'terminating' | 'over' | 'gone' = 'new';
  private readonly starter: ContainerStarter;
  private readonly stopper: ContainerStopper;
  private reporter: StatusReporter;
  private readonly volumes: VolumeGate;
  private readonly sandbox: PodSandbox;
  private readonly deadline: Deadline;
  private readonly waker: Waker;
  private readonly resizer: Resizer;
  private startTime = '';
  /** A main container has been started. */
  private begun = false;
  private readonly inPlace: InPlaceRestart;
  /** The node has decided to end the pod. */
  private failure: Failure | undefined;
  /** It never ran: the node would not have it. */
  private rejected = false;
  private lastLook: Disposable | undefined;
  private offConfig: (() => void) | undefined;

  constructor(
    private readonly x: WorkerContext,
    public pod: KubeObject,
    private readonly node: ManagedNode,
  ) {
    this.sandbox = new PodSandbox(x, node, Boolean(pod['spec'].hostNetwork));
    this.deadline = new Deadline(x.clock, (message) => this.overdue(message));
    this.waker = new Waker(x.clock, () => (this.state === 'new' ? this.run() : this.sync()));
    this.starter = new ContainerStarter(x, this);
    this.stopper = new ContainerStopper(x, this.starter);
    this.inPlace = new InPlaceRestart(this.stopper);
    this.volumes = new VolumeGate(x, (time) => this.wakeAt(time));
    this.resizer = new Resizer(x, this);
    this.reporter = new StatusReporter(x.client, x.writes, this.uid, () => this.pod);
  }

  get uid(): string {
    return this.pod.metadata.uid!;
  }

  get nodeName(): string {
    return this.node.name;
  }

  get hostIP(): string {
    return this.node.ip;
  }

  get podIP(): string {
    return this.sandbox.ip;
  }

  /** Whether it takes room on its node: until everything in it has ended. */
  get active(): boolean {
    return this.state === 'active' || this.state === 'terminating';
  }

  get ending(): boolean {
    return this.state !== 'active' || this.failure !== undefined;
  }

  listedImages = (): readonly string[] => this.node.images;

  /** The containers, for those who look into them: exec, logs, stats. */
  get containers(): readonly ContainerRecord[] {
    return this.records;
  }

  /** Begins to run the pod; harmless when it runs already. */
  run(): void {
    if (this.state !== 'new') return;
    this.startTime = formatTime(this.x.clock.now());
    const rejection = this.x.admission.admit(this.pod);
    if (rejection) {
      this.reject(rejection);
      return;
    }
    this.state = 'active';
    this.records = recordsOf(this.pod['spec'] as Parameters<typeof recordsOf>[0]);
    this.deadline.watch(this.pod, this.startTime);
    this.sync();
  }

  /** Ends the pod for a reason of the node's: nothing is started again, and it is failed when all has ended. */
  fail(f: Failure): void {
    if (this.state !== 'active' || this.failure) return;
    this.failure = f;
    this.sync();
  }

  /** The node needs what the pod takes: it ends at once. */
  evict(message: string): void {
    this.x.events.pod(this.pod, 'Warning', 'Evicted', message);
    this.fail({ reason: 'Evicted', message, grace: 0, disruption: true });
  }

  get evicted(): boolean {
    return this.failure?.reason === 'Evicted';
  }

  /** Goes on with a pod that an earlier process has run: nothing is started anew. Ended pods are only remembered. */
  resume(): void {
    if (this.state !== 'new') return;
    const status = restoreStatus(this.pod);
    if (!status) return;
    this.startTime = status.startTime;
    this.records = restoreRecords(this.pod, this.x.runtime.scheme);
    this.begun = this.records.some((r) => r.kind === 'main' && (r.running || (r.ended !== undefined && r.ended.reason !== RESTARTING_ALL)));
    if (status.phase === 'Succeeded' || status.phase === 'Failed') {
      this.state = 'over';
      return;
    }
    this.state = 'active';
    this.x.admission.claim(this.pod, givenSpec(this.pod['spec'], this.records));
    this.sandbox.claim(status.podIP ?? '');
    // The server knows all this: it is what later changes are measured by.
    this.reporter.assume({ ...this.build(), conditions: status.conditions });
    for (const r of this.records) {
      if (!r.running) continue;
      this.starter.resume(r);
      probeContainer(this.x.prober, r, this, { started: r.started, ready: r.ready });
    }
    this.deadline.watch(this.pod, this.startTime);
    this.resizer.restore(status.conditions);
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
    if (old.metadata.annotations !== pod.metadata.annotations && !sameJson(old.metadata.annotations, pod.metadata.annotations)) this.annotated();
  }

  /** The API server shows the pod under another identity: a mirror that was deleted and made again. All runs on. */
  rebind(pod: KubeObject): void {
    this.reporter.close();
    this.x.admission.release(this.uid);
    this.pod = pod;
    this.x.admission.claim(pod, pod['spec']);
    this.reporter = new StatusReporter(this.x.client, this.x.writes, this.uid, () => this.pod);
    this.report();
  }

  /** Lets a mirror go that somebody has deleted; nothing of what it shows ends. */
  releaseMirror(): void {
    this.reporter.release();
  }

  /** Ends containers whose program is not known, with success. */
  complete(): void {
    if (this.state !== 'active') return;
    for (const r of this.records) if (r.kind === 'main' && r.running) this.x.runtime.finish(r.id, { code: 0 });
  }

  /** The pod is being deleted: ends its containers within the grace period, then lets the pod go. */
  terminate(): void {
    const grace = (this.pod.metadata.deletionGracePeriodSeconds ?? 30) * 1000;
    if (this.state === 'terminating') this.stopper.hurry(this.records, grace);
    if (this.state === 'terminating' || this.state === 'gone') return;
    const before = this.state;
    this.state = 'terminating';
    this.clearTimers();
    if (before !== 'active' || !this.records.some((r) => r.running)) this.letGo(before === 'active');
    else {
      this.stopper.hurry(this.records, grace);
      this.stopper.stopAll(this.records, grace);
    }
  }

  /** The pod is no more: whatever is left of it is ended without a word. */
  removed(): void {
    if (this.state === 'gone') return;
    this.state = 'gone';
    this.clearTimers();
    this.reporter.close();
    this.giveBack();
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

  resized(): void {
    if (this.state === 'active') this.report();
  }

  restartResized(r: ContainerRecord): void {
    r.killing = { code: 0, free: true };
    this.stopper.stop(r, `Container ${r.spec.name} resize requires restart`, this.graceOf());
  }

  hookFailed(r: ContainerRecord): void {
    this.stopper.stop(r, 'FailedPostStartHook', this.graceOf());
  }

  exited(r: ContainerRecord, id: string, e: Exit): void {
    if (r.id !== id || !r.running || this.state === 'gone') return;
    this.x.prober.stop(id);
    markExited(r, e, this.x.clock.now(), this.x.runtime.scheme);
    this.stopper.advance();
    if (this.state === 'active' && !this.failure && this.inPlace.after(r, this.records)) {
      this.report();
      this.inPlace.reset(this.records);
      this.begun = false;
    }
    if (this.state === 'terminating') {
      if (!this.records.some((o) => o.running)) this.letGo(true);
    } else this.sync();
  }

  /** Does what can be done now to bring the pod where it should be, and reports. */
  private sync(): void {
    if (this.state !== 'active') return;
    if (this.failure || mainsAreOver(this.records, this.restartPolicy)) this.end();
    else if (!this.inPlace.active && this.volumesReady() && this.sandbox.ensure(this.pod, (time) => this.wakeAt(time))) {
      startInOrder(this.records, this.begun, (r) => this.starter.ensure(r));
      if (this.phase(false) === 'Failed') this.end();
    }
    this.report();
  }

  private volumesReady(): boolean {
    if (this.begun || this.volumes.isOpen(this.pod)) return true;
    this.wakeOnConfig();
    return false;
  }

  /** The main containers have ended for good: sidecars follow, last one first, and the pod is over. */
  private end(): void {
    this.stopper.stopAll(this.records, this.failure?.grace ?? this.graceOf());
    if (this.records.some((r) => r.running)) return;
    this.state = 'over';
    this.clearTimers();
    this.giveBack();
  }

  private reject(r: Rejection): void {
    this.state = 'over';
    this.rejected = true;
    this.failure = { reason: r.reason, message: `Pod was rejected: ${r.message}` };
    this.x.events.pod(this.pod, 'Warning', r.reason, r.message);
    this.report();
  }

  private giveBack(): void {
    this.stopper.clear();
    this.sandbox.giveBack();
    this.x.admission.release(this.uid);
  }

  private phase(over: boolean): ReturnType<typeof phaseOf> {
    if (this.failure && over) return 'Failed';
    return phaseOf(this.records, this.restartPolicy, over, this.begun);
  }

  private build(): NodePodStatus {
    const over = this.state === 'over' || this.state === 'terminating';
    const now = formatTime(this.x.clock.now());
    if (this.rejected) return rejectedStatus(this.pod, this.startTime, this.failure!);
    const facts = {
      pod: this.pod,
      records: this.records,
      phase: this.phase(over),
      startTime: this.startTime,
      hostIP: this.hostIP,
      podIP: this.podIP,
      begun: this.begun,
      sandbox: this.sandbox.ready && !over,
      resize: over ? [] : this.resizer.conditions,
      ...(couldRestartAll(this.records) ? { restartingAll: this.inPlace.active } : {}),
      ...(over && this.failure ? { failure: this.failure } : {}),
      scheme: this.x.runtime.scheme,
      imageName: (image: string) => this.x.images.nameOf(image),
    };
    return buildStatus(facts, now, this.reporter.wanted);
  }

  private report(after?: () => void): void {
    this.reporter.report(this.build(), after);
  }

  /** All has ended: writes that down when the pod will stay for somebody else's sake, and gives it up. */
  private letGo(hasRun: boolean): void {
    this.giveBack();
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

  private annotated(): void {
    for (const r of this.records) {
      if (!r.running) continue;
      this.x.runtime.podChanged(r.id, this.pod);
      this.x.prober.again(r.id);
    }
  }

  private specChanged(): void {
    for (const r of applySpec(this.records, this.pod['spec'] as Parameters<typeof recordsOf>[0])) {
      this.stopper.stop(r, `Container ${r.spec.name} definition changed, will be restarted`, this.graceOf());
    }
    this.resizer.consider();
    this.sync();
  }

  private overdue(message: string): void {
    if (this.ending) return;
    this.x.events.pod(this.pod, 'Normal', 'DeadlineExceeded', message);
    this.fail({ reason: 'DeadlineExceeded', message });
  }

  /** Somebody else has declared the pod ended. */
  private abandon(): void {
    this.state = 'over';
    this.clearTimers();
    this.giveBack();
    for (const r of this.records) {
      this.x.prober.stop(r.id);
      if (r.running) this.x.runtime.stop(r.id, 0);
    }
  }

  private clearTimers(): void {
    this.waker.clear();
    this.volumes.clear();
    this.resizer.clear();
    this.lastLook?.dispose();
    this.deadline.clear();
    this.offConfig?.();
    this.offConfig = undefined;
  }
}
