import type { KubeObject } from '../../api/meta/object';
import { formatTime } from '../../api/meta/time';
import { sameJson } from '../../client/equality';
import type { Clock, Disposable } from '../../util/clock';
import type { NodeAdmission } from '../admission/node-admission';
import type { Condition } from './conditions';
import type { ContainerRecord, Resources } from './container';
import type { PodEvents } from './pod-events';

/** Milliseconds that a container takes to have its new resources. */
const TAKES = 200;

/** What the resizer has to know of its pod, and what it leads to. */
export interface ResizedPod {
  readonly pod: KubeObject;
  readonly containers: readonly ContainerRecord[];
  /** Containers have other resources, or conditions have changed. */
  resized(): void;
  /** The container can only have them after a restart. */
  restartResized(r: ContainerRecord): void;
}

/**
 * Gives containers other resources while they run (KEP-1287): at once when the node has them, else as soon as it has. Init containers keep what
 * they began with, sidecars do not.
 */
export class Resizer {
  private pending: Condition | undefined;
  private inProgress: Condition | undefined;
  private timer: Disposable | undefined;
  private offFreed: (() => void) | undefined;

  constructor(
    private readonly x: { clock: Clock; events: PodEvents; admission: NodeAdmission },
    private readonly p: ResizedPod,
  ) {}

  get conditions(): Condition[] {
    return [this.pending, this.inProgress].filter((c) => c !== undefined);
  }

  /** Looks at what the spec wants now and does it if the node can. Ended pods are not to be asked. */
  consider(): void {
    const changed = this.p.containers.filter((r) => isResizable(r) && !sameJson(r.spec.resources, r.allocated));
    if (!changed.length) {
      this.settle();
      return;
    }
    const { pod } = this.p;
    const lack = this.x.admission.resize(pod);
    if (lack) {
      this.defer(lack);
      return;
    }
    this.settle();
    this.event('Normal', 'ResizeStarted', 'Pod resize started');
    this.inProgress = this.condition('PodResizeInProgress');
    for (const r of changed) {
      const before = r.allocated;
      r.allocated = r.spec.resources;
      if (r.running && needsRestart(r, before)) this.p.restartResized(r);
    }
    this.timer?.dispose();
    this.timer = this.x.clock.after(TAKES, () => this.done());
    this.x.admission.freed();
  }

  /** Goes on with what an earlier process has begun. */
  restore(conditions: readonly Condition[]): void {
    this.pending = conditions.find((c) => c.type === 'PodResizePending');
    this.consider();
  }

  clear(): void {
    this.timer?.dispose();
    this.settle();
    this.inProgress = undefined;
  }

  private done(): void {
    for (const r of this.p.containers) if (r.running) r.actual = r.allocated;
    this.inProgress = undefined;
    this.event('Normal', 'ResizeCompleted', 'Pod resize completed');
    this.p.resized();
  }

  private defer(message: string): void {
    const { generation } = this.p.pod.metadata;
    if (this.pending?.observedGeneration !== generation) this.event('Warning', 'ResizeDeferred', 'Pod resize Deferred', message);
    this.pending = { ...this.condition('PodResizePending'), reason: 'Deferred', message, ...(this.pending ? { lastTransitionTime: this.pending.lastTransitionTime } : {}) };
    this.offFreed ??= this.x.admission.onFreed(() => {
      this.consider();
      this.p.resized();
    });
  }

  /** Nothing is waited for any more. */
  private settle(): void {
    this.pending = undefined;
    this.offFreed?.();
    this.offFreed = undefined;
  }

  private condition(type: string): Condition {
    const { generation } = this.p.pod.metadata;
    return { type, ...(generation === undefined ? {} : { observedGeneration: generation }), status: 'True', lastTransitionTime: formatTime(this.x.clock.now()) };
  }

  /** Tells what the containers are to have, as the kubelet does: a word and the resources as JSON. */
  private event(type: 'Normal' | 'Warning', reason: string, prefix: string, error?: string): void {
    const list = (kinds: readonly string[]): object[] => this.p.containers.filter((r) => kinds.includes(r.kind)).map((r) => ({ name: r.spec.name, resources: r.spec.resources ?? {} }));
    const init = list(['init', 'sidecar']);
    const summary = { ...(init.length ? { initContainers: init } : {}), containers: list(['main']), generation: this.p.pod.metadata.generation ?? 0, ...(error ? { error } : {}) };
    this.x.events.pod(this.p.pod, type, reason, `${prefix}: ${JSON.stringify(summary)}`);
  }
}

function isResizable(r: ContainerRecord): boolean {
  return r.kind === 'main' || r.kind === 'sidecar';
}

/** Whether a resource has changed whose policy asks for a restart. */
function needsRestart(r: ContainerRecord, before: Resources | undefined): boolean {
  const differs = (name: string): boolean => r.spec.resources?.requests?.[name] !== before?.requests?.[name] || r.spec.resources?.limits?.[name] !== before?.limits?.[name];
  return (r.spec.resizePolicy ?? []).some((p) => p.restartPolicy === 'RestartContainer' && differs(p.resourceName));
}

/** A pod's spec with the resources that its containers have been given, which differ from the wanted ones while a resize waits. */
export function givenSpec(spec: KubeObject['spec'], records: readonly ContainerRecord[]): KubeObject['spec'] {
  const given = (list: unknown): unknown =>
    (list as { name: string }[] | undefined)?.map((c) => {
      const allocated = records.find((r) => r.spec.name === c.name)?.allocated;
      return allocated ? { ...c, resources: allocated } : c;
    });
  return { ...spec, containers: given(spec.containers), ...(spec.initContainers ? { initContainers: given(spec.initContainers) } : {}) };
}
