import type { KubeObject } from '../../api/meta/object';
import { keyOf } from '../../api/meta/object';
import type { Caches, Informer } from '../../client/informer';
import { DEVICE_CLASSES, RESOURCE_CLAIMS, RESOURCE_SLICES } from '../../client/resources';
import { DevicePools } from './device-pools';
import type { Allocation } from './device-types';
import { allocationOf, deviceId } from './device-types';

/** What is known of devices and claims: the objects of the server, and allocations that are on their way to it. */
export class DeviceClaims {
  readonly claims: Informer;
  private readonly slices: Informer;
  private readonly classes: Informer;
  /** Allocations that were decided and are being written, by the claim's uid. */
  private readonly pending = new Map<string, Allocation>();
  private pools: DevicePools | undefined;
  private inUse: Set<string> | undefined;

  constructor(caches: Caches) {
    // Servers older than 1.34 have none of these.
    this.claims = caches.informer(RESOURCE_CLAIMS, { optional: true });
    this.slices = caches.informer(RESOURCE_SLICES, { optional: true });
    this.classes = caches.informer(DEVICE_CLASSES, { optional: true });
    const repool = (): void => void (this.pools = undefined);
    this.slices.subscribe({ added: repool, updated: repool, deleted: repool });
    const recount = (claim: KubeObject): void => {
      // From now on the server's word counts.
      if (allocationOf(claim)) this.pending.delete(claim.metadata.uid!);
      this.inUse = undefined;
    };
    this.claims.subscribe({
      added: recount,
      updated: recount,
      deleted: (claim) => {
        this.pending.delete(claim.metadata.uid!);
        this.inUse = undefined;
      },
    });
  }

  deviceClass(name: string): KubeObject | undefined {
    return this.classes.get(name);
  }

  devicePools(): DevicePools {
    return (this.pools ??= new DevicePools(this.slices.list()));
  }

  /** Ids of the devices that somebody has, administrators aside. */
  devicesInUse(): ReadonlySet<string> {
    if (this.inUse) return this.inUse;
    const allocations = [...this.claims.list().map(allocationOf), ...this.pending.values()];
    this.inUse = new Set(allocations.flatMap((a) => a?.devices.results ?? []).filter((r) => !r.adminAccess).map(deviceId));
    return this.inUse;
  }

  isPending(claim: KubeObject): boolean {
    return this.pending.has(claim.metadata.uid!);
  }

  assume(claim: KubeObject, allocation: Allocation): void {
    this.pending.set(claim.metadata.uid!, allocation);
    this.inUse = undefined;
  }

  forget(claim: KubeObject): void {
    if (this.pending.delete(claim.metadata.uid!)) this.inUse = undefined;
  }

  /** The newest version of a claim; undefined when it is gone or was made again. */
  latest(claim: KubeObject): KubeObject | undefined {
    const now = this.claims.get(keyOf(claim));
    return now?.metadata.uid === claim.metadata.uid ? now : undefined;
  }
}
