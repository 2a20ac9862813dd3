import { duration } from '../app/format';
import { t } from '../app/i18n';
import { notices } from './notice-words';
import type { Job } from '../app/types';
import { useSteadyList } from '../inbox/steady-list';
import { useJobs } from '../reports/report-queries';
import { Bar } from '../ui/bar';
import { Button } from '../ui/button';
import { Empty, Loaded } from '../ui/panel';
import { TableSkeleton } from '../ui/skeletons';
import { StateMark } from '../ui/state-mark';
import { Ago } from '../ui/time';
import { RecordTable } from '../ui/record-table';

type Run = Job & { readonly id: string };

/** The runs, newest first. */
export function RunsView() {
  const runs = useJobs({ kind: 'deadline-run' });
  const loaded = {
    data: runs.data?.pages.flatMap(({ items }) => items.map((job) => ({ ...job, id: job.jobId }))),
    error: runs.error,
    failureCount: runs.failureCount,
    failureReason: runs.failureReason,
    refetch: runs.refetch,
  };
  const words = notices().runs;
  return (
    <>
      <Loaded query={loaded} skeleton={<TableSkeleton />}>
        {(items) =>
          items.length === 0 ? <Empty title={words.none} text={words.noneText} /> : <RunTable runs={items} />
        }
      </Loaded>
      {runs.hasNextPage && (
        <div class="load-more">
          <Button busy={runs.isFetchingNextPage} onClick={() => void runs.fetchNextPage()}>
            {t().actions.loadMore}
          </Button>
        </div>
      )}
    </>
  );
}

function RunTable({ runs }: { readonly runs: readonly Run[] }) {
  const words = t().reports;
  const { shown, arrived, show } = useSteadyList(runs);
  return (
    <>
      {arrived > 0 && (
        <button type="button" class="arrived" onClick={show}>
          {t().inbox.arrived(arrived)}
        </button>
      )}
      <RecordTable
        label={notices().tabs.runs}
        items={shown}
        columns={[
          { name: words.what, kind: 'topic', cell: (run) => <RunTitle run={run} /> },
          { name: t().sessions.state, cell: (run) => <RunState run={run} /> },
          { name: words.took, kind: 'number', cell: tookOf },
          { name: words.asked, kind: 'quiet', cell: (run) => <Ago at={run.createdAt} /> },
        ]}
      />
    </>
  );
}

function RunTitle({ run }: { readonly run: Run }) {
  return (
    <a href={`/notifications/runs/${run.id}`} dir="auto">
      {run.title}
    </a>
  );
}

/** A run that waits at a gate waits for a person, whatever its job says. */
export function runStatus({ status, progress }: Job): string {
  return status === 'running' && progress.phase === 'waiting' ? 'waiting_approval' : status;
}

function RunState({ run }: { readonly run: Run }) {
  const status = runStatus(run);
  return (
    <>
      <StateMark status={status} />{' '}
      {run.input['dry_run'] === true && <span class="chip">{notices().runs.plan}</span>}
      {run.status === 'running' && (
        <Bar
          percent={run.progress.percent}
          tone={status === 'running' ? 'working' : 'waiting'}
          label={t().session.percentDone(run.progress.percent)}
        />
      )}
    </>
  );
}

function tookOf({ startedAt, finishedAt }: Run): string {
  if (startedAt === null || finishedAt === null) return '–';
  return duration(Date.parse(finishedAt) - Date.parse(startedAt));
}
