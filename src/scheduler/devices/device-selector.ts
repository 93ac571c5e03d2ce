import { deviceEnvironment, DeviceView, Quantity, Semver } from '../../api/cel/device-environment';
import { LruMap } from '../../util/lru-map';
import type { AttributeValue, Device } from './device-types';

type Domains<V> = Map<string, Map<string, V>>;

/** A domain that the device says nothing about is there, and empty. The library knows maps by their class, so this is no class of its own. */
function lenient<V>(domains: Domains<V>): Domains<V> {
  const get = domains.get.bind(domains);
  domains.get = (domain) => get(domain) ?? new Map<string, V>();
  return domains;
}

type Compiled = (view: DeviceView) => boolean;
const MOST_EXPRESSIONS = 256;

/** CEL expressions over `device`, each compiled once. */
export class DeviceSelectors {
  private readonly compiled = new LruMap<string, Compiled>(MOST_EXPRESSIONS);
  private readonly views = new WeakMap<Device, DeviceView>();

  /** Whether an expression is true of a device. @throws Error when it does not compile, fails, or gives no boolean */
  matches(expression: string, driver: string, device: Device): boolean {
    let fn = this.compiled.get(expression);
    if (!fn) this.compiled.set(expression, (fn = this.compile(expression)));
    let view = this.views.get(device);
    if (!view) this.views.set(device, (view = viewOf(driver, device)));
    return fn(view);
  }

  private compile(expression: string): Compiled {
    const environment = deviceEnvironment();
    const { valid, type, error } = environment.check(expression);
    if (!valid) throw new Error(`CEL compile error: ${firstLine(error)}`);
    if (type !== 'bool' && type !== 'dyn') throw new Error(`CEL compile error: must evaluate to bool, not ${type}`);
    const program = environment.parse(expression);
    return (device) => {
      let value: unknown;
      try {
        value = program({ device });
      } catch (e) {
        throw new Error(`CEL runtime error: ${firstLine(e as Error)}`, { cause: e });
      }
      if (typeof value !== 'boolean') throw new Error('CEL runtime error: the expression gives no bool');
      return value;
    };
  }
}

function firstLine(e: Error | undefined): string {
  return (e?.message ?? 'unknown').split('\n')[0]!;
}

function viewOf(driver: string, device: Device): DeviceView {
  const grouped = <T, V>(from: Record<string, T> | undefined, convert: (v: T) => V): Domains<V> => {
    const domains: Domains<V> = new Map();
    for (const [name, v] of Object.entries(from ?? {})) {
      const [domain, id] = qualified(name, driver);
      if (!domains.has(domain)) domains.set(domain, new Map<string, V>());
      domains.get(domain)!.set(id, convert(v));
    }
    return lenient(domains);
  };
  return new DeviceView(driver, grouped(device.attributes, attribute), grouped(device.capacity, (c) => new Quantity(c.value)), device.allowMultipleAllocations === true);
}

/** Names without a domain belong to the driver's. */
export function qualified(name: string, driver: string): [domain: string, id: string] {
  const i = name.indexOf('/');
  return i < 0 ? [driver, name] : [name.slice(0, i), name.slice(i + 1)];
}

function attribute(v: AttributeValue): unknown {
  if (v.int !== undefined) return BigInt(v.int);
  if (v.bool !== undefined) return v.bool;
  return v.version !== undefined ? new Semver(v.version) : v.string;
}
