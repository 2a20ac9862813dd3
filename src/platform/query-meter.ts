import { AsyncLocalStorage } from 'node:async_hooks';

/** Counts what one request asks of PostgreSQL, at the driver, so that `Server-Timing` is true. */
export class QueryMeter {
  queries = 0;
  durationMs = 0;
  /** The outcome of this request's cached reads, for the `cache` part of `Server-Timing`. */
  cache: 'hit' | 'miss' | 'bypass' | undefined = undefined;
}

const storage = new AsyncLocalStorage<QueryMeter>();

export function runMetered<Result>(meter: QueryMeter, work: () => Result): Result {
  return storage.run(meter, work);
}

export function currentMeter(): QueryMeter | undefined {
  return storage.getStore();
}
