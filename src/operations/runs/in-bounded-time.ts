import { Refusal } from '../../contracts/refusal.js';

const AT_ONCE = 10;
/** Each may take five seconds. All of them stay below the time after which the same request may be taken over. */
const BEGUN_WITHIN_MS = 15_000;

/** In their order, several at once. A refused item stops no other, and one that has not begun in time is not tried. */
export async function inBoundedTime<Given, Result>(
  given: readonly Given[],
  work: (one: Given) => Promise<Result>,
  refused: (one: Given, code: Refusal['code']) => Result,
): Promise<Result[]> {
  const until = Date.now() + BEGUN_WITHIN_MS;
  const results: Result[] = [];
  const waiting = [...given.entries()];
  const attempt = async (one: Given): Promise<Result> => {
    if (Date.now() > until) return refused(one, 'workflow_unavailable');
    try {
      return await work(one);
    } catch (error) {
      if (error instanceof Refusal) return refused(one, error.code);
      throw error;
    }
  };
  const next = async (): Promise<void> => {
    for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) {
      const [place, one] = entry;
      results[place] = await attempt(one);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return results;
}
