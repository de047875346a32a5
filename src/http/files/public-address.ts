import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The range that `ipaddr.js` gives to addresses outside of the special-purpose blocks, which it has from IANA's registries. */
const ORDINARY = 'unicast';

/** Azure's host service has an ordinary address. */
const AZURE_HOST = '168.63.129.16';

/** The only block of IPv6 for global unicast. Outside of it, IPv4-compatible addresses and unassigned blocks also count as ordinary. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** NAT64: the last 32 bits are the IPv4 address that is reached. */
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/**
 * The one notation of an IP address: IPv4 also for an address that reaches it as IPv6 (mapped, or over NAT64). Other text stays
 * as it is.
 */
export function plainAddress(text: string): string {
  const [withoutZone = ''] = text.split('%');
  if (isIP(withoutZone) === 0) return text;
  const address = ipaddr.process(withoutZone);
  if (address instanceof ipaddr.IPv6 && address.match(NAT64)) return lastIPv4(address).toString();
  return address.toNormalizedString();
}

/** Whether the text is an IP address of the public Internet. An address with a zone (`%eth0`) is not. */
export function isPublicAddress(text: string): boolean {
  // `ipaddr.js` also takes forms that are no address for Node, such as `127.1` and `0x7f000001`.
  if (isIP(text) === 0 || text.includes('%') || !ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address instanceof ipaddr.IPv4) return isPublicIPv4(address);
  if (address.match(NAT64)) return isPublicIPv4(lastIPv4(address));
  return address.match(GLOBAL_IPV6) && address.range() === ORDINARY;
}

function lastIPv4(address: ipaddr.IPv6): ipaddr.IPv4 {
  return new ipaddr.IPv4(address.toByteArray().slice(12));
}

function isPublicIPv4(address: ipaddr.IPv4): boolean {
  return address.range() === ORDINARY && address.toString() !== AZURE_HOST;
}
