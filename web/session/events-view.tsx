import { useQuery } from '@tanstack/preact-query';
import { call } from '../app/client';
import type { StreamEvent } from '../live/event-stream';
import { clockTime, dateTime, number } from '../app/format';
import { t } from '../app/i18n';
import { useAddress } from '../app/location';
import type { SessionDetail } from '../app/types';
import { Empty, Loaded } from '../ui/panel';
import type { LiveSession } from './live-session';
import { sessionKey } from './session-queries';

const MOST_SHOWN = 1_000;

/** Everything that happened, the newest first: what is stored, and above it what arrives. */
export function EventsView({
  session,
  live,
}: {
  readonly session: SessionDetail;
  readonly live: LiveSession;
}) {
  const address = useAddress();
  const filter = address.get('events');
  const stored = useQuery({
    queryKey: [...sessionKey(session.id), 'events'],
    queryFn: ({ signal }) => readAll(session.id, signal),
  });
  return (
    <div class="events">
      <input
        class="input"
        type="search"
        data-filter
        aria-label={t().session.filterEvents}
        placeholder={t().session.filterEvents}
        value={filter}
        onInput={(event) => address.set({ events: event.currentTarget.value }, true)}
      />
      <Loaded query={stored}>
        {(items) => <EventList events={merge(items, live.events.value)} filter={filter} />}
      </Loaded>
    </div>
  );
}

async function readAll(id: string, signal: AbortSignal): Promise<readonly StreamEvent[]> {
  const events: StreamEvent[] = [];
  let after = 0;
  for (let more = true; more;) {
    const page = await call('sessionEvents', { params: { id }, query: { after, limit: 100 }, signal });
    events.push(...(page.items as unknown as readonly StreamEvent[]));
    more = page.hasMore;
    after = page.nextAfter;
  }
  return events.reverse();
}

function merge(stored: readonly StreamEvent[], live: readonly StreamEvent[]): readonly StreamEvent[] {
  const last = stored[0]?.pos ?? 0;
  return [...live.filter(({ pos = 0 }) => pos > last), ...stored];
}

function EventList({ events, filter }: { readonly events: readonly StreamEvent[]; readonly filter: string }) {
  const wanted = filter.trim().toLowerCase();
  const shown =
    wanted === '' ? events : events.filter((event) => JSON.stringify(event).toLowerCase().includes(wanted));
  if (shown.length === 0 && wanted !== '') return <Empty title={t().session.noEvent} />;
  return (
    <>
      {shown.length > MOST_SHOWN && (
        <p class="quiet">{t().session.newestEvents(number(MOST_SHOWN), number(shown.length))}</p>
      )}
      <ol class="event-list">
        {shown.slice(0, MOST_SHOWN).map((event) => (
          <li key={event.pos}>
            <details>
              <summary>
                <span class="figures quiet">{event.pos}</span>
                <time dateTime={event.at} title={dateTime(event.at)} class="figures">
                  {clockTime(event.at)}
                </time>
                <code>{event.type}</code>
              </summary>
              <pre class="code" dir="auto" tabIndex={0}>
                {JSON.stringify(event, null, 2)}
              </pre>
            </details>
          </li>
        ))}
      </ol>
    </>
  );
}
