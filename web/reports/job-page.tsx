import { useRoute } from 'preact-iso';
import { call } from '../app/client';
import { now } from '../app/clock';
import type { StreamEvent } from '../live/event-stream';
import { bytes, clockTime, dateTime, duration } from '../app/format';
import { t } from '../app/i18n';
import { useAddress } from '../app/location';
import { usePageTitle } from '../app/page-title';
import type { Job } from '../app/types';
import { useAction } from '../app/use-action';
import { Bar } from '../ui/bar';
import { Button } from '../ui/button';
import { Icon } from '../ui/icon';
import { Loaded, Panel } from '../ui/panel';
import { StateMark, toneOf } from '../ui/state-mark';
import { Ago } from '../ui/time';
import { CancelJobButton } from './cancel-job-button';
import { JobResult } from './job-result';
import { useLiveJob } from './live-job';
import { useJob } from './report-queries';

/** A job: its progress, its result and its gaps. */
export function JobPage() {
  const id = useRoute().params['id'] ?? '';
  const job = useJob(id);
  const events = useLiveJob(id);
  usePageTitle(job.data?.title ?? t().nav.reports);
  return (
    <div class="page job-page">
      <a class="page-above" href="/reports">
        {t().nav.reports}
      </a>
      <Loaded query={job} heading={t().nav.reports}>
        {(data) => <JobView job={data} events={events} />}
      </Loaded>
    </div>
  );
}

function JobView({ job, events }: { readonly job: Job; readonly events: readonly StreamEvent[] }) {
  const words = t().reports;
  const isRunning = job.status === 'running';
  return (
    <>
      <header class="session-head">
        <div class="session-head-line">
          <h1 dir="auto">{job.title}</h1>
          <Actions job={job} />
        </div>
        <JobFacts job={job} />
        {isRunning && (
          <Bar
            percent={job.progress.percent}
            tone={toneOf(job.status)}
            label={t().session.percentDone(job.progress.percent)}
          />
        )}
      </header>
      {job.attention !== undefined && <p class="note note-waiting">{job.attention}</p>}
      {job.error !== undefined && (
        <p class="note note-failed" dir="auto">
          <code>{job.errorCode}</code> {job.error}
        </p>
      )}
      <Gaps job={job} />
      <Failures job={job} />
      {job.result !== undefined && (
        <Panel reset={job.jobId}>
          <JobResult job={job} result={job.result} />
        </Panel>
      )}
      {events.length > 0 && (
        <details class="context">
          <summary>{words.events}</summary>
          <ol class="plain-events">
            {events.map((event) => (
              <li key={event.pos}>
                <time class="figures quiet" dateTime={event.at} title={dateTime(event.at)}>
                  {clockTime(event.at)}
                </time>{' '}
                <code>{event.type}</code>
              </li>
            ))}
          </ol>
        </details>
      )}
    </>
  );
}

function JobFacts({ job }: { readonly job: Job }) {
  const words = t().reports;
  const endMs = job.finishedAt === null ? now.value : Date.parse(job.finishedAt);
  return (
    <div class="session-facts">
      <StateMark status={job.status} />
      <span>{words.kinds[job.kind as keyof typeof words.kinds] ?? job.kind}</span>
      {job.progress.phase !== undefined && job.status === 'running' && <span>{job.progress.phase}</span>}
      {job.startedAt !== null && (
        <span>
          {words.took} <span class="figures">{duration(Math.max(0, endMs - Date.parse(job.startedAt)))}</span>
        </span>
      )}
      {job.result !== undefined && <span class="figures">{bytes(job.result.bytes)}</span>}
      <span>
        {words.asked} <Ago at={job.createdAt} />
      </span>
      {job.origin !== undefined && (
        <a class="link-alone" href={`/jobs/${job.origin.jobId}`}>
          {words.origin}
        </a>
      )}
      {job.scheduleId !== undefined && (
        <a class="link-alone" href={`/reports?tab=schedules&schedule=${job.scheduleId}`}>
          {words.fromSchedule}
        </a>
      )}
      {job.links.temporal !== null && (
        <a class="link-alone" href={job.links.temporal} target="_blank" rel="noopener noreferrer">
          {t().session.openInTemporal}
        </a>
      )}
    </div>
  );
}

function Actions({ job }: { readonly job: Job }) {
  const words = t().reports;
  if (job.status === 'running') {
    return <CancelJobButton job={job} />;
  }
  if (job.downloadUrl === undefined) return null;
  return (
    <a class="button button-primary" href={job.downloadUrl} download>
      <Icon name="download" /> {words.download}
    </a>
  );
}

/** The gaps of a report, and the button that gathers them by a new job. */
function Gaps({ job }: { readonly job: Job }) {
  const words = t().reports;
  const address = useAddress();
  const { busy, run } = useAction();
  const missing = job.sections?.filter(({ status }) => status === 'missing') ?? [];
  if (missing.length === 0) return null;
  const redo = (): Promise<boolean> =>
    run(
      async () => {
        const { jobId } = await call('redoReportSections', { params: { id: job.jobId } });
        address.go(`/jobs/${jobId}`);
      },
      { done: words.gathering },
    );
  return (
    <div class="note note-waiting">
      <p>{words.hasGaps}</p>
      <ul class="bullets">
        {missing.map(({ name, title, error }) => (
          <li key={name} dir="auto">
            {title}: {error}
          </li>
        ))}
      </ul>
      <Button icon="redo" busy={busy.value} onClick={() => void redo()}>
        {words.gather}
      </Button>
    </div>
  );
}

function Failures({ job }: { readonly job: Job }) {
  if (job.errorDetails === undefined || job.errorDetails.length === 0) return null;
  return (
    <details class="context" open>
      <summary>{t().reports.everyTry}</summary>
      <ol class="tries">
        {job.errorDetails.map(({ step, try: number, type, message, at }) => (
          <li key={`${step} ${number}`}>
            <strong>{step}</strong> {t().session.tryNumber(number)}, <Ago at={at} />
            <p class="note note-failed" dir="auto">
              <code>{type}</code> {message}
            </p>
          </li>
        ))}
      </ol>
    </details>
  );
}
