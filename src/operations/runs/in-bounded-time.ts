const AT_ONCE = 10;
/** Each may take five seconds. All of them stay below the time after which the same request may be taken over. */
const BEGUN_WITHIN_MS = 15_000;

/** In their order, several at once. Work that has not begun in time is not tried, and `late` names it. */
export async function inBoundedTime<Given, Result>(
  given: readonly Given[],
  work: (one: Given) => Promise<Result>,
  late: (one: Given) => Result,
): Promise<Result[]> {
  const until = Date.now() + BEGUN_WITHIN_MS;
  const results: Result[] = [];
  const waiting = [...given.entries()];
  const next = async (): Promise<void> => {
    for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) {
      const [place, one] = entry;
      results[place] = Date.now() > until ? late(one) : await work(one);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return results;
}
