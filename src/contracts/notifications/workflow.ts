import type { RunGateKind } from './gate.js';
import type { RunResult } from '../runs/run.js';

/** Messages between the workflow of a run and its activities. Each is a single object; fields may be added. */
export interface NotifyDeadlinesInput {
  readonly runId: string;
  readonly dryRun: boolean;
  /** A moment, or a date: its noon in each office. */
  readonly asOf: string;
  /** Offices in flight at once. */
  readonly officeConcurrency: number;
  /** The dry run that is executed as shown. */
  readonly planRunId?: string;
  /** Only what quiet hours have held. */
  readonly heldOnly?: true;
  readonly rules: NotifyRules;
  /** Where a run that was continued as new goes on. */
  readonly state?: NotifyState;
}

/** The settings as they were when the run was made. */
export interface NotifyRules {
  readonly thresholds: readonly number[];
  readonly overdue: boolean;
  readonly canaryOffices: number;
  readonly pauseErrorRate: number;
}

export interface NotifyState {
  /** Of the last office that was planned. */
  readonly after: string;
  readonly totalOffices: number;
  readonly queries: number;
  readonly startedAtMs: number;
  readonly counts: NotifyCounts;
  /** A person let the run go on after the canary. */
  readonly canaryPassed: boolean;
  /** A person let the run go on in spite of its failures. */
  readonly errorsAccepted: boolean;
}

export interface NotifyCounts {
  readonly offices: number;
  readonly officesFailed: number;
  readonly sent: number;
  readonly failed: number;
}

export interface PlanChunkInput {
  readonly runId: string;
  readonly dryRun: boolean;
  readonly asOf: string;
  readonly planRunId: string | undefined;
  /** Only what quiet hours have held. */
  readonly heldOnly: true | undefined;
  readonly rules: NotifyRules;
  readonly after: string;
  readonly limit: number;
}

export interface PlanChunkReply {
  /** Offices with something to send. */
  readonly officeIds: readonly string[];
  /** How many were looked at, those that have nothing to send or could not be planned among them. */
  readonly planned: number;
  readonly failed: number;
  /** Where the next chunk begins; null: this was the last one. */
  readonly next: string | null;
  /** Of the whole run. */
  readonly totalOffices: number;
  readonly queries: number;
}

export interface NotifyOfficeInput {
  readonly runId: string;
  readonly officeId: string;
  /** Counts the tries of the workflow, apart from Temporal's. */
  readonly round: number;
}

export interface NotifyOfficeReply {
  readonly sent: number;
  readonly failed: number;
}

export interface FailOfficesInput {
  readonly runId: string;
  readonly officeIds: readonly string[];
}

export interface FinishNotificationsInput {
  readonly runId: string;
  readonly dryRun: boolean;
  readonly queries: number;
  readonly durationMs: number;
  /** Where a person ended it. */
  readonly stoppedBy?: RunGateKind;
}

export interface NotificationActivities {
  planChunk(input: PlanChunkInput): Promise<PlanChunkReply>;
  notifyOffice(input: NotifyOfficeInput): Promise<NotifyOfficeReply>;
  /** Offices that used up their tries: noted, audited, and one dead letter for the run. */
  failOffices(input: FailOfficesInput): Promise<void>;
  finishNotifications(input: FinishNotificationsInput): Promise<RunResult>;
  /** Planned messages that this run will not send: their keys are given back. */
  abandonNotifications(input: { readonly runId: string }): Promise<void>;
}
