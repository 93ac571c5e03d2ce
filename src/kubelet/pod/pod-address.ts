import type { ManagedNode } from '../node/managed-node';

/** A pod's address: its node's for pods on the host network, else one of the node's block while the pod lives. */
export class PodAddress {
  ip = '';
  private held = false;

  constructor(
    private readonly node: ManagedNode,
    private readonly hostNetwork: boolean,
  ) {}

  /** @throws Error when the node has none left */
  take(): void {
    this.ip = this.hostNetwork ? this.node.ip : this.node.takeIP();
    this.held = !this.hostNetwork;
  }

  /** The pod has this one from before. */
  claim(ip: string): void {
    this.ip = ip;
    this.held = !this.hostNetwork && ip !== '';
    if (this.held) this.node.claimIP(ip);
  }

  giveBack(): void {
    if (this.held) this.node.giveBackIP(this.ip);
    this.held = false;
  }
}
