import { useQuery } from '@tanstack/preact-query';
import { askAgain, onChanges } from '../live/changes';
import { get, post } from '../app/client';
import { pollMs, queries } from '../app/queries';
import type { Page, SqlSession, SqlStatus } from '../app/types';

export const SQL = '/api/v1/sql/cache';

export interface Column {
  readonly name: string;
  readonly type: string;
}

export type Row = readonly (string | number | boolean | null)[];

export interface Estimate {
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly basis: string;
}

interface Confirmation {
  readonly status: 'confirmation_required';
  readonly estimate: Estimate;
  readonly confirm_token: string;
  readonly message: string;
}

type Accepted = { readonly status: 'processing' | 'completed'; readonly session_id: string } | Confirmation;

export interface SqlRequest {
  readonly sql: string;
  readonly params?: SqlSession['params'];
  readonly data_source: string;
  readonly confirm_token?: string;
  readonly remember_confirmation?: boolean;
}

export interface Results {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  readonly total_rows: number;
  readonly truncated: boolean;
}

export interface SqlTable {
  readonly schema: string;
  readonly name: string;
  readonly estimated_rows: number | null;
  readonly columns: readonly Column[];
}

export async function execute(request: SqlRequest): Promise<Accepted> {
  const accepted = await post<Accepted>(`${SQL}/execute-async`, request);
  // The page of the run has its statement at once.
  if ('session_id' in accepted) await queries.prefetchQuery(sessionQuery(accepted.session_id));
  void queries.invalidateQueries({ queryKey: [HISTORY] });
  return accepted;
}

/** A statement does not change once it is asked. */
function sessionQuery(id: string) {
  return {
    queryKey: ['sql', 'session', id],
    queryFn: ({ signal }: { readonly signal: AbortSignal }) =>
      get<SqlSession>(`${SQL}/sessions/${id}`, {}, signal),
    staleTime: Infinity,
  };
}

export function useSqlSession(id: string) {
  return useQuery({ ...sessionQuery(id), enabled: id !== '' });
}

const RUNNING_POLL_MS = 500;

export function useSqlStatus(id: string) {
  return useQuery({
    queryKey: ['sql', 'status', id],
    queryFn: ({ signal }) => get<SqlStatus>(`${SQL}/status/${id}`, {}, signal),
    enabled: id !== '',
    refetchInterval: (query) => {
      const { data } = query.state;
      if (data?.is_complete === true) return false;
      return data?.poll_after_ms ?? RUNNING_POLL_MS;
    },
  });
}

export function readRows(id: string, offset: number, limit: number): Promise<Results> {
  return queries.fetchQuery({
    queryKey: ['sql', 'rows', id, offset, limit],
    queryFn: ({ signal }) => get<Results>(`${SQL}/results/${id}`, { offset, limit }, signal),
    staleTime: Infinity,
  });
}

interface DataSources {
  readonly data_sources: readonly { readonly name: string; readonly title: string }[];
}

const dataSources = {
  queryKey: ['sql', 'sources'],
  queryFn: ({ signal }: { readonly signal: AbortSignal }) =>
    get<DataSources>(`${SQL}/data-sources`, {}, signal),
  staleTime: 60_000,
};

export function useDataSources() {
  return useQuery(dataSources);
}

/** A source that this person may not ask, or that nobody has set up, has no tables. */
export function useSchema(source: string) {
  return useQuery({
    queryKey: ['sql', 'schema', source],
    queryFn: async ({ signal }): Promise<{ tables: readonly SqlTable[] }> => {
      const { data_sources: known } = await queries.fetchQuery(dataSources);
      if (known.every(({ name }) => name !== source)) return { tables: [] };
      return get(`${SQL}/schema`, { data_source: source }, signal);
    },
    staleTime: 60_000,
    retry: false,
  });
}

export interface SqlSessionItem {
  readonly session_id: string;
  readonly status: string;
  readonly sql: string;
  readonly data_source: string;
  readonly row_count: number | null;
  readonly execution_ms: number | null;
  readonly created_at: string;
}

const HISTORY = 'sql-history';

onChanges({
  lists: [HISTORY],
  onChange: ({ kind, type }) => {
    if (kind === 'sql' && type !== 'job.progress') askAgain(HISTORY);
  },
});

export function useSqlHistory() {
  return useQuery({
    queryKey: [HISTORY],
    queryFn: ({ signal }) => get<Page<SqlSessionItem>>(`${SQL}/sessions`, { limit: 30 }, signal),
    refetchInterval: pollMs,
  });
}
