import { QueryClient } from '@tanstack/preact-query';
import { live } from './live';
import { ApiProblem } from './problem';

/** How often lists are asked for while no stream tells what changed in them. */
const POLL_MS = 4_000;

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      refetchOnReconnect: true,
      retryDelay: (tries) => Math.min(500 * 2 ** tries, 5_000),
      retry: (tries, error) => error instanceof ApiProblem && error.isUnsettled && tries < 3,
    },
  },
});

export function pollMs(): number {
  return live.value.kind === 'offline' ? 30_000 : POLL_MS;
}
