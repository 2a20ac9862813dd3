import { duration } from '../app/format';
import { t } from '../app/i18n';
import type { PhaseView, SessionDetail, StepView } from '../app/types';
import { StateMark, statusWord } from '../ui/state-mark';
import { useSteps } from './session-queries';

interface PhaseTrackProps {
  readonly session: SessionDetail;
  readonly chosen: number;
  readonly onChoose: (phase: number) => void;
}

/** The phases in their order: a column beside the document, a stepper above it on a phone. */
export function PhaseTrack({ session, chosen, onChoose }: PhaseTrackProps) {
  const steps = useSteps(session.id).data ?? [];
  return (
    <nav class="phase-track" aria-label={t().session.phases}>
      <ol>
        {session.phases.map((phase) => (
          <li key={phase.number}>
            <button
              type="button"
              class={`phase phase-${phase.status}`}
              aria-current={phase.number === chosen ? 'step' : undefined}
              aria-keyshortcuts={phase.number > 9 ? undefined : String(phase.number)}
              title={phase.number > 9 ? undefined : `${phase.title} (${phase.number})`}
              onClick={() => onChoose(phase.number)}
            >
              <StateMark status={phase.status} bare />
              <span class="phase-text">
                <span class="phase-title" dir="auto">
                  {phase.title}
                </span>
                <span class="phase-note" dir="auto">
                  {wordsOfState(session, phase)}
                  {phase.attempt > 1 && !isAhead(phase) && ` · ${t().session.attempt(phase.attempt)}`}
                </span>
                <StepDots phase={phase} steps={steps} />
              </span>
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** Three steps, as long as they took. */
function StepDots({ phase, steps }: { readonly phase: PhaseView; readonly steps: readonly StepView[] }) {
  return (
    <span class="step-dots">
      {phase.steps.map(({ step, state, stepId }) => {
        const run = steps.find(({ id }) => id === stepId);
        const took = run?.durationMs == null ? '' : ` ${duration(run.durationMs)}`;
        return (
          <span
            key={step}
            class={`step-dot step-dot-${state}`}
            title={`${t().steps[step]}: ${statusWord(state)}${took}`}
          >
            <span class="unseen">
              {t().steps[step]} {statusWord(state)}
            </span>
            <span class="figures">{took}</span>
          </span>
        );
      })}
    </span>
  );
}

const isAhead = ({ status }: PhaseView): boolean => status === 'pending' || status === 'not_reached';

/** Its status, and who decided. */
function wordsOfState(session: SessionDetail, phase: PhaseView): string {
  const gate = session.gates.findLast((each) => each.phase === phase.number && each.decidedAt !== null);
  if (phase.status !== 'approved' || gate === undefined) return statusWord(phase.status);
  const by = gate.decidedBy?.name ?? t().session.via[gate.decidedVia ?? 'timeout'];
  return `${statusWord(gate.status)} · ${by}`;
}
