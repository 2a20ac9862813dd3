import type { Decider, GateName, SessionCommand } from './commands.js';
import type { SessionStanding } from './standing.js';
import type { ContentRef, OpenGate, SessionState, StepName, StepProblem, StepResult } from './state.js';

/** What the phase machine is told, and what it answers. */
export type SessionFact =
  | { kind: 'step_finished'; phase: number; step: StepName; result: StepResult }
  | { kind: 'step_failed'; stepId: string; attempt: number; problem: StepProblem }
  | { kind: 'gate_opened'; gateId: string }
  | { kind: 'gate_reminded'; gateId: string }
  | { kind: 'gate_expired'; gateId: string };

export type SessionNews =
  | { type: 'session.started' }
  | {
      type: 'session.commanded';
      kind: SessionCommand['kind'];
      by: Decider;
      /** The gate that the command names, as it was signed. */
      about?: GateName | null;
      before: SessionStanding;
      after: SessionStanding;
      reason: string | null;
    }
  | { type: 'gate.opened'; gate: OpenGate }
  | { type: 'gate.decided'; gate: OpenGate; decision: GateDecision }
  | { type: 'gate.reminded'; gate: OpenGate }
  | { type: 'gate.expired'; gate: OpenGate }
  | { type: 'step.failed'; stepId: string; attempt: number; problem: StepProblem }
  | { type: 'session.redone'; from: { phase: number; step: StepName }; attempt: number; by: Decider }
  | { type: 'session.paused'; reason: string | null }
  | { type: 'session.resumed'; reason: string | null }
  | { type: 'session.ended' };

export interface GateDecision {
  decision: 'approve' | 'edit' | 'redo' | 'reject';
  by: Decider;
  comment: string | null;
  notes: ContentRef | null;
  output: ContentRef | null;
}

export interface Transition {
  readonly state: SessionState;
  readonly news: readonly SessionNews[];
}

export type SessionAction =
  | { kind: 'run_step'; phase: number; step: StepName; attempt: number }
  | { kind: 'open_gate' }
  | { kind: 'wait'; untilMs: number | null }
  | { kind: 'end' };

export function changed(
  state: SessionState,
  change: Partial<SessionState>,
  news: readonly SessionNews[] = [],
): Transition {
  return { state: { ...state, ...change, version: state.version + 1 }, news };
}

export function unchanged(state: SessionState): Transition {
  return { state, news: [] };
}
