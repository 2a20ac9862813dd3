import { useQuery } from '@tanstack/preact-query';
import { call } from '../app/client';
import { pollMs } from '../app/queries';
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
    queryFn: ({ signal }) => call('listFailures', { signal }),
    refetchInterval: pollMs,
  });
}
