import type { ClaimDevices, ConstraintSpec, Device } from './device-types';
import { qualified } from './device-selector';

/** A rule over several devices of a claim; devices are added while they satisfy it and taken out again in reverse. */
interface Constraint {
  /** False when the device would break it; then it was not added. */
  add(driver: string, device: Device): boolean;
  remove(driver: string, device: Device): void;
}

/** The constraints of a claim, as far as each request is concerned. */
export class ClaimConstraints {
  private readonly constraints: { requests: readonly string[]; rule: Constraint }[];

  constructor(devices: ClaimDevices) {
    this.constraints = (devices.constraints ?? []).map((c) => ({ requests: c.requests ?? [], rule: make(c) }));
  }

  /** Adds a device allocated for `request` (`parent/alternative` for alternatives); false when a constraint would be broken. */
  add(request: string, driver: string, device: Device): boolean {
    const concerned = this.of(request);
    for (let i = 0; i < concerned.length; i++) {
      if (concerned[i]!.add(driver, device)) continue;
      while (--i >= 0) concerned[i]!.remove(driver, device);
      return false;
    }
    return true;
  }

  remove(request: string, driver: string, device: Device): void {
    for (const rule of this.of(request)) rule.remove(driver, device);
  }

  private of(request: string): Constraint[] {
    const parent = request.split('/')[0]!;
    return this.constraints.filter((c) => !c.requests.length || c.requests.includes(request) || c.requests.includes(parent)).map((c) => c.rule);
  }
}

function make(c: ConstraintSpec): Constraint {
  if (c.matchAttribute !== undefined) return matching(c.matchAttribute);
  if (c.distinctAttribute !== undefined) return distinct(c.distinctAttribute);
  throw new Error('empty constraint (unsupported constraint type?)');
}

/** All devices have the attribute, with one value. */
function matching(attribute: string): Constraint {
  let n = 0;
  let wanted: string | undefined;
  return {
    add(driver, device) {
      const v = valueOf(attribute, driver, device);
      if (v === undefined || (n > 0 && v !== wanted)) return false;
      wanted = v;
      n++;
      return true;
    },
    remove: () => void n--,
  };
}

/** All devices have the attribute, each with another value. */
function distinct(attribute: string): Constraint {
  const seen = new Set<string>();
  return {
    add(driver, device) {
      const v = valueOf(attribute, driver, device);
      if (v === undefined || seen.has(v)) return false;
      seen.add(v);
      return true;
    },
    remove: (driver, device) => void seen.delete(valueOf(attribute, driver, device)!),
  };
}

/** The value with its type, as a text; attributes are found with their domain and, when that is the driver's, without. */
function valueOf(attribute: string, driver: string, device: Device): string | undefined {
  const [domain, id] = qualified(attribute, driver);
  const v = device.attributes?.[attribute] ?? (domain === driver ? device.attributes?.[id] : undefined);
  return v && JSON.stringify(v);
}
