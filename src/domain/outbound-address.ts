import ipaddr from 'ipaddr.js';

/**
 * Which IP addresses a request that somebody else chose may go to: public ones only. An address that is not clearly
 * public is refused, in every spelling. An IPv6 form that carries an IPv4 address is judged by that.
 */
export function isPublicAddress(address: string): boolean {
  const parsed = parse(address);
  if (parsed === undefined) return false;
  return parsed.kind() === 'ipv4' ? isPublicV4(parsed as ipaddr.IPv4) : isPublicV6(parsed as ipaddr.IPv6);
}

export function isLoopbackAddress(address: string): boolean {
  return parse(address)?.range() === 'loopback';
}

/** Four decimal parts or an IPv6 address without a zone: shorter and octal forms mean other addresses elsewhere. */
function parse(address: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (!address.includes(':')) return parseV4(address);
  const hexadecimal = withoutDottedTail(address);
  return hexadecimal !== undefined && !hexadecimal.includes('%') && ipaddr.IPv6.isValid(hexadecimal)
    ? ipaddr.IPv6.parse(hexadecimal)
    : undefined;
}

function parseV4(address: string): ipaddr.IPv4 | undefined {
  return ipaddr.IPv4.isValidFourPartDecimal(address) ? ipaddr.IPv4.parse(address) : undefined;
}

/** The library reads `::1.2.3.4` as the mapped `::ffff:1.2.3.4`, which is another address. */
function withoutDottedTail(address: string): string | undefined {
  const cut = address.lastIndexOf(':') + 1;
  const tail = address.slice(cut);
  if (!tail.includes('.')) return address;
  const octets = parseV4(tail)?.octets;
  if (octets === undefined) return undefined;
  const hex = octets.map((octet) => octet.toString(16).padStart(2, '0')).join('');
  return `${address.slice(0, cut)}${hex.slice(0, 4)}:${hex.slice(4)}`;
}

function isPublicV4(address: ipaddr.IPv4): boolean {
  return address.range() === 'unicast';
}

const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

function isPublicV6(address: ipaddr.IPv6): boolean {
  const carried = carriedV4(address);
  if (carried !== undefined) return isPublicV4(carried);
  return address.match(globalUnicast) && address.range() === 'unicast';
}

/** Of a mapped, NAT64 or 6to4 address: where it really leads. */
function carriedV4(address: ipaddr.IPv6): ipaddr.IPv4 | undefined {
  const range = address.range();
  if (range === 'ipv4Mapped') return address.toIPv4Address();
  if (range === 'rfc6052') return new ipaddr.IPv4(address.toByteArray().slice(12));
  return range === '6to4' ? new ipaddr.IPv4(address.toByteArray().slice(2, 6)) : undefined;
}
