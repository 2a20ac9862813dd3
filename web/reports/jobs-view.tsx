import { jobStatuses } from '../../src/domain/runs/status.js';
import { bytes, duration } from '../app/format';
import { t } from '../app/i18n';
import { useAddress } from '../app/location';
import type { Job } from '../app/types';
import { useSteadyList } from '../inbox/steady-list';
import { Bar } from '../ui/bar';
import { Button } from '../ui/button';
import { Empty, Loaded } from '../ui/panel';
import { TableSkeleton } from '../ui/skeletons';
import { RecordTable, type Column } from '../ui/record-table';
import { StateMark, statusWord } from '../ui/state-mark';
import { Ago } from '../ui/time';
import { ColumnChoice } from '../views/column-choice';
import { SavedViews } from '../views/saved-views';
import { useJobs, type JobFilters } from './report-queries';

const filterNames = ['kind', 'status', 'scheduleId'] as const;
const viewNames = [...filterNames, 'columns'];
/** Where a kind of job has a page of its own. */
const pages: Readonly<Record<string, string>> = { sql: '/sql', 'deadline-run': '/notifications/runs' };

export function JobsView() {
  const address = useAddress();
  const filters = filtersOf(address.get);
  const jobs = useJobs(filters);
  const loaded = {
    data: jobs.data?.pages.flatMap(({ items }) => items.map((job) => ({ ...job, id: job.jobId }))),
    error: jobs.error,
    failureCount: jobs.failureCount,
    failureReason: jobs.failureReason,
    refetch: jobs.refetch,
  };
  return (
    <>
      <div class="filters">
        <div class="segments" role="group" aria-label={t().sessions.state}>
          {['', ...jobStatuses].map((status) => (
            <button
              key={status}
              type="button"
              aria-pressed={(filters.status ?? '') === status}
              onClick={() => address.set({ status }, true)}
            >
              {status === '' ? t().sessions.all : statusWord(status)}
            </button>
          ))}
        </div>
        <ColumnChoice columns={columnsOfJobs()} />
        <SavedViews page="reports" names={viewNames} />
      </div>
      <Loaded query={loaded} skeleton={<TableSkeleton columns={6} />}>
        {(items) =>
          items.length === 0 ? (
            <Empty title={t().reports.none} text={t().reports.noneText} />
          ) : (
            <JobTable key={JSON.stringify(filters)} jobs={items} />
          )
        }
      </Loaded>
      {jobs.hasNextPage && (
        <Button busy={jobs.isFetchingNextPage} onClick={() => void jobs.fetchNextPage()}>
          {t().actions.loadMore}
        </Button>
      )}
    </>
  );
}

function filtersOf(get: (name: string) => string): JobFilters {
  return Object.fromEntries(filterNames.map((name) => [name, get(name)]).filter(([, value]) => value !== ''));
}

type NamedJob = Job & { readonly id: string };

function JobTable({ jobs }: { readonly jobs: readonly NamedJob[] }) {
  const words = t().reports;
  const { shown, arrived, show } = useSteadyList(jobs);
  return (
    <>
      {arrived > 0 && (
        <button type="button" class="arrived" onClick={show}>
          {t().inbox.arrived(arrived)}
        </button>
      )}
      <RecordTable label={words.jobs} columns={columnsOfJobs()} items={shown} />
    </>
  );
}

function columnsOfJobs(): readonly Column<NamedJob>[] {
  const words = t().reports;
  return [
    {
      name: words.what,
      kind: 'topic',
      cell: ({ id, kind, title }) => (
        <a href={`${pages[kind] ?? '/jobs'}/${id}`} dir="auto">
          {title}
        </a>
      ),
    },
    { id: 'kind', name: words.kind, cell: ({ kind }) => words.kinds[kind as keyof Kinds] ?? kind },
    { id: 'state', name: t().sessions.state, cell: (job) => <JobState job={job} /> },
    { id: 'took', name: words.took, kind: 'number', cell: tookOf },
    {
      id: 'size',
      name: words.size,
      kind: 'number',
      cell: ({ result }) => (result === undefined ? '–' : bytes(result.bytes)),
    },
    { id: 'asked', name: words.asked, kind: 'quiet', cell: ({ createdAt }) => <Ago at={createdAt} /> },
  ];
}

function JobState({ job }: { readonly job: NamedJob }) {
  const { percent } = job.progress;
  return (
    <>
      <StateMark status={job.status} />
      {job.completedWithGaps === true && <span class="chip chip-changed">{t().reports.gaps}</span>}
      {job.status === 'running' && <Bar percent={percent} label={t().session.percentDone(percent)} />}
    </>
  );
}

function tookOf({ startedAt, finishedAt }: NamedJob): string {
  if (startedAt === null || finishedAt === null) return '–';
  return duration(Date.parse(finishedAt) - Date.parse(startedAt));
}

type Kinds = ReturnType<typeof t>['reports']['kinds'];
