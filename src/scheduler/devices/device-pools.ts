import type { KubeObject } from '../../api/meta/object';
import { quantityValue } from '../../api/quantity';
import type { NodeInfo } from '../cache/node-info';
import { NodeSelector } from '../../api/selectors/node-selector';
import type { Device, NodeSelectorSpec, SliceSpec } from './device-types';
import { deviceId } from './device-types';

/** A device with what it belongs to. */
export interface PooledDevice {
  id: string;
  pool: DevicePool;
  device: Device;
  /** Where it can be used: one node, those of a selector, or all. */
  place: { nodeName?: string; nodeSelector?: NodeSelectorSpec; selector?: NodeSelector };
}

/** The slices of the newest generation of a driver's pool, put together. */
export interface DevicePool {
  driver: string;
  name: string;
  /** Not all slices of the generation are there yet; nothing is taken from it. */
  incomplete: boolean;
  /** Two devices have one name; nothing is taken from it. */
  invalid: boolean;
  devices: PooledDevice[];
  /** What the devices draw from together, as `set/counter`. */
  counters: ReadonlyMap<string, number>;
}

/** All pools of a cluster, found by node. Pools and slices come in the order of their names, so that the same devices are tried first every time. */
export class DevicePools {
  readonly all: readonly DevicePool[];
  private readonly byNode = new Map<string, PooledDevice[]>();
  private readonly others: PooledDevice[] = [];

  constructor(slices: readonly KubeObject[]) {
    this.all = gather(slices);
    for (const pool of this.all) {
      if (pool.incomplete || pool.invalid) continue;
      for (const d of pool.devices) {
        if (d.place.nodeName === undefined) this.others.push(d);
        else if (this.byNode.has(d.place.nodeName)) this.byNode.get(d.place.nodeName)!.push(d);
        else this.byNode.set(d.place.nodeName, [d]);
      }
    }
  }

  /** Devices that can be used on a node: its own first. */
  on(node: NodeInfo): PooledDevice[] {
    const own = this.byNode.get(node.name) ?? [];
    const shared = this.others.filter((d) => d.place.selector?.matches(node) ?? true);
    return [...own, ...shared];
  }

  /** Pools with devices for the node from which nothing can be taken now. */
  unusableOn(node: NodeInfo): DevicePool[] {
    return this.all.filter((p) => (p.incomplete || p.invalid) && p.devices.some((d) => (d.place.nodeName === undefined ? (d.place.selector?.matches(node) ?? true) : d.place.nodeName === node.name)));
  }
}

function gather(slices: readonly KubeObject[]): DevicePool[] {
  const newest = new Map<string, { generation: number; slices: KubeObject[] }>();
  for (const slice of slices) {
    const { driver, pool } = slice['spec'] as SliceSpec;
    const key = `${driver}/${pool.name}`;
    const known = newest.get(key);
    if (!known || known.generation < pool.generation) newest.set(key, { generation: pool.generation, slices: [slice] });
    else if (known.generation === pool.generation) known.slices.push(slice);
  }
  const sorted = [...newest].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([, p]) => build(p.slices.sort((a, b) => (a.metadata.name! < b.metadata.name! ? -1 : 1)).map((s) => s['spec'] as SliceSpec)));
}

function build(slices: readonly SliceSpec[]): DevicePool {
  const { driver, pool } = slices[0]!;
  const counters = new Map<string, number>();
  for (const s of slices) for (const set of s.sharedCounters ?? []) for (const [name, c] of Object.entries(set.counters)) counters.set(`${set.name}/${name}`, quantityValue(c.value));
  const made: DevicePool = { driver, name: pool.name, incomplete: slices.length !== pool.resourceSliceCount, invalid: false, devices: [], counters };
  for (const slice of slices) {
    for (const device of slice.devices ?? []) {
      const { nodeName, nodeSelector, allNodes } = slice.perDeviceNodeSelection ? device : slice;
      if (!nodeName && !nodeSelector && !allNodes) continue;
      const place = nodeName ? { nodeName } : nodeSelector ? { nodeSelector, selector: new NodeSelector(nodeSelector.nodeSelectorTerms) } : {};
      made.devices.push({ id: deviceId({ driver, pool: pool.name, device: device.name }), pool: made, device, place });
    }
  }
  made.invalid = new Set(made.devices.map((d) => d.id)).size < made.devices.length;
  return made;
}
