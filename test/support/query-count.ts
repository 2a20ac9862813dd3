import { QueryMeter, runMetered } from '../../src/platform/query-meter.js';

/** Runs `work` and gives what it asked of PostgreSQL, counted at the driver of our pool. */
export async function countQueries<Result>(
  work: () => Promise<Result>,
): Promise<{ result: Result; queries: number; cache: QueryMeter['cache'] }> {
  const meter = new QueryMeter();
  const result = await runMetered(meter, work);
  return { result, queries: meter.queries, cache: meter.cache };
}
