import type { SessionEvent } from '../../domain/sessions/transitions.js';
import type { SessionProgress } from '../../domain/sessions/progress.js';
import type {
  PhaseState,
  SessionPlan,
  SessionState,
  ContentRef,
  StepName,
  StepResult,
} from '../../domain/sessions/state.js';

/** Messages between the API, the session workflow and its activities. Each is a single object; fields may be added. */
export interface CotSessionInput {
  readonly sessionId: string;
  /** For the search attribute, so that people find sessions in the Temporal Web UI. */
  readonly templateName: string;
  readonly plan: SessionPlan;
  readonly limits: SessionLimits;
  readonly model: string | null;
  readonly input: ContentRef | null;
  /** A fork begins with what it took over from its origin. */
  readonly inherited: readonly PhaseState[];
  /** Set by continue-as-new: nothing of a session is lost when its history begins anew. */
  readonly carried: SessionState | null;
  /** To the session in the console; sessions that were started by an older version have none. */
  readonly link?: string | null;
}

export interface SessionLimits {
  readonly maxRetries: number;
  readonly retryDelayMs: number;
  readonly stepTimeoutMs: number;
}

/** Hashes of content in the database: prompts and outputs themselves never enter a workflow's history. */
export interface RunSessionStepInput {
  readonly sessionId: string;
  readonly stepId: string;
  readonly phase: number;
  readonly step: StepName;
  readonly attempt: number;
  readonly model: string | null;
  readonly inputSha256: string | null;
  /** Of the phases before this one, in order; null where a phase was left out. */
  readonly earlierOutputs: readonly (string | null)[];
  readonly earlierNotes: readonly (string | null)[];
  /** Results of this phase's earlier steps. */
  readonly results: Readonly<Partial<Record<StepName, string | null>>>;
  readonly instructions: string | null;
  /** As readers see it while the step runs, and once it is done. */
  readonly progress: SessionProgress;
  readonly progressAfter: SessionProgress;
  /** Steps that an older version scheduled have none: Temporal counts their tries. */
  readonly limits?: SessionLimits;
  /** As the session stands before this step. The activity may go on with the steps that follow by themselves. */
  readonly ahead?: SessionState;
}

export interface FinishedStep {
  readonly phase: number;
  readonly step: StepName;
  readonly result: StepResult;
}

export interface StepOutcome {
  readonly ref: ContentRef;
  /** The steps that the activity ran after its own, in their order. */
  readonly ahead?: readonly FinishedStep[];
  /** Whether the model answered at once. */
  readonly isQuick?: boolean;
}

/** Asks the activity that began with this step, in this state, to begin no further one. */
export interface RecallStepsInput {
  readonly sessionId: string;
  readonly stepId: string;
  readonly state: SessionState;
}

export interface RecalledSteps {
  /** The steps that the activity has finished, in their order. */
  readonly finished: readonly FinishedStep[];
}

export interface ProjectSessionInput {
  readonly sessionId: string;
  /** Of the workflow, and of this projection in it: see domain/sessions/projected.ts. */
  readonly runId: string;
  readonly sequence: number;
  /** The step that runs meanwhile. Any other one that the ledger shows as running was left behind by a reset. */
  readonly runningStepId: string | null;
  readonly state: SessionState;
  readonly progress: SessionProgress;
  readonly events: readonly SessionEvent[];
  readonly atMs: number;
}

/** A person's texts of a decision by signal or update. */
export interface KeepDecisionInput {
  readonly sessionId: string;
  readonly phase: number;
  readonly edits?: string | Record<string, unknown> | undefined;
  readonly notes?: string | undefined;
  readonly instructions?: string | undefined;
}

export interface KeptTexts {
  readonly output: ContentRef | null;
  readonly notes: ContentRef | null;
  readonly instructions: ContentRef | null;
}

export interface SessionActivities {
  runSessionStep(input: RunSessionStepInput): Promise<StepOutcome>;
  projectSession(input: ProjectSessionInput): Promise<void>;
  recallSteps(input: RecallStepsInput): Promise<RecalledSteps>;
  keepDecisionTexts(input: KeepDecisionInput): Promise<KeptTexts>;
}

export interface SessionOutcome {
  readonly status: string;
  readonly reason: string | null;
}
