/**
 * Which IP addresses a request that somebody else chose may go to: public ones only. Anything that is not clearly public
 * is refused, in every way of writing it; an IPv6 form that carries an IPv4 address is judged by that.
 */
export function isPublicAddress(address: string): boolean {
  const v4 = parseV4(address);
  if (v4 !== undefined) return isPublicV4(v4);
  const v6 = parseV6(address);
  return v6 !== undefined && isPublicV6(v6);
}

export function isLoopbackAddress(address: string): boolean {
  const v4 = parseV4(address);
  if (v4 !== undefined) return v4[0] === 127;
  const v6 = parseV6(address);
  return v6 !== undefined && v6.slice(0, 7).every((part) => part === 0) && v6[7] === 1;
}

type Octets = readonly [number, number, number, number];

function parseV4(address: string): Octets | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address);
  if (match === null) return undefined;
  const octets = match.slice(1).map(Number);
  return octets.every((octet) => octet <= 255) ? (octets as unknown as Octets) : undefined;
}

function isPublicV4([a, b, c]: Octets): boolean {
  if (a === 0 || a === 10 || a === 127 || a >= 224) return false; // this network, private, loopback, multicast, reserved
  if (a === 100 && b >= 64 && b <= 127) return false; // carrier-grade NAT
  if (a === 169 && b === 254) return false; // link-local, and the metadata services of clouds
  if (a === 172 && b >= 16 && b <= 31) return false;
  if (a === 192 && b === 168) return false;
  if (a === 192 && b === 0 && (c === 0 || c === 2)) return false; // protocol assignments, documentation
  if (a === 192 && b === 88 && c === 99) return false; // 6to4 relays
  if (a === 198 && (b === 18 || b === 19)) return false; // benchmarks
  if (a === 198 && b === 51 && c === 100) return false; // documentation
  return !(a === 203 && b === 0 && c === 113); // documentation
}

function parseV6(address: string): number[] | undefined {
  if (!address.includes(':') || address.includes('%')) return undefined;
  const withHexTail = address.replace(/(\d+\.\d+\.\d+\.\d+)$/, (tail) => {
    const v4 = parseV4(tail);
    return v4 === undefined
      ? 'x'
      : `${(v4[0] * 256 + v4[1]).toString(16)}:${(v4[2] * 256 + v4[3]).toString(16)}`;
  });
  const halves = withHexTail.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head!.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head!, ...Array<string>(tail === undefined ? 0 : missing).fill('0'), ...(tail ?? [])];
  return groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))
    ? groups.map((group) => parseInt(group, 16))
    : undefined;
}

function isPublicV6(parts: readonly number[]): boolean {
  const [first, second] = [parts[0]!, parts[1]!];
  const v4At = (index: number): Octets => {
    const [high, low] = [parts[index]!, parts[index + 1]!];
    return [high >> 8, high & 255, low >> 8, low & 255];
  };
  if (parts.slice(0, 5).every((part) => part === 0) && parts[5] === 0xffff) return isPublicV4(v4At(6)); // mapped
  if (first === 0x64 && second === 0xff9b) return parts[2] === 0 && isPublicV4(v4At(6)); // NAT64
  if (first === 0x2002) return isPublicV4(v4At(1)); // 6to4
  // Teredo, benchmarks, ORCHID and documentation lie inside the global range.
  if (first === 0x2001 && (second < 0x200 || second === 0xdb8)) return false;
  if (first === 0x3fff && second < 0x1000) return false;
  return first >= 0x2000 && first <= 0x3fff;
}
