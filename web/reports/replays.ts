import { useQuery } from '@tanstack/preact-query';
import { call } from '../app/client';
import { pollMs, queries } from '../app/queries';
import type { AnswerOf, DeadLetterView, InputOf } from '../app/types';

type Filter = NonNullable<InputOf<'replayDeadLetters'>['body']>['filter'];
type Answer = AnswerOf<'replayDeadLetters'>;
type Counted = Extract<Answer, { readonly matching: number }>;
type Replayed = Extract<Answer, { readonly remaining: number }>;

const AT_ONCE = 500;

/**
 * All dead letters of a cause, loaded or not, up to the newest that is shown. The letter of a new failure is newer, so
 * nothing is replayed for ever. A cause without a code has no filter: then only the loaded ones are meant.
 */
export function filterOf(cause: {
  readonly kind: string;
  readonly errorCode: string | null;
  readonly letters: readonly DeadLetterView[];
}): { readonly filter: Filter; readonly isOfCause: boolean } {
  const { kind, errorCode, letters } = cause;
  if (errorCode === null) return { filter: { ids: letters.map(({ id }) => id) }, isOfCause: false };
  const newest = Math.max(...letters.map(({ createdAt }) => Date.parse(createdAt)));
  return {
    filter: { kind, errorCode, createdTo: new Date(newest + 1).toISOString() },
    isOfCause: true,
  };
}

/** How many a replay would take, and how many it would leave out. */
export function useReplayable(filter: Filter, wanted: boolean) {
  return useQuery({
    queryKey: ['dead-letters', 'count', filter],
    queryFn: async ({ signal }) =>
      (await call('replayDeadLetters', { body: { filter, dryRun: true }, signal })) as Counted,
    enabled: wanted,
    refetchInterval: pollMs,
    placeholderData: (before) => before,
  });
}

/** Replays all that match, in parts, and says how many. */
export async function replayEvery(filter: Filter): Promise<number> {
  let done = 0;
  try {
    for (;;) {
      const body = { filter, dryRun: false, limit: AT_ONCE };
      const { replayed, remaining } = (await call('replayDeadLetters', { body })) as Replayed;
      done += replayed.length;
      if (replayed.length === 0 || remaining === 0) return done;
    }
  } finally {
    void queries.invalidateQueries({ queryKey: ['dead-letters'] });
  }
}
