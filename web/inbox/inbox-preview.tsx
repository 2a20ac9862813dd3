import { t } from '../app/i18n';
import { useAddress } from '../app/location';
import { useRunResult } from '../notifications/notification-queries';
import { notices } from '../notifications/notice-words';
import { RunActions } from '../notifications/run-actions';
import { RunGate } from '../notifications/run-gate';
import { RunNumbers } from '../notifications/run-numbers';
import { useJob } from '../reports/report-queries';
import { DecisionPanel } from '../session/decision/decision-panel';
import { DocumentView } from '../session/document-view';
import { useLiveSession } from '../session/live-session';
import { useSession } from '../session/session-queries';
import { Loaded, Panel } from '../ui/panel';
import { StateMark } from '../ui/state-mark';
import type { InboxItem } from './inbox-item';
import { QuestionPreview } from './question-preview';

/** The chosen item, read and decided without leaving the list. */
export function InboxPreview({ item }: { readonly item: InboxItem }) {
  if (item.question !== null) return <QuestionPreview question={item.question} />;
  if (item.kind === 'plan') return <PlanPreview item={item} />;
  const jobId = item.gate?.jobId;
  return jobId == null ? <SessionPreview item={item} /> : <RunPreview item={item} jobId={jobId} />;
}

/** A run of notifications that waits, decided without leaving the list. */
function RunPreview({ item, jobId }: { readonly item: InboxItem; readonly jobId: string }) {
  return (
    <>
      <header class="preview-head">
        <h2 dir="auto">{item.title}</h2>
        <a class="button button-plain" href={`/notifications/runs/${jobId}`}>
          {t().inbox.open}
        </a>
      </header>
      <div class="preview-body">
        <RunGate id={item.id} jobId={jobId} />
      </div>
    </>
  );
}

/** A plan of notifications that nobody has executed. */
function PlanPreview({ item }: { readonly item: InboxItem }) {
  const job = useJob(item.id);
  const result = useRunResult(item.id, true);
  return (
    <>
      <header class="preview-head">
        <h2 dir="auto">{item.title}</h2>
        <a class="button button-plain" href={`/notifications/runs/${item.id}`}>
          {t().inbox.open}
        </a>
      </header>
      <div class="preview-body">
        <Loaded query={job}>
          {(data) => (
            <>
              <p class="note">{notices().run.planNote}</p>
              <RunNumbers job={data} result={result.data} />
              <RunActions job={data} result={result.data} />
            </>
          )}
        </Loaded>
      </div>
    </>
  );
}

function SessionPreview({ item }: { readonly item: InboxItem }) {
  const address = useAddress();
  const session = useSession(item.runId);
  const live = useLiveSession(item.runId);
  return (
    <Loaded query={session}>
      {(data) => (
        <>
          <header class="preview-head">
            <div>
              <h2 dir="auto">{data.topic}</h2>
              <p class="session-facts">
                <StateMark status={data.status} />
                <span>{t().session.phaseOf(data.progress.currentPhase, data.progress.totalPhases)}</span>
                <span class="chip">
                  {data.template.name} v{data.template.version}
                </span>
                <span>{data.owner.name}</span>
              </p>
            </div>
            <a class="button button-plain" href={`/sessions/${data.id}`}>
              {t().inbox.open}
            </a>
          </header>
          <div class="preview-body">
            <DocumentView
              session={data}
              phase={data.phases[(item.gate?.phase ?? data.progress.currentPhase) - 1] ?? data.phases[0]!}
              live={live}
            />
          </div>
          <div class="preview-decision">
            <Panel reset={data.id}>
              <DecisionPanel session={data} compact onShow={() => address.set({ part: undefined }, true)} />
            </Panel>
          </div>
        </>
      )}
    </Loaded>
  );
}
