import { useEffect, useState } from 'preact/hooks';
import { call, messageOf } from './api';
import { EventLog } from './event-log';
import { useEvents } from './use-events';

interface Progress {
  status: string;
  currentPhase: number;
  currentStep: string | null;
  totalPhases: number;
  phaseTitle: string;
  percent: number;
  outputDigest: string | null;
  reason: string | null;
}

interface Phase {
  title: string;
  status: string;
  output: string | null;
}

interface Session {
  id: string;
  topic: string;
  progress: Progress;
  phases: Phase[];
  links: { temporal: string | null };
}

const base = '/api/v1/cot-sessions';

export function SessionView({ id, onChange }: { id: string; onChange: () => void }) {
  const [session, setSession] = useState<Session>();
  const [problem, setProblem] = useState('');
  const load = async (): Promise<void> => setSession(await call<Session>('GET', `${base}/${id}`));
  const reload = (): void => {
    void load().catch((error: unknown) => setProblem(messageOf(error)));
    onChange();
  };
  const { events, said } = useEvents(`${base}/${id}/events`, reload);
  useEffect(() => void load(), [id]);
  const command = async (path: string, body: object): Promise<void> => {
    setProblem('');
    await call('POST', `${base}/${id}/${path}`, body).catch((error: unknown) => setProblem(messageOf(error)));
    reload();
  };
  if (session === undefined) return <p class="quiet">Loading …</p>;
  const { progress } = session;
  const open = !['completed', 'rejected', 'failed', 'canceled'].includes(progress.status);
  return (
    <section class="card">
      <h2>{session.topic}</h2>
      <p>
        <span class={`status ${progress.status}`}>{progress.status.replaceAll('_', ' ')}</span> phase{' '}
        {progress.currentPhase} of {progress.totalPhases}: {progress.phaseTitle}
        {progress.currentStep !== null && <> · {progress.currentStep}</>}
        {session.links.temporal !== null && (
          <>
            {' '}
            ·{' '}
            <a href={session.links.temporal} target="_blank" rel="noreferrer">
              Temporal Web UI
            </a>
          </>
        )}
      </p>
      <progress class="wide" max={100} value={progress.percent} aria-label={`${progress.percent} percent`} />
      {progress.reason !== null && <p class="problem">{progress.reason}</p>}
      {problem !== '' && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {open && <SessionActions progress={progress} command={command} />}
      {said !== '' && (
        <pre class="said" aria-live="polite">
          {said}
        </pre>
      )}
      {session.phases.map((phase, index) => (
        <details key={phase.title} open={index + 1 === progress.currentPhase}>
          <summary>
            {index + 1}. {phase.title} <span class="quiet">{phase.status.replaceAll('_', ' ')}</span>
          </summary>
          {phase.output === null ? <p class="quiet">Nothing yet.</p> : <pre>{phase.output}</pre>}
        </details>
      ))}
      <p>
        <a href={`${base}/${id}/export`} download>
          Download everything as one bundle
        </a>
      </p>
      <EventLog events={events} />
    </section>
  );
}

interface ActionProps {
  progress: Progress;
  command: (path: string, body: object) => Promise<void>;
}

function SessionActions({ progress, command }: ActionProps) {
  const [instructions, setInstructions] = useState('');
  const { status, currentPhase, outputDigest } = progress;
  const redo = { from: { phase: currentPhase }, ...(instructions === '' ? {} : { instructions }) };
  return (
    <>
      <div class="actions">
        {outputDigest !== null && (
          <button type="button" onClick={() => void command('proceed-next-phase', { outputDigest })}>
            Approve phase {currentPhase}
          </button>
        )}
        {status === 'needs_attention' && (
          <button type="button" onClick={() => void command('continue-async', {})}>
            Try again
          </button>
        )}
        <button
          type="button"
          class="second"
          onClick={() => void command(status === 'paused' ? 'resume' : 'pause', {})}
        >
          {status === 'paused' ? 'Resume' : 'Pause'}
        </button>
        <button type="button" class="second" onClick={() => void command('cancel', {})}>
          Cancel
        </button>
      </div>
      <form
        class="redo"
        onSubmit={(event) => {
          event.preventDefault();
          void command('redo', redo);
          setInstructions('');
        }}
      >
        <label>
          What should be different?
          <textarea
            rows={2}
            value={instructions}
            onInput={(event) => setInstructions(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="second">
          Redo phase {currentPhase}
        </button>
      </form>
    </>
  );
}
