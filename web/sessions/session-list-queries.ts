import { useInfiniteQuery, useQuery } from '@tanstack/preact-query';
import { onChanges } from '../live/changes';
import { call } from '../app/client';
import { patchPages, pollMs, queries } from '../app/queries';
import type { NewSession, SessionSummary } from '../app/types';

export const filterNames = ['status', 'template', 'tag', 'ownerId', 'q', 'createdFrom', 'createdTo'] as const;
/** How long ago a listed session began at most, by its name in the address. */
const spans = { day: 24, week: 7 * 24, month: 30 * 24 } as const;
type Span = keyof typeof spans;
export const spanNames = Object.keys(spans) as Span[];
const HOUR_MS = 3_600_000;

/** From the full hour on: a list that is asked for again keeps its rows. */
export function startOf(span: string): string | undefined {
  if (!isSpan(span)) return undefined;
  const hour = Math.floor(Date.now() / HOUR_MS) - spans[span];
  return new Date(hour * HOUR_MS).toISOString();
}

export function isSpan(name: string): name is Span {
  return name in spans;
}

export type FilterName = (typeof filterNames)[number];
export type SessionFilters = Readonly<Partial<Record<FilterName, string>>>;

export function useSessionList(filters: SessionFilters) {
  return useInfiniteQuery({
    queryKey: ['sessions', 'list', filters],
    queryFn: ({ pageParam, signal }) =>
      call('listSessions', { query: { ...filters, limit: 50, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) > 4 ? false : pollMs()),
  });
}

onChanges({
  lists: ['sessions'],
  onChange: ({ session }) => {
    if (session === undefined) return;
    patchPages<SessionSummary>(['sessions', 'list'], (items, [, , filters]) =>
      withSession(items, session, filters as SessionFilters),
    );
  },
});

function withSession(
  items: readonly SessionSummary[],
  session: SessionSummary,
  filters: SessionFilters,
): readonly SessionSummary[] {
  const before = items.find(({ id }) => id === session.id);
  if (before !== undefined && before.updatedAt > session.updatedAt) return items;
  if (!isListed(session, filters))
    return before === undefined ? items : items.filter((item) => item !== before);
  if (before !== undefined) return items.map((item) => (item === before ? session : item));
  const [newest] = items;
  // A session older than the newest belongs to a later page, which is loaded on demand.
  return newest === undefined || newest.createdAt < session.createdAt ? [session, ...items] : items;
}

/** As the API filters. */
function isListed(session: SessionSummary, filters: SessionFilters): boolean {
  const { status, template, tag, ownerId, q, createdFrom, createdTo } = filters;
  return (
    (status === undefined || status.split(',').includes(session.status)) &&
    (template === undefined || session.template.name === template) &&
    (tag === undefined || session.tags.includes(tag)) &&
    (ownerId === undefined || session.owner.id === ownerId) &&
    (q === undefined || session.topic.toLowerCase().includes(q.toLowerCase())) &&
    (createdFrom === undefined || Date.parse(session.createdAt) >= Date.parse(createdFrom)) &&
    (createdTo === undefined || Date.parse(session.createdAt) < Date.parse(createdTo))
  );
}

export function useTemplates() {
  return useQuery({
    queryKey: ['templates'],
    queryFn: ({ signal }) => call('listTemplates', { query: { limit: 100 }, signal }),
    staleTime: 60_000,
  });
}

export async function startSession(body: NewSession): Promise<{ id: string }> {
  const accepted = await call('createSession', { body });
  void queries.invalidateQueries({ queryKey: ['sessions'] });
  return accepted;
}
