import { BlockList, isIPv6 } from 'node:net';

const family = (address: string): 'ipv4' | 'ipv6' => (isIPv6(address) ? 'ipv6' : 'ipv4');

/** Whether the block, such as 10.96.0.0/16, holds the address. */
export function holdsAddress(cidr: string, address: string): boolean {
  const [net, bits] = cidr.split('/') as [string, string];
  if (family(net) !== family(address)) return false;
  const list = new BlockList();
  list.addSubnet(net, Number(bits), family(net));
  return list.check(address, family(address));
}

/** Whether the block holds all of another, or is the same. */
export function holdsBlock(cidr: string, other: string): boolean {
  const [net, bits] = other.split('/') as [string, string];
  return Number(cidr.split('/')[1]) <= Number(bits) && holdsAddress(cidr, net);
}

export function overlap(a: string, b: string): boolean {
  return holdsBlock(a, b) || holdsBlock(b, a);
}
