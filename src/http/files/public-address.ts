import { BlockList, isIP } from 'node:net';

/**
 * IPv4 blocks that are not part of the public Internet: IANA's registry of special-purpose addresses, multicast and the
 * reserved range above it, and the address of Azure's host service.
 */
const SPECIAL_IPV4: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

/**
 * Only global unicast IPv6 addresses count as public, except for the special blocks among them (protocol assignments and Teredo,
 * documentation, 6to4), and NAT64 addresses if the embedded IPv4 address is public. That excludes loopback, link-local,
 * unique-local, multicast, IPv4-mapped and IPv4-compatible addresses.
 */
const GLOBAL_IPV6: readonly [string, number][] = [
  ['2000::', 3],
  ['64:ff9b::', 96],
];
const SPECIAL_IPV6: readonly [string, number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const special = new BlockList();
for (const [net, bits] of SPECIAL_IPV4) {
  special.addSubnet(net, bits, 'ipv4');
  special.addSubnet(`64:ff9b::${net}`, 96 + bits, 'ipv6');
}
for (const [net, bits] of SPECIAL_IPV6) special.addSubnet(net, bits, 'ipv6');

const global = new BlockList();
for (const [net, bits] of GLOBAL_IPV6) global.addSubnet(net, bits, 'ipv6');

/** Whether the text is an IP address of the public Internet. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !special.check(address, 'ipv4');
  return family === 6 && global.check(address, 'ipv6') && !special.check(address, 'ipv6');
}
