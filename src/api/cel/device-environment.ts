import { addQuantity, compareQuantity, parseQuantity, quantityValue, subQuantity } from '../quantity';
import { newEnvironment } from './cel';
import type { Environment } from './cel';
import { compareSemver, parseSemver } from './semver';

/** What CEL sees of a capacity. */
export class Quantity {
  constructor(readonly text: string) {}
}

/** What CEL sees of a version. */
export class Semver {
  readonly parts;
  constructor(text: string) {
    this.parts = parseSemver(text);
  }
}

/** What CEL sees of a device. */
export class DeviceView {
  constructor(
    readonly driver: string,
    readonly attributes: Map<string, unknown>,
    readonly capacity: Map<string, unknown>,
    readonly allowMultipleAllocations: boolean,
  ) {}
}

let environment: Environment | undefined;

/** The environment of expressions over `device` (KEP-4381); the library is loaded when the first is met. */
export function deviceEnvironment(): Environment {
  return (environment ??= makeEnvironment());
}

function makeEnvironment(): Environment {
  const fields = { driver: 'string', attributes: 'map<string, map<string, dyn>>', capacity: 'map<string, map<string, Quantity>>', allowMultipleAllocations: 'bool' };
  const env = newEnvironment()
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
