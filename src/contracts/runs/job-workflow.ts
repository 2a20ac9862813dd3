import type { FinalStatus } from '../../domain/runs/status.js';
import type { RunError, RunResult } from './run.js';
import type { RunProjection } from './projection.js';

/** Messages between the workflow of any job and its activities. Each is a single object; fields may be added. */
export interface JobInput {
  readonly runId: string;
}

export interface ProjectRunReply {
  /** False: the run has ended or is no longer kept, so the workflow stops. */
  readonly open: boolean;
}

export interface EndRunInput {
  readonly runId: string;
  readonly dedupKey: string;
  readonly status: FinalStatus;
  readonly result?: RunResult;
  readonly error?: RunError;
  /** Set when a step used up its retries: the job can be run again from the dead letters. */
  readonly deadLetter?: { readonly step: string };
}

export interface RunActivities {
  projectRun(projection: RunProjection): Promise<ProjectRunReply>;
  endRun(input: EndRunInput): Promise<ProjectRunReply>;
}
