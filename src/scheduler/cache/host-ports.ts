import type { HostPort } from './pod-info';

const ANY = '0.0.0.0';

/** Host ports in use on a node, by address; the same port may be counted more than once while pods are tried out. */
export class HostPorts {
  private readonly used = new Map<string, Map<string, number>>();

  get empty(): boolean {
    return this.used.size === 0;
  }

  add(p: HostPort): void {
    let ports = this.used.get(p.ip);
    if (!ports) this.used.set(p.ip, (ports = new Map()));
    const key = keyOf(p);
    ports.set(key, (ports.get(key) ?? 0) + 1);
  }

  remove(p: HostPort): void {
    const ports = this.used.get(p.ip);
    const key = keyOf(p);
    const left = (ports?.get(key) ?? 0) - 1;
    if (left > 0) ports!.set(key, left);
    else ports?.delete(key);
    if (ports?.size === 0) this.used.delete(p.ip);
  }

  /** Whether a port is taken: on the same address, on all, or on any when all are wanted. */
  conflicts(p: HostPort): boolean {
    if (this.used.size === 0) return false;
    const key = keyOf(p);
    if (p.ip === ANY) {
      for (const ports of this.used.values()) if (ports.has(key)) return true;
      return false;
    }
    return (this.used.get(ANY)?.has(key) ?? false) || (this.used.get(p.ip)?.has(key) ?? false);
  }
}

function keyOf(p: HostPort): string {
  return `${p.protocol}/${p.port}`;
}
