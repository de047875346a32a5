import { BlockList, isIP } from 'node:net';

/**
 * The blocks of IPv4 addresses that are not for the public Internet, by IANA's registry of special-purpose addresses, with
 * multicast and what is reserved behind it, and the address under which Azure's machines reach their host.
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
 * Of IPv6 only the block of global addresses counts as public, without what is special in it (protocols and Teredo,
 * documentation, 6to4); and NAT64, as far as the IPv4 address inside is public. Everything else has its place outside:
 * loopback, link-local, unique-local, multicast, IPv4-mapped and IPv4-compatible addresses.
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

/** Whether this is the text of an IP address that anybody on the Internet may be reached under. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !special.check(address, 'ipv4');
  return family === 6 && global.check(address, 'ipv6') && !special.check(address, 'ipv6');
}
