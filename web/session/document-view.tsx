import { isFinal } from '../../src/domain/runs/status.js';
import { t } from '../app/i18n';
import { useAddress } from '../app/location';
import type { PhaseView, SessionDetail } from '../app/types';
import { ContentView } from '../ui/content-view';
import { CopyButton } from '../ui/copy-button';
import { Empty, Loaded } from '../ui/panel';
import { useLastSeen } from './last-seen';
import { ChangesSince, PhaseChanges } from './phase-changes';
import type { LiveSession, Spoken } from './live-session';
import { OutputEditor } from './decision/output-editor';
import { useStep, useSteps } from './session-queries';

interface DocumentProps {
  readonly session: SessionDetail;
  readonly phase: PhaseView;
  readonly live: LiveSession;
}

type Step = PhaseView['steps'][number]['step'];

/** The output of a phase with the two steps before it, earlier attempts and changes. */
export function DocumentView({ session, phase, live }: DocumentProps) {
  const address = useAddress();
  const part = address.get('part');
  const running = runningStep(session, phase);
  const lastSeen = useLastSeen(session, phase);
  if (address.get('edit') === String(phase.number) && session.gate?.phase === phase.number) {
    return <OutputEditor session={session} phase={phase} gate={session.gate} />;
  }
  return (
    <article class="document" aria-label={phase.title}>
      <header class="document-head">
        <h2 dir="auto">{phase.title}</h2>
        <PartChoice
          phase={phase}
          chosen={part}
          running={running}
          hasChanges={lastSeen !== null}
          onChoose={(name) => address.set({ part: name }, true)}
        />
      </header>
      <Instructions phase={phase} />
      {part === 'seen' && lastSeen !== null ? (
        <ChangesSince session={session} phase={phase} since={lastSeen} />
      ) : (
        <Part session={session} phase={phase} part={part} running={running} spoken={live.spoken.value} />
      )}
    </article>
  );
}

function runningStep({ progress, status }: SessionDetail, phase: PhaseView): Step | null {
  return status === 'running' && progress.currentPhase === phase.number ? progress.currentStep : null;
}

interface PartChoiceProps {
  readonly phase: PhaseView;
  readonly chosen: string;
  readonly running: Step | null;
  readonly hasChanges: boolean;
  readonly onChoose: (part: string | undefined) => void;
}

function PartChoice({ phase, chosen, running, hasChanges, onChoose }: PartChoiceProps) {
  const words = t().session;
  const steps = phase.steps.filter(({ step, state }) => step !== 'INTEGRATE' && state === 'done');
  const parts: [string, string][] = [
    ['', running === null ? words.result : t().steps[running]],
    ...steps.map(({ step }): [string, string] => [step, t().steps[step]]),
    ...(hasChanges ? [['seen', words.changesSinceSeen] as [string, string]] : []),
    ...(phase.attempt > 1 ? [['changes', words.changes] as [string, string]] : []),
  ];
  if (parts.length === 1) return null;
  return (
    <div class="segments" role="group" aria-label={words.parts}>
      {parts.map(([id, label]) => (
        <button
          key={id}
          type="button"
          aria-pressed={id === chosen}
          onClick={() => onChoose(id === '' ? undefined : id)}
        >
          {label}
        </button>
      ))}
      {phase.output !== null && <CopyButton text={phase.output} />}
    </div>
  );
}

/** The instructions of a redo, and a reviewer's notes for the later phases. */
function Instructions({ phase }: { readonly phase: PhaseView }) {
  const words = t().session;
  return (
    <>
      {phase.instructions !== null && (
        <blockquote class="asked" dir="auto">
          <strong>{words.askedFor}</strong> {phase.instructions}
        </blockquote>
      )}
      {phase.gap !== null && (
        <p class="note note-waiting" dir="auto">
          {words.gap} {phase.gap}
        </p>
      )}
      {phase.outputEdited && <p class="note">{words.editedByPerson}</p>}
    </>
  );
}

interface PartProps {
  readonly session: SessionDetail;
  readonly phase: PhaseView;
  readonly part: string;
  readonly running: Step | null;
  readonly spoken: Spoken | null;
}

function Part({ session, phase, part, running, spoken }: PartProps) {
  if (part === 'changes') return <PhaseChanges session={session} phase={phase} />;
  const step = phase.steps.find((each) => each.step === part);
  if (step !== undefined) return <StepOutput sessionId={session.id} stepId={step.stepId} />;
  if (running !== null) return <Speech session={session} phase={phase} step={running} spoken={spoken} />;
  if (phase.output !== null) return <ContentView text={phase.output} contentType={phase.outputContentType} />;
  const text = isFinal(session.status) ? t().session.neverReached : t().session.notYet;
  return <Empty title={t().session.nothingYet} text={text} />;
}

interface SpeechProps {
  readonly session: SessionDetail;
  readonly phase: PhaseView;
  readonly step: Step;
  readonly spoken: Spoken | null;
}

/** The model as it speaks. Read aloud at its end, not word by word. */
function Speech({ session, phase, step, spoken }: SpeechProps) {
  const failed = useFailedTry(session, phase, step);
  const isTriedAgain = failed !== null && (spoken?.try ?? 0) <= failed.try;
  return (
    <div class="speech" aria-busy="true">
      <p class="speech-head">
        <span class="pulse" aria-hidden="true" /> {t().session.working(t().steps[step])}
      </p>
      {isTriedAgain && (
        <p class="note note-waiting" dir="auto">
          {t().session.triedAgain(failed.try)} {failed.error}
        </p>
      )}
      {spoken !== null && <ContentView text={spoken.text} contentType={null} streaming />}
    </div>
  );
}

/** The last try of a step, when it failed. Until the next one begins, silence would look like work. */
function useFailedTry(session: SessionDetail, phase: PhaseView, step: Step) {
  const steps = useSteps(session.id).data ?? [];
  const running = steps.find(
    (each) => each.phase === phase.number && each.attempt === phase.attempt && each.step === step,
  );
  const last = running?.tries.at(-1);
  return last === undefined || last.error === null ? null : { try: last.try, error: last.error.message };
}

function StepOutput({ sessionId, stepId }: { readonly sessionId: string; readonly stepId: string | null }) {
  const step = useStep(sessionId, stepId);
  return (
    <Loaded query={step}>
      {({ output, outputContentType }) =>
        output === null ? (
          <Empty title={t().session.nothingYet} />
        ) : (
          <ContentView text={output} contentType={outputContentType} />
        )
      }
    </Loaded>
  );
}
