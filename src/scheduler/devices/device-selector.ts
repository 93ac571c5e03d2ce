import { createRequire } from 'node:module';
import { addQuantity, compareQuantity, parseQuantity, quantityValue, subQuantity } from '../../api/quantity';
import { LruMap } from '../../util/lru-map';
import type { AttributeValue, Device } from './device-types';
import { compareSemver, parseSemver } from './semver';

/** The part of the CEL library that is used; it is loaded when the first selector is met. */
interface Cel {
  Environment: new (o: object) => Environment;
}
interface Environment {
  registerType(name: string, o: unknown): Environment;
  registerVariable(name: string, type: string): Environment;
  registerFunction(signature: string, fn: (...args: never[]) => unknown): Environment;
  check(expression: string): { valid: boolean; type?: string; error?: Error };
  parse(expression: string): (variables: object) => unknown;
}

class Quantity {
  constructor(readonly text: string) {}
}

class Semver {
  readonly parts;
  constructor(text: string) {
    this.parts = parseSemver(text);
  }
}

class DeviceView {
  constructor(
    readonly driver: string,
    readonly attributes: Map<string, unknown>,
    readonly capacity: Map<string, unknown>,
    readonly allowMultipleAllocations: boolean,
  ) {}
}

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
  private environment: Environment | undefined;

  /** Whether an expression is true of a device. @throws Error when it does not compile, fails, or gives no boolean */
  matches(expression: string, driver: string, device: Device): boolean {
    let fn = this.compiled.get(expression);
    if (!fn) this.compiled.set(expression, (fn = this.compile(expression)));
    let view = this.views.get(device);
    if (!view) this.views.set(device, (view = viewOf(driver, device)));
    return fn(view);
  }

  private compile(expression: string): Compiled {
    const environment = (this.environment ??= makeEnvironment());
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

function makeEnvironment(): Environment {
  const { Environment } = createRequire(__filename)('@marcbachmann/cel-js') as Cel;
  const fields = { driver: 'string', attributes: 'map<string, map<string, dyn>>', capacity: 'map<string, map<string, Quantity>>', allowMultipleAllocations: 'bool' };
  const env = new Environment({ unlistedVariablesAreDyn: false, enableOptionalTypes: true })
    .registerType('Semver', Semver)
    .registerType('Quantity', Quantity)
    .registerType('Device', { ctor: DeviceView, fields })
    .registerVariable('device', 'Device');
  const holds = (parse: (s: string) => unknown, s: string): boolean => {
    try {
      parse(s);
      return true;
    } catch {
      return false;
    }
  };
  const quantities = (a: Quantity, b: Quantity): number => compareQuantity(a.text, b.text);
  const versions = (a: Semver, b: Semver): number => compareSemver(a.parts, b.parts);
  return env
    .registerFunction('quantity(string): Quantity', (s: string) => new Quantity((parseQuantity(s), s)))
    .registerFunction('isQuantity(string): bool', (s: string) => holds(parseQuantity, s))
    .registerFunction('Quantity.compareTo(Quantity): int', (a: Quantity, b: Quantity) => BigInt(quantities(a, b)))
    .registerFunction('Quantity.isGreaterThan(Quantity): bool', (a: Quantity, b: Quantity) => quantities(a, b) > 0)
    .registerFunction('Quantity.isLessThan(Quantity): bool', (a: Quantity, b: Quantity) => quantities(a, b) < 0)
    .registerFunction('Quantity.sign(): int', (a: Quantity) => BigInt(compareQuantity(a.text, '0')))
    .registerFunction('Quantity.asInteger(): int', (a: Quantity) => BigInt(quantityValue(a.text)))
    .registerFunction('Quantity.asApproximateFloat(): double', (a: Quantity) => quantityValue(a.text))
    .registerFunction('Quantity.add(Quantity): Quantity', (a: Quantity, b: Quantity) => new Quantity(addQuantity(a.text, b.text)))
    .registerFunction('Quantity.sub(Quantity): Quantity', (a: Quantity, b: Quantity) => new Quantity(subQuantity(a.text, b.text)))
    .registerFunction('semver(string): Semver', (s: string) => new Semver(s))
    .registerFunction('isSemver(string): bool', (s: string) => holds(parseSemver, s))
    .registerFunction('Semver.compareTo(Semver): int', (a: Semver, b: Semver) => BigInt(versions(a, b)))
    .registerFunction('Semver.isGreaterThan(Semver): bool', (a: Semver, b: Semver) => versions(a, b) > 0)
    .registerFunction('Semver.isLessThan(Semver): bool', (a: Semver, b: Semver) => versions(a, b) < 0)
    .registerFunction('Semver.major(): int', (a: Semver) => BigInt(a.parts.numbers[0]!))
    .registerFunction('Semver.minor(): int', (a: Semver) => BigInt(a.parts.numbers[1]!))
    .registerFunction('Semver.patch(): int', (a: Semver) => BigInt(a.parts.numbers[2]!));
}
