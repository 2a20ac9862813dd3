import type { ContentRef } from '../runs/content-ref.js';
import type { FinalStatus } from '../runs/status.js';

export type { ContentRef } from '../runs/content-ref.js';

/** The three steps of every phase, in their order. */
export const stepNames = ['THINK', 'EXECUTE', 'INTEGRATE'] as const;
export type StepName = (typeof stepNames)[number];

export type GateTimeoutPolicy = 'hold' | 'approve' | 'reject';
/** By which way a decision came. */
export const decisionChannels = ['api', 'console', 'signal', 'timeout'] as const;
export type DecisionChannel = (typeof decisionChannels)[number];

export interface StepResult {
  readonly stepId: string;
  readonly attempt: number;
  /** Null where a person skipped the step: the gap is marked, not filled. */
  readonly ref: ContentRef | null;
}

export interface PhaseState {
  /** The session's attempt in which this phase last began anew. */
  readonly attempt: number;
  readonly results: Readonly<Partial<Record<StepName, StepResult>>>;
  /** The output for later phases: the result of INTEGRATE, or the reviewer's edit. */
  readonly output: ContentRef | null;
  readonly approved: boolean;
  /** A reviewer's notes for the phases after this one. */
  readonly notes: ContentRef | null;
  /** The reviewer's instructions for the redo of this phase. */
  readonly instructions: ContentRef | null;
  /** Why a step of this phase was skipped. */
  readonly gap: string | null;
}

export interface OpenGate {
  readonly id: string;
  readonly phase: number;
  readonly attempt: number;
  readonly digest: string;
  readonly openedAtMs: number;
  readonly deadlineAtMs: number | null;
  /** When people are reminded of it, once; null when there is no deadline, or they were. */
  readonly remindAtMs: number | null;
}

export interface StepProblem {
  readonly phase: number;
  readonly step: StepName;
  readonly code: string;
  readonly message: string;
}

/** The reason that the session's next step waits, apart from a pause. */
export type Waiting =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'trigger' }
  | { readonly kind: 'gate'; readonly gate: OpenGate }
  | { readonly kind: 'attention'; readonly problem: StepProblem };

export interface Ending {
  readonly status: FinalStatus;
  readonly reason: string | null;
}

/** Fixed when the session starts: it keeps the template version and the settings it began with. */
export interface SessionPlan {
  readonly phases: readonly { readonly title: string; readonly gate: boolean }[];
  readonly autoSteps: boolean;
  readonly gateTimeoutMs: number | null;
  readonly onTimeout: GateTimeoutPolicy;
}

export interface SessionState {
  readonly plan: SessionPlan;
  /** Counts every accepted change; readers order answers by it. */
  readonly version: number;
  /** 1, and one more with each redo. */
  readonly attempt: number;
  /** Counts from 1. */
  readonly phase: number;
  readonly phases: readonly PhaseState[];
  readonly waiting: Waiting;
  readonly pausedAtMs: number | null;
  /** When the wait began that is counted now, and the sum of those before it; older states have neither. */
  readonly waitingSinceMs?: number | null;
  readonly waitedMs?: number;
  readonly ending: Ending | null;
  /** Ids of the last commands that it took: the server knows them only until the history begins anew. */
  readonly taken?: readonly string[];
  /** Overrides that a redo or a resume brought; they hold from there on. */
  readonly model: string | null;
  readonly input: ContentRef | null;
}

export const emptyPhase: PhaseState = {
  attempt: 1,
  results: {},
  output: null,
  approved: false,
  notes: null,
  instructions: null,
  gap: null,
};

export interface SessionStart {
  plan: SessionPlan;
  model?: string | null;
  input?: ContentRef | null;
  /** A fork begins with what it took over: whole phases, and the first steps of the phase it starts in. */
  inherited?: readonly PhaseState[];
}

export function initialSession(start: SessionStart): SessionState {
  const inherited = start.inherited ?? [];
  const phases = start.plan.phases.map((_phase, index) => inherited[index] ?? emptyPhase);
  const firstOpen = phases.findIndex((phase) => !phase.approved);
  return {
    plan: start.plan,
    version: 1,
    attempt: 1,
    phase: firstOpen + 1,
    phases,
    waiting: { kind: 'nothing' },
    pausedAtMs: null,
    ending: null,
    model: start.model ?? null,
    input: start.input ?? null,
  };
}

export function currentPhase(state: SessionState): PhaseState {
  return phaseAt(state, state.phase);
}

export function phaseAt(state: SessionState, phase: number): PhaseState {
  return state.phases[phase - 1] ?? emptyPhase;
}

export function withPhase(state: SessionState, number: number, phase: PhaseState): SessionState {
  if (phaseAt(state, number) === phase) return state;
  return { ...state, phases: state.phases.map((old, index) => (index === number - 1 ? phase : old)) };
}

/** The first step of a phase that has no result yet; null when all three have one. */
export function dueStep(phase: PhaseState): StepName | null {
  return stepNames.find((step) => phase.results[step] === undefined) ?? null;
}
