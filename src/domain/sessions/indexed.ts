/** The search attributes of a session at Temporal, and when they were written. */
export interface Indexed {
  readonly status: string;
  readonly phase: number;
  readonly atMs: number;
}

/**
 * Search attributes cost the server more than a step without a model. A phase that passes within seconds stays out of
 * them. A change of status is written at once.
 */
const INDEX_EVERY_MS = 5_000;

export function isToBeIndexed(before: Indexed, next: Indexed): boolean {
  if (before.status !== next.status) return true;
  return before.phase !== next.phase && next.atMs - before.atMs >= INDEX_EVERY_MS;
}
