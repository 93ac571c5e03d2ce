/** The addresses that load balancers get, lowest first; written as the API does. */
export class AddressPool {
  /** `prefix` is followed by a number, `count` addresses from 1 on. */
  constructor(
    private readonly prefix: string,
    private readonly count: number,
    private readonly write: (n: number) => string,
  ) {}

  /** @throws Error when all are taken */
  free(taken: ReadonlySet<string>): string {
    for (let n = 1; n <= this.count; n++) {
      const address = this.prefix + this.write(n);
      if (!taken.has(address)) return address;
    }
    throw new Error(`all ${this.count} addresses of load balancers are taken`);
  }
}

/** Addresses in 172.30.0.0/16 and fd00:172:30::/112. */
export const IPV4 = new AddressPool('172.30.', 65_000, (n) => `${n >> 8}.${n & 255}`);
export const IPV6 = new AddressPool('fd00:172:30::', 65_000, (n) => n.toString(16));
