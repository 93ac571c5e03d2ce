import type { KubeObject } from '../../api/meta/object';
import { formatTime } from '../../api/meta/time';
import type { EventType } from '../../client/event-recorder';
import type { Clock } from '../../util/clock';
import type { Random } from '../../util/random';
import type { ImageStore } from '../images/image-store';
import type { ContainerConfig, Exit, Runtime } from '../runtime/runtime';
import type { ConfigSource } from './config-source';
import { UNKNOWN } from './config-source';
import type { ContainerRecord } from './container';
import { environmentOf, expand } from './environment';
import { formatGoDuration } from '../../api/meta/go-duration';
import { runHook } from './hooks';
import { ImagePuller } from './image-puller';
import type { PodEvents } from './pod-events';
import { restarts } from './restart-policy';

/** How a container ended is shown that long before it is shown as being held back. */
const END_SHOWN = 1000;

export interface StarterContext {
  clock: Clock;
  random: Random;
  runtime: Runtime;
  images: ImageStore;
  config: ConfigSource;
  events: PodEvents;
}

/** What the starter has to know of the pod whose containers it starts. */
export interface StarterPod {
  pod: KubeObject;
  nodeName: string;
  hostIP: string;
  podIP: string;
  /** Names of the images that the node is said to have (status.images). */
  listedImages(): readonly string[];
  /** Looks at the pod again at that time. */
  wakeAt(time: number): void;
  /** Looks at the pod again when ConfigMaps or Secrets have changed. */
  wakeOnConfig(): void;
  started(r: ContainerRecord): void;
  /** The container's postStart hook has failed. */
  hookFailed(r: ContainerRecord): void;
  exited(r: ContainerRecord, id: string, e: Exit): void;
}

/** Brings single containers to run: image, back-off, environment, start; and says what holds them up. */
export class ContainerStarter {
  private readonly puller: ImagePuller;

  constructor(
    private readonly x: StarterContext,
    private readonly p: StarterPod,
  ) {
    this.puller = new ImagePuller(x.images, p, this);
  }

  /** Starts a container that should run and does not, as far as that is possible now. */
  ensure(r: ContainerRecord): void {
    if (r.running) return;
    const now = this.x.clock.now();
    const policy = (this.p.pod['spec'].restartPolicy as string | undefined) ?? 'Always';
    if (r.state.terminated ?? r.state.waiting?.reason === 'CrashLoopBackOff') {
      if (r.state.terminated) {
        if (!restarts(r, policy, r.state.terminated.exitCode) && !r.killing?.free) return;
      }
      if (!r.killing?.free) {
        if (this.heldBack(r, now)) return;
        r.crashes.next(now);
      }
      if (r.state.terminated) r.last = r.state.terminated;
      r.state = { waiting: { reason: r.kind === 'main' ? 'ContainerCreating' : 'PodInitializing' } };
      r.restarts++;
    }
    if (this.puller.hasImage(r, now)) this.start(r, now);
  }

  event(r: ContainerRecord, type: EventType, reason: string, message: string): void {
    const list = r.kind === 'main' ? 'containers' : r.kind === 'ephemeral' ? 'ephemeralContainers' : 'initContainers';
    this.x.events.container(this.p.pod, list, r.spec.name, type, reason, message);
  }

  private heldBack(r: ContainerRecord, now: number): boolean {
    const left = r.crashes.remaining(r.endedAt, now);
    if (left <= 0) return false;
    const { namespace, name, uid } = this.p.pod.metadata;
    const pod = `${name}_${namespace}(${uid})`;
    const shown = r.endedAt + END_SHOWN - now;
    if (r.state.terminated && shown > 0) {
      if (!r.toldBackoff) this.event(r, 'Warning', 'BackOff', `Back-off restarting failed container ${r.spec.name} in pod ${pod}`);
      r.toldBackoff = true;
      this.p.wakeAt(now + Math.min(shown, left));
      return true;
    }
    if (r.state.terminated) r.last = r.state.terminated;
    r.state = { waiting: { reason: 'CrashLoopBackOff', message: `back-off ${formatGoDuration(r.crashes.current)} restarting failed container=${r.spec.name} pod=${pod}` } };
    this.p.wakeAt(now + left);
    return true;
  }

  private start(r: ContainerRecord, now: number): void {
    const { pod, nodeName, hostIP, podIP } = this.p;
    const resolved = environmentOf(this.x.config, pod, r.spec, { nodeName, hostIP, podIP });
    if (resolved === UNKNOWN) {
      this.p.wakeOnConfig();
      return;
    }
    if ('missing' in resolved) {
      this.p.wakeOnConfig();
      if (r.state.waiting?.message === resolved.missing) return;
      this.event(r, 'Warning', 'Failed', `Error: ${resolved.missing}`);
      r.state = { waiting: { reason: 'CreateContainerConfigError', message: resolved.missing } };
      return;
    }
    if (r.previousId) this.x.runtime.remove(r.previousId);
    r.previousId = r.id;
    const id = (r.id = containerId(this.x.random));
    r.startedAt = now;
    r.actual = r.allocated;
    r.state = { running: { startedAt: formatTime(now) } };
    r.started = !r.spec.startupProbe;
    r.ready = r.started && !r.spec.readinessProbe;
    r.killing = undefined;
    r.stopping = r.toldBackoff = false;
    this.x.runtime.start(this.configOf(r, resolved.env), (e) => this.p.exited(r, id, e));
    this.event(r, 'Normal', 'Created', 'Container created');
    this.event(r, 'Normal', 'Started', 'Container started');
    this.p.started(r);
    const hook = r.spec.lifecycle?.postStart;
    if (hook) void runHook(this.x, id, hook).then((ok) => this.hookOver(r, id, ok));
  }

  private hookOver(r: ContainerRecord, id: string, ok: boolean): void {
    if (ok || r.id !== id || !r.running || r.stopping) return;
    this.event(r, 'Warning', 'FailedPostStartHook', 'PostStartHook failed');
    this.p.hookFailed(r);
  }

  /** Goes on with a container that an earlier process has started. */
  resume(r: ContainerRecord): void {
    const { id } = r;
    const { pod, nodeName, hostIP, podIP } = this.p;
    const resolved = environmentOf(this.x.config, pod, r.spec, { nodeName, hostIP, podIP });
    this.x.images.add(nodeName, r.spec.image);
    this.x.runtime.start(this.configOf(r, resolved !== UNKNOWN && 'env' in resolved ? resolved.env : []), (e) => this.p.exited(r, id, e), r.startedAt);
  }

  private configOf(r: ContainerRecord, env: ContainerConfig['env']): ContainerConfig {
    const { pod, nodeName } = this.p;
    const { name, image, command = [], args = [] } = r.spec;
    const known = new Map(env.map((e) => [e.name, e.value ?? '']));
    const expanded = (list: readonly string[]): string[] => list.map((a) => expand(a, known));
    return { id: r.id, pod, nodeName, name, image, command: expanded(command), args: expanded(args), env };
  }
}

function containerId(random: Random): string {
  return `${random.uuid()}${random.uuid()}`.replaceAll('-', '');
}
