import { useInfiniteQuery, useQuery } from '@tanstack/preact-query';
import { askAgain, onChanges } from '../live/changes';
import { get, getText, post } from '../app/client';
import { patchPages, pollMs, queries } from '../app/queries';
import type {
  AnswerOf,
  DeadLetterView,
  Firing,
  Job,
  ListedJob,
  Page,
  ReportRequest,
  ReportSchedule,
} from '../app/types';

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

onChanges({
  lists: ['jobs', 'schedules', 'dead-letters'],
  onChange: ({ job, type }) => {
    if (job === undefined) return;
    if (job.scheduleId !== undefined) askAgain('schedules');
    if (type === 'job.failed') askAgain('dead-letters');
    patchPages<Job>(['jobs'], (items, [, filters]) => withJob(items, job, filters as JobFilters));
  },
});

function withJob(items: readonly Job[], job: ListedJob, filters: JobFilters): readonly Job[] {
  const before = items.find(({ jobId }) => jobId === job.jobId);
  if (before !== undefined && before.updatedAt > job.updatedAt) return items;
  if (!isListed(job, filters)) return before === undefined ? items : items.filter((item) => item !== before);
  if (before !== undefined) return items.map((item) => (item === before ? { ...before, ...job } : item));
  const [newest] = items;
  if (newest === undefined || newest.createdAt < job.createdAt) void addNewJob(job.jobId);
  return items;
}

function isListed(job: ListedJob, { kind, status, scheduleId }: JobFilters): boolean {
  return (
    (kind === undefined || job.kind === kind) &&
    (status === undefined || job.status === status) &&
    (scheduleId === undefined || job.scheduleId === scheduleId)
  );
}

/** A change does not carry what a job was asked for. */
async function addNewJob(id: string): Promise<void> {
  const job = await queries.fetchQuery({
    queryKey: jobKey(id),
    queryFn: ({ signal }) => get<Job>(`/jobs/${id}`, {}, signal),
    staleTime: 0,
  });
  patchPages<Job>(['jobs'], (items, [, filters]) =>
    isListed(job, filters as JobFilters) && items.every(({ jobId }) => jobId !== id)
      ? [job, ...items]
      : items,
  );
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

export async function makeReport(request: ReportRequest): Promise<string> {
  const { jobId } = await post<AnswerOf<'generateReport'>>('/generate-report', request);
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
