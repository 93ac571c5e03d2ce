import type { KubeObject } from '../../api/meta/object';
import { quantityValue } from '../../api/quantity';
import { IpPool } from './ip-pool';
import type { PressureCondition } from './pressure';
import { pressuresOf } from './pressure';

/** A node that is simulated here. */
export class ManagedNode {
  readonly name: string;
  /** Stages decide what its status says. */
  staged = false;
  private pool: IpPool | undefined;

  constructor(
    public object: KubeObject,
    /** Addresses for pods while the node has no block of its own, or when that is used up. */
    private readonly spare: IpPool,
    private readonly fallbackIP: string,
  ) {
    this.name = object.metadata.name!;
  }

  /** The node's own address: what pods have as hostIP. */
  get ip(): string {
    const addresses = (this.object['status']?.addresses ?? []) as { type: string; address: string }[];
    return addresses.find((a) => a.type === 'InternalIP')?.address ?? this.fallbackIP;
  }

  /** The conditions under which the node sends pods away: those that its annotation names. */
  get pressures(): readonly PressureCondition[] {
    return pressuresOf(this.object);
  }

  /** The node's capacity of a resource in whole units; 0 when it has none. */
  capacityOf(resource: string): number {
    return quantityValue(((this.object['status']?.capacity ?? {}) as Record<string, string>)[resource] ?? '0');
  }

  /** Names of the images that the node is said to have. */
  get images(): readonly string[] {
    const images = (this.object['status']?.images ?? []) as { names?: string[] }[];
    return images.flatMap((i) => i.names ?? []);
  }

  takeIP(): string {
    const ip = this.block()?.take() ?? this.spare.take();
    if (ip === undefined) throw new Error(`node ${this.name} has no address left for another pod`);
    return ip;
  }

  /** Marks an address as in use that a pod has from before. */
  claimIP(ip: string): void {
    if (!this.block()?.claim(ip)) this.spare.claim(ip);
  }

  giveBackIP(ip: string): void {
    this.pool?.giveBack(ip);
    this.spare.giveBack(ip);
  }

  private block(): IpPool | undefined {
    const cidr = this.object['spec']?.podCIDR as string | undefined;
    if (!this.pool && cidr && /^\d+\.\d+\.\d+\.\d+\//.test(cidr)) this.pool = new IpPool(cidr);
    return this.pool;
  }
}
