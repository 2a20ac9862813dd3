import { useQuery } from '@tanstack/preact-query';
import { leaveInbox } from '../inbox/inbox-items';
import { askAgain, onChanges } from '../live/changes';
import { call } from '../app/client';
import { pollMs, queries } from '../app/queries';
import type { AcceptedSql, StartedSql, SqlRequest, SqlResults, SqlTable } from '../app/types';

export async function execute(request: SqlRequest): Promise<AcceptedSql> {
  const accepted = await call('executeSqlAsync', { body: request });
  // The page of the run has its statement at once.
  if ('session_id' in accepted) await queries.prefetchQuery(sessionQuery(accepted.session_id));
  void queries.invalidateQueries({ queryKey: [HISTORY] });
  return accepted;
}

/** Runs a large statement that waits for a yes. */
export async function confirmQuestion(id: string, isRemembered: boolean): Promise<StartedSql> {
  const body = { remember_confirmation: isRemembered };
  const started = await call('confirmSql', { params: { id }, body });
  leaveInbox(id);
  await queries.prefetchQuery(sessionQuery(started.session_id));
  void queries.invalidateQueries({ queryKey: [HISTORY] });
  return started;
}

export async function dropQuestion(id: string): Promise<void> {
  await call('dropSqlConfirmation', { params: { id } });
  leaveInbox(id);
}

/** A statement does not change once it is asked. */
function sessionQuery(id: string) {
  return {
    queryKey: ['sql', 'session', id],
    queryFn: ({ signal }: { readonly signal: AbortSignal }) =>
      call('getSqlSession', { params: { id }, signal }),
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
    queryFn: ({ signal }) => call('getSqlStatus', { params: { id }, signal }),
    enabled: id !== '',
    refetchInterval: (query) => {
      const { data } = query.state;
      if (data?.is_complete === true) return false;
      return data?.poll_after_ms ?? RUNNING_POLL_MS;
    },
  });
}

/** The rows of a result do not change. */
export function rowsQuery(id: string, offset: number, limit: number) {
  return {
    queryKey: ['sql', 'rows', id, offset, limit],
    queryFn: ({ signal }: { readonly signal: AbortSignal }) =>
      call('getSqlResults', { params: { id }, query: { offset, limit }, signal }),
    staleTime: Infinity,
  };
}

export function readRows(id: string, offset: number, limit: number): Promise<SqlResults> {
  return queries.fetchQuery(rowsQuery(id, offset, limit));
}

const dataSources = {
  queryKey: ['sql', 'sources'],
  queryFn: ({ signal }: { readonly signal: AbortSignal }) => call('listDataSources', { signal }),
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
      return call('getSqlSchema', { query: { data_source: source }, signal });
    },
    staleTime: 60_000,
    retry: false,
  });
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
    queryFn: ({ signal }) => call('listSqlSessions', { query: { limit: 30 }, signal }),
    refetchInterval: pollMs,
  });
}
