import { t } from '../app/i18n';
import { useAddress } from '../app/location';
import { RunGate } from '../notifications/run-gate';
import { DecisionPanel } from '../session/decision-panel';
import { DocumentView } from '../session/document-view';
import { useLiveSession } from '../session/live-session';
import { useSession } from '../session/session-queries';
import { Loaded, Panel } from '../ui/panel';
import { StateMark } from '../ui/state-mark';
import type { InboxItem } from './inbox-items';
import { QuestionPreview } from './question-preview';

/** The chosen item, read and decided without leaving the list. */
export function InboxPreview({ item }: { readonly item: InboxItem }) {
  if (item.question !== null) return <QuestionPreview question={item.question} />;
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
