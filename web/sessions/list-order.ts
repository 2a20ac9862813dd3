/** The list that a session was opened from, for the keys that go on to the next one. */
let order: readonly string[] = [];

export function rememberOrder(ids: readonly string[]): void {
  order = ids;
}

export function siblingOf(id: string, by: 1 | -1): string | undefined {
  const place = order.indexOf(id);
  return place < 0 ? undefined : order[place + by];
}
