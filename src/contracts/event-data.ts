import type { ShownProgress } from '../domain/sessions/progress-view.js';
import type { RunStatus } from '../domain/runs/status.js';
import type { DecisionChannel, StepName } from '../domain/sessions/state.js';
import type { RunResult } from './runs/run.js';

/**
 * Every event of a run: its name, who gets it, and its data. Workflow code and browsers may import this file: nothing in
 * it parses. `events.ts` holds the same data as schemas, and the compiler holds the two to each other.
 */
export interface EventData {
  /** Made for one reader: what it sees of the run without its events. A kind adds members of its own. */
  snapshot: {
    readonly status: string;
    readonly progress: Readonly<Record<string, unknown>>;
    readonly [member: string]: unknown;
  };
  'session.started': { readonly title: string };
  'phase.started': StepMoment;
  'step.started': StepMoment & { readonly model: string };
  'step.delta': {
    readonly stepId: string;
    readonly attempt: number;
    readonly try: number;
    /** Counts the texts of one try: a higher one abandons the lower. */
    readonly generation: number;
    /** Where the piece begins in its text, in UTF-16 units. */
    readonly offset: number;
    readonly text: string;
  };
  'step.retrying': StepMoment & {
    readonly code: string;
    readonly message: string;
    readonly nextRetryMs: number | null;
  };
  'step.completed': StepMoment & {
    readonly model: string;
    readonly digest: string;
    readonly bytes: number;
    readonly preview: string;
    readonly durationMs: number;
    readonly percent: number;
  };
  'step.failed': StepFailure;
  'phase.completed': StepMoment;
  'gate.opened': GateMoment;
  'gate.reminded': GateMoment;
  'gate.decided': {
    readonly gateId: string;
    readonly phase: number;
    readonly attempt: number;
    readonly digest: string;
    readonly decision: 'approve' | 'edit' | 'redo' | 'reject';
    /** Null when a signal or the clock decided. */
    readonly by: string | null;
    readonly via: DecisionChannel;
    readonly comment: string | null;
  };
  'gate.expired': GateMoment;
  'session.redone': {
    readonly from: { readonly phase: number; readonly step: StepName };
    readonly attempt: number;
    readonly by: string | null;
  };
  progress: { readonly progress: ShownProgress };
  usage: StepMoment & {
    readonly modelUsed: string | null;
    readonly tokensIn: number;
    readonly tokensOut: number;
    readonly tokensCached: number;
    readonly tokensReasoning: number;
    /** Null as soon as the price of one call is not known. */
    readonly costUsd: number | null;
  };
  'budget.warning': {
    readonly usedTokens: number;
    readonly usedCostUsd: number;
    readonly maxTokens: number | null;
    readonly maxCostUsd: number | null;
  };
  'budget.exhausted': StepFailure;
  'session.paused': { readonly reason: string | null };
  'session.resumed': { readonly reason: string | null };
  'session.completed': SessionEnd;
  'session.failed': SessionEnd;
  'session.canceled': SessionEnd;
  'job.started': { readonly state: 'PROCESSING' };
  'job.progress': {
    readonly percent?: number | undefined;
    readonly phase?: string | undefined;
    /** Of a report: the section that was gathered. */
    readonly section?: string | undefined;
    /** Of a notification run: offices that are through, among them those that failed, and all of them. */
    readonly offices_processed?: number | undefined;
    readonly offices_failed?: number | undefined;
    readonly offices_total?: number | undefined;
    /** Of a notification run: messages. */
    readonly sent?: number | undefined;
    readonly failed?: number | undefined;
    /** Why it does not get on; null when it does again. */
    readonly attention?: string | null | undefined;
    /** The base of the percentage, the rest in milliseconds, rows so far, and the number of the try. */
    readonly basis?: string | undefined;
    readonly etaMs?: number | null | undefined;
    readonly rows?: number | undefined;
    readonly attempt?: number | undefined;
  };
  'job.completed': {
    readonly state: 'SUCCESS';
    /** Null for work that has no content to hand out. Its place in the object store is not shown. */
    readonly result: Omit<RunResult, 'key'> | null;
  };
  'job.failed': { readonly state: 'FAILED'; readonly error: string; readonly errorCode: string };
  'job.canceled': { readonly state: 'CANCELED' };
}

export type EventName = keyof EventData;

/** Which step, of which redo (`attempt`), on which retry (`try`). */
interface StepMoment {
  readonly phase: number;
  readonly step: StepName;
  readonly stepId: string;
  readonly attempt: number;
  readonly try: number;
}

interface StepFailure extends Omit<StepMoment, 'try'> {
  /** Null for a step that no worker began. */
  readonly try: number | null;
  readonly code: string;
  readonly message: string;
}

interface GateMoment {
  readonly id: string;
  readonly gateId: string;
  readonly phase: number;
  readonly attempt: number;
  readonly digest: string;
  readonly openedAt: string;
  readonly deadlineAt: string | null;
  readonly remindAt: string | null;
}

/** `session.canceled` also ends a rejected session: the status distinguishes them. */
interface SessionEnd {
  readonly status: RunStatus;
  readonly reason: string | null;
  readonly errorCode: string | null;
}

/** `live`: made for readers and never stored. `final`: no event follows it. */
const occurrence = {
  snapshot: 'live',
  'session.started': 'stored',
  'phase.started': 'stored',
  'step.started': 'stored',
  'step.delta': 'live',
  'step.retrying': 'stored',
  'step.completed': 'stored',
  'step.failed': 'stored',
  'phase.completed': 'stored',
  'gate.opened': 'stored',
  'gate.reminded': 'stored',
  'gate.decided': 'stored',
  'gate.expired': 'stored',
  'session.redone': 'stored',
  progress: 'stored',
  usage: 'stored',
  'budget.warning': 'stored',
  'budget.exhausted': 'stored',
  'session.paused': 'stored',
  'session.resumed': 'stored',
  'session.completed': 'final',
  'session.failed': 'final',
  'session.canceled': 'final',
  'job.started': 'stored',
  'job.progress': 'stored',
  'job.completed': 'final',
  'job.failed': 'final',
  'job.canceled': 'final',
} as const satisfies Record<EventName, 'live' | 'stored' | 'final'>;

export const eventNames = Object.keys(occurrence) as EventName[];

/** Events with a position, to which webhooks may subscribe. */
export const storedEvents: readonly EventName[] = eventNames.filter((name) => occurrence[name] !== 'live');

/** True for the event after which a run has no other. A stream ends with it. */
export function isFinalEvent(type: string): boolean {
  return (occurrence as Readonly<Record<string, string>>)[type] === 'final';
}

/** An event on its way into `run_events`, or out of it. */
export type RunEvent<Name extends EventName = EventName> = {
  [Each in Name]: { readonly type: Each; readonly data: EventData[Each] };
}[Name];

/** An event as its readers get it. `pos` is absent for `step.delta`, which has no position. */
export type PublishedEvent<Name extends EventName = EventName> = {
  [Each in Name]: { readonly pos?: number; readonly at: string; readonly type: Each } & EventData[Each];
}[Name];

export function event<Name extends EventName>(type: Name, data: EventData[Name]): RunEvent<Name> {
  return { type, data } as RunEvent<Name>;
}
