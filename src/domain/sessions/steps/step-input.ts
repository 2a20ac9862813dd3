import type { RunSessionStepInput } from '../../../contracts/sessions/workflow.js';
import { applyFact } from '../machine.js';
import { progressOf } from '../progress.js';
import { phaseAt, type SessionState } from '../state.js';
import type { StepPlace } from './steps-ahead.js';

/** The input of a step's activity: hashes, never texts, and the progress to project before and after. */
export function stepInput(
  { sessionId, limits }: Pick<RunSessionStepInput, 'sessionId' | 'limits'>,
  state: SessionState,
  { phase, step, attempt, stepId }: StepPlace,
): RunSessionStepInput {
  const earlier = state.phases.slice(0, phase - 1);
  const own = phaseAt(state, phase);
  const placeholder = { stepId, attempt, ref: { sha256: '', bytes: 0, preview: '' } };
  const { state: after } = applyFact(state, { kind: 'step_finished', phase, step, result: placeholder }, 0);
  return {
    sessionId,
    ...(limits === undefined ? {} : { limits }),
    stepId,
    phase,
    step,
    attempt,
    model: state.model,
    inputSha256: state.input?.sha256 ?? null,
    earlierOutputs: earlier.map((each) => each.output?.sha256 ?? null),
    earlierNotes: earlier.map((each) => each.notes?.sha256 ?? null),
    results: Object.fromEntries(
      Object.entries(own.results).map(([name, result]) => [name, result.ref?.sha256 ?? null]),
    ),
    instructions: own.instructions?.sha256 ?? null,
    progress: progressOf(state),
    // The workflow itself projects the end of a session, with the event that closes every stream.
    progressAfter: {
      ...progressOf(after.ending === null ? after : { ...after, ending: null }),
      // Nor does anybody know yet when a wait for a person would begin.
      waitingSinceMs: null,
    },
  };
}
