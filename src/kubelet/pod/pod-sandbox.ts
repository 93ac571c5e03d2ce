import type { KubeObject } from '../../api/meta/object';
import type { Clock } from '../../util/clock';
import type { ManagedNode } from '../node/managed-node';
import type { PodEvents } from './pod-events';

/** Milliseconds after which a node without an address for a pod tries again. */
const RETRY = 10_000;

/** A pod's network: its node's address for pods on the host network, else one of the node's block while the pod lives. */
export class PodSandbox {
  ip = '';
  ready = false;
  private held = false;

  constructor(
    private readonly x: { clock: Clock; events: PodEvents },
    private readonly node: ManagedNode,
    private readonly hostNetwork: boolean,
  ) {}

  /** Whether it is there now; when the node has no address left, that is told and tried again later. */
  ensure(pod: KubeObject, wakeAt: (time: number) => void): boolean {
    if (this.ready) return true;
    try {
      this.ip = this.hostNetwork ? this.node.ip : this.node.takeIP();
    } catch (e) {
      this.x.events.pod(pod, 'Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${(e as Error).message}`);
      wakeAt(this.x.clock.now() + RETRY);
      return false;
    }
    this.held = !this.hostNetwork;
    this.ready = true;
    return true;
  }

  /** The pod has this address from before. */
  claim(ip: string): void {
    this.ip = ip;
    this.ready = ip !== '';
    this.held = !this.hostNetwork && this.ready;
    if (this.held) this.node.claimIP(ip);
  }

  giveBack(): void {
    if (this.held) this.node.giveBackIP(this.ip);
    this.held = this.ready = false;
  }
}
