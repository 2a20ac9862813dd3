import { z } from 'zod';
import { runStatuses, type FinalStatus, type RunStatus } from '../../domain/runs/status.js';
import type { SectionStatus } from '../../domain/reports/sections.js';

export const runStatusSchema = z.enum(runStatuses).meta({ id: 'RunStatus' });

/** Why a run failed, stopped or waits for help, in words that its owner may read. */
export interface RunError {
  readonly code: string;
  readonly message: string;
  /** Where the run was flagged as stuck: the status that it goes back to. */
  readonly was?: RunStatus;
}

/** The product of a run: its place in the object store, its type, and its file name. */
export interface RunResult {
  readonly key: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly contentType: string;
  readonly filename: string;
  /** Of a report: how each of its sections came out. */
  readonly sections?: readonly SectionStatus[];
}

/** `percent` and `phase` are what every list shows; a kind adds members of its own. */
export interface RunProgress {
  readonly percent?: number;
  readonly phase?: string;
  /** Counts the changes of these fields, where they may arrive out of order. */
  readonly version?: number;
  readonly [member: string]: unknown;
}

/** The result of every run's workflow: a run can be closed even when its last projection was lost. */
export interface RunOutcome {
  readonly status: FinalStatus;
  readonly result?: RunResult;
  readonly error?: RunError;
  readonly reason?: string | null;
}
