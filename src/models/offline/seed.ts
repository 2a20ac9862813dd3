/** Choices that look varied and are the same for the same words, on every machine. */
export function seedOf(...parts: readonly string[]): number {
  let hash = 0x811c9dc5;
  for (const char of parts.join('\u0001')) {
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** `count` different members, in an order that the seed decides. */
export function pickSome<Item>(items: readonly Item[], count: number, seed: number): Item[] {
  return items
    .map((item, index) => ({ item, rank: seedOf(String(seed), String(index)) }))
    .sort((one, other) => one.rank - other.rank)
    .slice(0, count)
    .map((one) => one.item);
}

/** A mark from 4 to 9 for a name under a criterion: the same wherever the two meet again. */
export function markOf(name: string, criterion: string): number {
  return 4 + (seedOf(name, criterion) % 6);
}
