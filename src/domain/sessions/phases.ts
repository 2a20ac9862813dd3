import { isFinal, type RunStatus } from '../runs/status.js';
import { dueStep, phaseAt, stepNames, type PhaseState, type SessionState, type StepName } from './state.js';

export const phaseStatuses = [
  'pending',
  'running',
  'waiting_trigger',
  'waiting_approval',
  'paused',
  'needs_attention',
  'approved',
  'rejected',
  'failed',
  'canceled',
  'not_reached',
] as const;
export type PhaseStatus = (typeof phaseStatuses)[number];

/** Where one phase stands, for people. `approved` includes phases that are done without an approval. */
export function phaseStatus(state: SessionState, number: number, status: RunStatus): PhaseStatus {
  const phase = phaseAt(state, number);
  if (phase.approved) return 'approved';
  const ended = isFinal(status);
  if (number !== state.phase) return ended ? 'not_reached' : 'pending';
  if (ended) return status === 'completed' ? 'not_reached' : status;
  if (status === 'paused' || status === 'needs_attention') return status;
  if (state.waiting.kind === 'gate') return 'waiting_approval';
  if (state.waiting.kind === 'trigger') return 'waiting_trigger';
  return status === 'queued' ? 'pending' : 'running';
}

export interface StepState {
  readonly step: StepName;
  readonly state: 'done' | 'skipped' | 'due' | 'pending';
  readonly stepId: string | null;
  readonly attempt: number;
}

/** The three steps of a phase: done or skipped ones, the due one, and the pending rest. */
export function stepStates(phase: PhaseState, isCurrent: boolean): StepState[] {
  const due = dueStep(phase);
  return stepNames.map((step) => {
    const result = phase.results[step];
    if (result !== undefined) {
      const { attempt, ref, stepId } = result;
      return {
        step,
        state: ref === null ? 'skipped' : 'done',
        stepId: stepId === '' ? null : stepId,
        attempt,
      };
    }
    const state = isCurrent && step === due ? 'due' : 'pending';
    return { step, state, stepId: null, attempt: phase.attempt };
  });
}
