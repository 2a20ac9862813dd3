const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** 48 bits of milliseconds, then 80 given random bits (20 hex digits), in lower-case Crockford base32: sorts by time. */
export function sortableId(prefix: string, atMs: number, randomHex: string): string {
  let bits = (BigInt(atMs) << 80n) | BigInt(`0x${randomHex}`);
  let text = '';
  for (let index = 0; index < 26; index += 1) {
    text = ALPHABET[Number(bits & 31n)]! + text;
    bits >>= 5n;
  }
  return `${prefix}_${text}`;
}

/** When an id was made. */
export function timeOfSortableId(id: string): number {
  const text = id.slice(id.lastIndexOf('_') + 1);
  const bits = Array.from(text).reduce((sum, letter) => (sum << 5n) | BigInt(ALPHABET.indexOf(letter)), 0n);
  return Number(bits >> 80n);
}
