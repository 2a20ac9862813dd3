import { useInfiniteQuery, useQuery } from '@tanstack/preact-query';
import { get, post } from '../app/client';
import { pollMs, queries } from '../app/queries';
import type { Page, SessionSummary, TemplateSummary } from '../app/types';

const SESSIONS = '/api/v1/cot-sessions';

export const filterNames = ['status', 'template', 'tag', 'q', 'createdFrom', 'createdTo'] as const;
export type FilterName = (typeof filterNames)[number];
export type SessionFilters = Readonly<Partial<Record<FilterName, string>>>;

export function useSessionList(filters: SessionFilters) {
  return useInfiniteQuery({
    queryKey: ['sessions', 'list', filters],
    queryFn: ({ pageParam, signal }) =>
      get<Page<SessionSummary>>(SESSIONS, { ...filters, limit: 50, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) > 4 ? false : pollMs()),
  });
}

export function useTemplates() {
  return useQuery({
    queryKey: ['templates'],
    queryFn: ({ signal }) => get<Page<TemplateSummary>>('/api/v1/templates', { limit: 100 }, signal),
    staleTime: 60_000,
  });
}

export interface NewSession {
  readonly topic: string;
  readonly template?: string;
  readonly input?: string;
  readonly model?: string;
  readonly autoProgressSteps?: boolean;
  readonly autoProgressPhases?: boolean;
  readonly gate?: { readonly timeoutSeconds?: number; readonly onTimeout?: string };
  readonly budget?: { readonly maxTokens?: number; readonly maxCostUsd?: number };
  readonly tags?: readonly string[];
}

export async function startSession(body: NewSession): Promise<{ id: string }> {
  const accepted = await post<{ id: string }>(SESSIONS, body);
  void queries.invalidateQueries({ queryKey: ['sessions'] });
  return accepted;
}
