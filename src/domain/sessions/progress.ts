import { currentPhase, dueStep, stepNames, type SessionState, type StepName } from './state.js';
import type { RunStatus } from '../runs/status.js';
import { waitingSinceOf } from './waiting.js';

/** The workflow's progress of a session. Readers see it with its times as texts: see progress-view.ts. */
export interface SessionProgress {
  status: RunStatus;
  currentPhase: number;
  currentStep: StepName | null;
  /** The phases, counted from 1, whose three steps are done. */
  completedPhases: number[];
  /** Nothing stands in the way of going on, by itself or after a trigger. */
  canProceed: boolean;
  /** It will not move until a person triggers it. */
  requiresManualTrigger: boolean;
  percent: number;
  totalPhases: number;
  phaseTitle: string;
  attempt: number;
  gateId: string | null;
  outputDigest: string | null;
  waitingSinceMs: number | null;
  deadlineAtMs: number | null;
  /** Why it needs attention, or why it ended. */
  reason: string | null;
  version: number;
}

export function sessionStatus(state: SessionState): RunStatus {
  if (state.ending !== null) return state.ending.status;
  if (state.pausedAtMs !== null) return 'paused';
  switch (state.waiting.kind) {
    case 'gate':
    case 'trigger':
      return 'waiting_approval';
    case 'attention':
      return 'needs_attention';
    case 'nothing':
      return 'running';
  }
}

export function progressOf(state: SessionState): SessionProgress {
  const open = state.ending === null;
  const gate = state.waiting.kind === 'gate' ? state.waiting.gate : null;
  const phase = currentPhase(state);
  return {
    status: sessionStatus(state),
    currentPhase: state.phase,
    currentStep: open ? dueStep(phase) : null,
    completedPhases: state.phases.flatMap((each, index) => (dueStep(each) === null ? [index + 1] : [])),
    canProceed: open && state.pausedAtMs === null && state.waiting.kind !== 'attention',
    requiresManualTrigger: open && (state.waiting.kind !== 'nothing' || state.pausedAtMs !== null),
    percent: percentOf(state),
    totalPhases: state.plan.phases.length,
    phaseTitle: state.plan.phases[state.phase - 1]!.title,
    attempt: state.attempt,
    gateId: gate?.id ?? null,
    outputDigest: gate?.digest ?? null,
    waitingSinceMs: waitingSinceOf(state),
    // While it stands still it is no moment: it moves by as long as the pause lasts.
    deadlineAtMs: state.pausedAtMs === null ? (gate?.deadlineAtMs ?? null) : null,
    reason: reasonOf(state),
    version: state.version,
  };
}

/** A hundred is the end alone: after the last step a gate may wait, and the workflow has to close. */
function percentOf(state: SessionState): number {
  if (state.ending?.status === 'completed') return 100;
  const done = state.phases.reduce(
    (sum, phase) => sum + stepNames.filter((step) => phase.results[step] !== undefined).length,
    0,
  );
  return Math.min(99, Math.floor((100 * done) / (state.plan.phases.length * stepNames.length)));
}

function reasonOf(state: SessionState): string | null {
  if (state.ending !== null) return state.ending.reason;
  return state.waiting.kind === 'attention' ? state.waiting.problem.message : null;
}
