import type { RunStatus } from '../runs/status.js';
import { sessionStatus } from './progress.js';
import { currentPhase, dueStep, type SessionState, type StepName, type Waiting } from './state.js';

/** The fields that the audit log compares before and after a command. Content is named by its hash. */
export interface AuditedSession {
  readonly status: RunStatus;
  readonly phase: number;
  readonly step: StepName | null;
  readonly attempt: number;
  /** Apart from the status, because a paused session waits for something too. */
  readonly waitingFor: Waiting['kind'];
  readonly model: string | null;
  readonly inputDigest: string | null;
  readonly instructionsDigest: string | null;
}

export function auditedOf(state: SessionState): AuditedSession {
  const phase = currentPhase(state);
  return {
    status: sessionStatus(state),
    phase: state.phase,
    step: dueStep(phase),
    attempt: state.attempt,
    waitingFor: state.waiting.kind,
    model: state.model,
    inputDigest: state.input?.sha256 ?? null,
    instructionsDigest: phase.instructions?.sha256 ?? null,
  };
}
