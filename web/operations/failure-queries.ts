import { useQuery } from '@tanstack/preact-query';
import { get } from '../app/client';
import { pollMs } from '../app/queries';
import type { AnswerOf } from '../app/types';
import { askAgain, onChanges } from '../live/changes';

export const FAILURES = 'failures';

onChanges({
  lists: [FAILURES],
  onChange: ({ type }) => {
    if (/^(job|step|session)\.(failed|completed|started)$/.test(type)) askAgain(FAILURES);
  },
});

export function useFailures() {
  return useQuery({
    queryKey: [FAILURES],
    queryFn: ({ signal }) => get<AnswerOf<'listFailures'>>('/api/v1/failures', {}, signal),
    refetchInterval: pollMs,
  });
}
