import { bytes, duration } from '../app/format';
import { t } from '../app/i18n';
import { useAddress } from '../app/location';
import type { Job } from '../app/types';
import { useSteadyList } from '../inbox/steady-list';
import { Bar } from '../ui/bar';
import { Button } from '../ui/button';
import { Empty, Loaded } from '../ui/panel';
import { StateMark, statusWord } from '../ui/state-mark';
import { Ago } from '../ui/time';
import { useJobs, type JobFilters } from './report-queries';

const statuses = ['running', 'success', 'failed', 'canceled'] as const;

export function JobsView() {
  const address = useAddress();
  const filters = filtersOf(address.get);
  const jobs = useJobs(filters);
  const loaded = {
    data: jobs.data?.pages.flatMap(({ items }) => items.map((job) => ({ ...job, id: job.jobId }))),
    error: jobs.error,
    refetch: jobs.refetch,
  };
  return (
    <>
      <div class="filters">
        <div class="segments" role="group" aria-label={t().sessions.state}>
          {['', ...statuses].map((status) => (
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
      </div>
      <Loaded query={loaded}>
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
  const names = ['kind', 'status', 'scheduleId'] as const;
  return Object.fromEntries(names.map((name) => [name, get(name)]).filter(([, value]) => value !== ''));
}

type NamedJob = Job & { readonly id: string };

function JobTable({ jobs }: { readonly jobs: readonly NamedJob[] }) {
  const words = t().reports;
  const { shown, arrived, show } = useSteadyList(jobs);
  const columns = [words.what, words.kind, t().sessions.state, words.took, words.size, words.asked];
  return (
    <>
      {arrived > 0 && (
        <button type="button" class="arrived" onClick={show}>
          {t().inbox.arrived(arrived)}
        </button>
      )}
      <div class="table-frame" tabIndex={0} role="group" aria-label={words.jobs}>
        <table class="table">
          <thead>
            <tr>
              {columns.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((job) => (
              <JobRow key={job.id} job={job} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function JobRow({ job }: { readonly job: NamedJob }) {
  const tookMs =
    job.startedAt !== null && job.finishedAt !== null
      ? Date.parse(job.finishedAt) - Date.parse(job.startedAt)
      : null;
  return (
    <tr class="table-row">
      <td class="topic">
        <a href={`/jobs/${job.id}`} dir="auto">
          {job.title}
        </a>
      </td>
      <td>{t().reports.kinds[job.kind as keyof Kinds] ?? job.kind}</td>
      <td>
        <StateMark status={job.status} />
        {job.completedWithGaps === true && <span class="chip chip-changed">{t().reports.gaps}</span>}
        {job.status === 'running' && (
          <Bar percent={job.progress.percent} label={t().session.percentDone(job.progress.percent)} />
        )}
      </td>
      <td class="number">{tookMs === null ? '–' : duration(tookMs)}</td>
      <td class="number">{job.result === undefined ? '–' : bytes(job.result.bytes)}</td>
      <td class="quiet">
        <Ago at={job.createdAt} />
      </td>
    </tr>
  );
}

type Kinds = ReturnType<typeof t>['reports']['kinds'];
