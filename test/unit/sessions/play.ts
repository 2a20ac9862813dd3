import { refusalOf, type SessionCommand } from '../../../src/domain/sessions/commands.js';
import { applyCommand, applyFact, nextAction } from '../../../src/domain/sessions/machine.js';
import type { ContentRef, SessionPlan, SessionState, StepName } from '../../../src/domain/sessions/state.js';

/** The session of the unit tests: three phases, a gate after the first two. */

export const by = { userId: 'usr_1', via: 'api' } as const;

export function ref(text: string): ContentRef {
  return { sha256: text, bytes: text.length, preview: text };
}

export function planOf(overrides: Partial<SessionPlan> = {}): SessionPlan {
  const phases = ['one', 'two', 'three'].map((title, index) => ({ title, gate: index < 2 }));
  return { phases, autoSteps: true, gateTimeoutMs: null, onTimeout: 'hold', ...overrides };
}

export function approve(digest: string | null = null): SessionCommand {
  return { kind: 'approve', by, digest, comment: null, notes: null };
}

export function redo(phase: number, step: StepName = 'THINK'): SessionCommand {
  return {
    kind: 'redo',
    by,
    from: { phase, step },
    digest: null,
    comment: null,
    instructions: null,
    input: null,
    model: null,
  };
}

/** Does what the workflow would do until somebody has to act. */
export function settle(state: SessionState, nowMs = 0): SessionState {
  for (;;) {
    const action = nextAction(state);
    if (action.kind === 'run_step') {
      const { phase, step, attempt } = action;
      const result = {
        stepId: `${phase}${step}${attempt}`,
        attempt,
        ref: ref(`${phase}-${step}-${attempt}`),
      };
      state = applyFact(state, { kind: 'step_finished', phase, step, result }, nowMs).state;
    } else if (action.kind === 'open_gate') {
      const gateId = `gate-${state.phase}-${state.attempt}`;
      state = applyFact(state, { kind: 'gate_opened', gateId }, nowMs).state;
    } else {
      return state;
    }
  }
}

export function command(state: SessionState, given: SessionCommand, nowMs = 0): SessionState {
  expect(refusalOf(state, given)).toBeNull();
  return applyCommand(state, given, nowMs).state;
}
