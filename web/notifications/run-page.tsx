import { useRoute } from 'preact-iso';
import { now } from '../app/clock';
import { duration } from '../app/format';
import { t } from '../app/i18n';
import { notices } from './notice-words';
import { useAddress } from '../app/location';
import { usePageTitle } from '../app/page-title';
import type { DeadlineRunResult, Job } from '../app/types';
import { useLiveJob } from '../reports/live-job';
import { useJob } from '../reports/report-queries';
import { Bar } from '../ui/bar';
import { Empty, Loaded, Panel } from '../ui/panel';
import { StateMark } from '../ui/state-mark';
import { Tabs } from '../ui/tabs';
import { Ago } from '../ui/time';
import { DeliveryList } from './deliveries-view';
import { useRunResult } from './notification-queries';
import { RunActions } from './run-actions';
import { RunGate } from './run-gate';
import { RunNumbers } from './run-numbers';
import { RunOffices } from './run-offices';
import { Drift, Excluded } from './run-plan';
import { Samples } from './run-samples';
import { runStatus } from './runs-view';

/** A run: its progress, the people it notified, those it left out with the reason, and items that wait. */
export function NoticeRunPage() {
  const id = useRoute().params['id'] ?? '';
  const job = useJob(id);
  useLiveJob(id);
  usePageTitle(job.data?.title ?? t().nav.notifications);
  return (
    <div class="page notice-run">
      <a class="page-above" href="/notifications">
        {t().nav.notifications}
      </a>
      <Loaded query={job} heading={t().nav.notifications}>
        {(data) => <RunView job={data} />}
      </Loaded>
    </div>
  );
}

function RunView({ job }: { readonly job: Job }) {
  const words = notices().run;
  const result = useRunResult(job.jobId, job.result !== undefined);
  const gateId = job.status === 'running' ? job.progress['gate_id'] : undefined;
  const status = runStatus(job);
  return (
    <>
      <header class="session-head">
        <div class="session-head-line">
          <h1 dir="auto">{job.title}</h1>
          <RunActions job={job} result={result.data} />
        </div>
        <RunFacts job={job} />
        {job.status === 'running' && (
          <Bar
            percent={job.progress.percent}
            tone={status === 'running' ? 'working' : 'waiting'}
            label={t().session.percentDone(job.progress.percent)}
          />
        )}
      </header>
      {typeof gateId === 'string' && <RunGate key={gateId} id={gateId} jobId={job.jobId} />}
      {result.data?.dry_run === true && <p class="note">{words.planNote}</p>}
      {result.data?.stopped_by != null && (
        <p class="note note-waiting">{words.stopped[result.data.stopped_by]}</p>
      )}
      {job.error !== undefined && (
        <p class="note note-failed" dir="auto">
          <code>{job.errorCode}</code> {job.error}
        </p>
      )}
      <RunNumbers job={job} result={result.data} />
      <RunSections job={job} result={result.data} />
    </>
  );
}

function RunFacts({ job }: { readonly job: Job }) {
  const words = t().reports;
  const endMs = job.finishedAt === null ? now.value : Date.parse(job.finishedAt);
  return (
    <div class="session-facts">
      <StateMark status={runStatus(job)} />
      {job.input['dry_run'] === true && <span class="chip">{notices().runs.plan}</span>}
      {job.startedAt !== null && (
        <span>
          {words.took} <span class="figures">{duration(Math.max(0, endMs - Date.parse(job.startedAt)))}</span>
        </span>
      )}
      <span>
        {words.asked} <Ago at={job.createdAt} />
      </span>
      {job.origin !== undefined && (
        <a class="link-alone" href={`/notifications/runs/${job.origin.jobId}`}>
          {notices().run.fromPlan}
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

interface RunSectionsProps {
  readonly job: Job;
  readonly result: DeadlineRunResult | undefined;
}

type Section = keyof ReturnType<typeof notices>['run']['sections'];

/** The sections of a run. A plan has no deliveries, and only a run that executes a plan can drift from it. */
function sectionsOf(isPlan: boolean, result: DeadlineRunResult | undefined): Section[] {
  const sections: Section[] = isPlan
    ? ['offices', 'samples', 'excluded']
    : ['offices', 'deliveries', 'excluded'];
  return (result?.drift.length ?? 0) > 0 ? [...sections, 'drift'] : sections;
}

function RunSections({ job, result }: RunSectionsProps) {
  const words = notices().run;
  const address = useAddress();
  const isPlan = job.input['dry_run'] === true;
  const sections = sectionsOf(isPlan, result);
  const chosen = sections.find((section) => section === address.get('tab')) ?? 'offices';
  const countOf = (section: Section): number | undefined => {
    if (section === 'excluded') return result?.excluded.reduce((sum, { count }) => sum + count, 0);
    return section === 'drift' ? result?.drift.length : undefined;
  };
  const tabs = sections.map((id) => {
    const [label, count] = [words.sections[id], countOf(id)];
    return count === undefined ? { id, label } : { id, label, count };
  });
  const nothing = <Empty title={words.noOffices} text={words.noOfficesText} />;
  return (
    <>
      <Tabs
        label={job.title}
        tabs={tabs}
        chosen={chosen}
        onChoose={(id) => address.set({ tab: id === 'offices' ? undefined : id }, true)}
        panel="run-view"
      />
      <div id="run-view" class="tab-panel" role="tabpanel" aria-labelledby={`tab-${chosen}`} tabIndex={-1}>
        <Panel reset={chosen}>
          {chosen === 'offices' && (
            <RunOffices id={job.jobId} isPlan={isPlan} isRunning={job.status === 'running'} />
          )}
          {chosen === 'deliveries' && <DeliveryList filters={{ run: job.jobId }} />}
          {chosen === 'samples' &&
            (result === undefined ? nothing : <Samples jobId={job.jobId} samples={result.samples} />)}
          {chosen === 'excluded' && (result === undefined ? nothing : <Excluded result={result} />)}
          {chosen === 'drift' && result !== undefined && <Drift drift={result.drift} />}
        </Panel>
      </div>
    </>
  );
}
