import { useQuery } from '@tanstack/preact-query';
import { get } from '../app/client';
import { t } from '../app/i18n';
import { DataView } from '../ui/data-view';
import { Loaded } from '../ui/panel';

const POLL_MS = 10_000;

/** Backlog and slots, as the API tells them. */
export function Queues() {
  const operations = useQuery({
    queryKey: ['operations', 'queues'],
    queryFn: ({ signal }) => get<{ queues?: unknown }>('/api/v1/operations', {}, signal),
    refetchInterval: POLL_MS,
    retry: false,
  });
  return (
    <Loaded query={operations}>
      {({ queues }) =>
        queues == null ? <p class="quiet">{t().operations.noQueues}</p> : <DataView value={queues} />
      }
    </Loaded>
  );
}
