import { useQuery } from '@tanstack/preact-query';
import { useRoute } from 'preact-iso';
import { call } from '../app/client';
import { t } from '../app/i18n';
import { notices } from '../notifications/notice-words';
import { useAddress } from '../app/location';
import { usePageTitle } from '../app/page-title';
import { pollMs } from '../app/queries';
import type { InboxGate, SessionDetail } from '../app/types';
import { RunGate } from '../notifications/run-gate';
import { DecisionPanel } from '../session/decision/decision-panel';
import { DocumentView } from '../session/document-view';
import { useLiveSession } from '../session/live-session';
import { useSession } from '../session/session-queries';
import { DataView } from '../ui/data-view';
import { Loaded, Panel, Skeleton } from '../ui/panel';
import { StateMark } from '../ui/state-mark';
import { Ago } from '../ui/time';

/** The page of a gate: request, output, changes and the four decisions. It needs no other page. */
export function GatePage() {
  const id = useRoute().params['id'] ?? '';
  const gate = useQuery({
    queryKey: ['gate', id],
    queryFn: ({ signal }) => call('getGate', { params: { id }, signal }),
    refetchInterval: (query) => (query.state.data?.status === 'waiting' ? pollMs() : false),
  });
  usePageTitle(gate.data === undefined ? t().gate.page : gate.data.topic);
  return (
    <div class="page gate-page">
      <Loaded query={gate} heading={t().gate.page} skeleton={<Skeleton lines={9} />}>
        {(data) =>
          data.jobId === null ? <Gate gate={data} /> : <GateOfRun gate={data} jobId={data.jobId} />
        }
      </Loaded>
    </div>
  );
}

/** The gate of a run that has no session: of notifications. */
function GateOfRun({ gate, jobId }: { readonly gate: InboxGate; readonly jobId: string }) {
  return (
    <>
      <header class="gate-head">
        <p class="quiet">
          <a href={`/notifications/runs/${jobId}`}>{notices().run.whole}</a>
        </p>
        <h1 dir="auto">{gate.topic}</h1>
        <p class="session-facts">
          <StateMark status={gate.status === 'waiting' ? 'waiting_approval' : gate.status} />
          <span dir="auto">{gate.phaseTitle}</span>
        </p>
      </header>
      <RunGate id={gate.id} jobId={jobId} />
    </>
  );
}

function Gate({ gate }: { readonly gate: InboxGate }) {
  const session = useSession(gate.sessionId);
  const live = useLiveSession(gate.sessionId);
  return (
    <>
      <header class="gate-head">
        <p class="quiet">
          <a href={`/sessions/${gate.sessionId}`}>{t().gate.wholeSession}</a> · {gate.template.name} v
          {gate.template.version}
        </p>
        <h1 dir="auto">{gate.topic}</h1>
        <p class="session-facts">
          <StateMark status={gate.status === 'waiting' ? 'waiting_approval' : gate.status} />
          <span dir="auto">
            {gate.phase}. {gate.phaseTitle}
          </span>
          {gate.attempt > 1 && <span>{t().session.attempt(gate.attempt)}</span>}
        </p>
      </header>
      <Loaded query={session} skeleton={<Skeleton lines={9} />}>
        {(data) => <GateBody gate={gate} session={data} live={live} />}
      </Loaded>
    </>
  );
}

interface GateBodyProps {
  readonly gate: InboxGate;
  readonly session: SessionDetail;
  readonly live: ReturnType<typeof useLiveSession>;
}

function GateBody({ gate, session, live }: GateBodyProps) {
  const address = useAddress();
  const phase = session.phases[gate.phase - 1];
  if (phase === undefined) return null;
  const isOpen = session.gate?.id === gate.id;
  return (
    <>
      {session.input !== null && (
        <details class="context">
          <summary>{t().session.input}</summary>
          <DataView value={session.input} />
        </details>
      )}
      <Panel reset={session.id}>
        <DocumentView session={session} phase={phase} live={live} />
      </Panel>
      <div class="gate-decision">
        {isOpen ? (
          <DecisionPanel session={session} compact onShow={() => address.set({ part: undefined }, true)} />
        ) : (
          <Decided session={session} gate={gate} />
        )}
      </div>
    </>
  );
}

function Decided({ session, gate }: { readonly session: SessionDetail; readonly gate: InboxGate }) {
  const record = session.gates.find(({ id }) => id === gate.id);
  if (record === undefined || record.decidedAt === null) return null;
  const by = record.decidedBy?.name ?? t().session.via[record.decidedVia ?? 'timeout'];
  return (
    <section class="decision decision-over">
      <h2>
        <StateMark status={record.status} /> <span dir="auto">{by}</span>
      </h2>
      <p class="quiet">
        <Ago at={record.decidedAt} />
      </p>
      {record.comment !== null && <p dir="auto">{record.comment}</p>}
      <p>
        <a class="button button-plain" href={`/sessions/${session.id}`}>
          {t().gate.wholeSession}
        </a>
      </p>
    </section>
  );
}
