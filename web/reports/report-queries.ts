import { useInfiniteQuery, useQuery } from '@tanstack/preact-query';
import { get, getText, post } from '../app/client';
import { pollMs, queries } from '../app/queries';
import type { ReportQuery } from './query-fields';
import type { DeadLetterView, Firing, Job, Page, ReportSchedule } from '../app/types';

export const SCHEDULES = '/api/v1/report-schedules';
export const DEAD_LETTERS = '/api/v1/dead-letters';

export type JobFilters = Readonly<Partial<Record<'kind' | 'status' | 'scheduleId', string>>>;

export const jobKey = (id: string) => ['job', id] as const;

export function useJobs(filters: JobFilters) {
  return useInfiniteQuery({
    queryKey: ['jobs', filters],
    queryFn: ({ pageParam, signal }) =>
      get<Page<Job>>('/jobs', { ...filters, limit: 50, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) > 4 ? false : pollMs()),
  });
}

export function useJob(id: string) {
  return useQuery({
    queryKey: jobKey(id),
    queryFn: ({ signal }) => get<Job>(`/jobs/${id}`, {}, signal),
    staleTime: 60_000,
  });
}

/** The content of a result that is text. */
export function useResultText(id: string, wanted: boolean) {
  return useQuery({
    queryKey: [...jobKey(id), 'text'],
    queryFn: ({ signal }) => getText(`/jobs/${id}/result`, signal),
    enabled: wanted,
    staleTime: Infinity,
  });
}

export interface ReportRequest {
  readonly type: 'activity' | 'cot-session' | 'sql' | 'audit';
  readonly format: string;
  readonly title?: string;
  readonly sessionId?: string;
  readonly params?: { readonly hours: number };
  readonly queries?: readonly ReportQuery[];
}

export async function makeReport(request: ReportRequest): Promise<string> {
  const { jobId } = await post<{ jobId: string }>('/generate-report', request);
  void queries.invalidateQueries({ queryKey: ['jobs'] });
  return jobId;
}

export function useSchedules() {
  return useQuery({
    queryKey: ['schedules'],
    queryFn: ({ signal }) => get<Page<ReportSchedule>>(SCHEDULES, { limit: 100 }, signal),
    refetchInterval: pollMs,
  });
}

export function useFirings(id: string) {
  return useQuery({
    queryKey: ['schedules', id, 'runs'],
    queryFn: ({ signal }) => get<Page<Firing>>(`${SCHEDULES}/${id}/runs`, { limit: 20 }, signal),
  });
}

export async function commandSchedule(id: string, name: 'pause' | 'resume' | 'trigger'): Promise<void> {
  await post(`${SCHEDULES}/${id}/${name}`);
  void queries.invalidateQueries({ queryKey: ['schedules'] });
}

export function useDeadLetters(replayed: 'no' | 'yes') {
  return useQuery({
    queryKey: ['dead-letters', replayed],
    queryFn: ({ signal }) => get<Page<DeadLetterView>>(DEAD_LETTERS, { replayed, limit: 100 }, signal),
    refetchInterval: pollMs,
  });
}
