/** Works on the items in their order, so many at once. The first failure ends it, after those in flight have ended. */
export async function inFlight<Item>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  const runner = async (): Promise<void> => {
    for (const item of rest) await work(item);
  };
  const runners = Array.from({ length: Math.min(limit, items.length) }, runner);
  await Promise.allSettled(runners);
  await Promise.all(runners);
}
