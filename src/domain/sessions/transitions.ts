import type { Decider, GateName, SessionCommand } from './commands.js';
import type { AuditedSession } from './audited.js';
import type {
  ContentRef,
  Ending,
  OpenGate,
  SessionState,
  StepName,
  StepProblem,
  StepResult,
} from './state.js';

/** Input of the phase machine that is not a command. */
export type SessionFact =
  | { kind: 'step_finished'; phase: number; step: StepName; result: StepResult }
  | { kind: 'step_failed'; stepId: string; attempt: number; problem: StepProblem }
  | { kind: 'gate_opened'; gateId: string }
  | { kind: 'gate_reminded'; gateId: string }
  | { kind: 'gate_expired'; gateId: string };

export type SessionEvent =
  | { type: 'session.started' }
  | {
      type: 'session.commanded';
      kind: SessionCommand['kind'];
      by: Decider;
      /** The gate that the command names, as it was signed. */
      about?: GateName | null;
      before: AuditedSession;
      after: AuditedSession;
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
  readonly events: readonly SessionEvent[];
}

export interface RunStep {
  readonly kind: 'run_step';
  readonly phase: number;
  readonly step: StepName;
  readonly attempt: number;
}

export type SessionAction =
  | RunStep
  | { kind: 'open_gate' }
  | { kind: 'wait'; untilMs: number | null }
  | { kind: 'end'; ending: Ending };

export function changed(
  state: SessionState,
  change: Partial<SessionState>,
  events: readonly SessionEvent[] = [],
): Transition {
  return { state: { ...state, ...change, version: state.version + 1 }, events };
}

export function unchanged(state: SessionState): Transition {
  return { state, events: [] };
}
