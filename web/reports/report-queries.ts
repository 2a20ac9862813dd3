import { useInfiniteQuery, useQuery } from '@tanstack/preact-query';
import { askAgain, onChanges } from '../live/changes';
import { usePages } from '../live/use-pages';
import { call, send } from '../app/client';
import { patchPages, pollMs, queries } from '../app/queries';
import type { QueryOf, Job, ListedJob, ReportRequest } from '../app/types';

export type JobFilters = Pick<QueryOf<'listJobs'>, 'kind' | 'status' | 'scheduleId'>;

export const jobKey = (id: string) => ['job', id] as const;

export function useJobs(filters: JobFilters) {
  return useInfiniteQuery({
    queryKey: ['jobs', filters],
    queryFn: ({ pageParam, signal }) =>
      call('listJobs', { query: { ...filters, limit: 50, cursor: pageParam }, signal }),
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
    queryFn: ({ signal }) => call('getJob', { params: { id }, signal }),
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
    queryFn: ({ signal }) => call('getJob', { params: { id }, signal }),
    staleTime: 60_000,
  });
}

/** The content of a result that is text. */
export function useResultText(id: string, wanted: boolean) {
  return useQuery({
    queryKey: [...jobKey(id), 'text'],
    queryFn: ({ signal }) => send('getJobResult', { params: { id }, signal }).then((answer) => answer.text()),
    enabled: wanted,
    staleTime: Infinity,
  });
}

export async function makeReport(request: ReportRequest): Promise<string> {
  const { jobId } = await call('generateReport', { body: request });
  void queries.invalidateQueries({ queryKey: ['jobs'] });
  return jobId;
}

export function useSchedules() {
  return useQuery({
    queryKey: ['schedules'],
    queryFn: ({ signal }) => call('listReportSchedules', { query: { limit: 100 }, signal }),
    refetchInterval: pollMs,
  });
}

export function useFirings(id: string) {
  return useQuery({
    queryKey: ['schedules', id, 'runs'],
    queryFn: ({ signal }) => call('listReportScheduleRuns', { params: { id }, query: { limit: 20 }, signal }),
  });
}

export type ScheduleCommand = 'pauseReportSchedule' | 'resumeReportSchedule' | 'triggerReportSchedule';

export async function commandSchedule(id: string, name: ScheduleCommand): Promise<void> {
  await call(name, { params: { id } });
  void queries.invalidateQueries({ queryKey: ['schedules'] });
}

export function useDeadLetters(replayed: 'no' | 'yes') {
  return usePages('dead-letters', 'listDeadLetters', { query: { replayed } });
}
