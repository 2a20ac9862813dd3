import type { RunResult } from '../runs/run.js';

/** Messages between the workflow of a SQL run and its activities. */
export interface ExecuteSqlInput {
  readonly runId: string;
}

/** `waiting`: others come first. `served`: another run of the same statement has the result already. */
export type SqlAdmission =
  | { readonly kind: 'admitted' }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'served'; readonly result: RunResult };

export interface SqlQueueActivities {
  admitSql(input: ExecuteSqlInput): Promise<SqlAdmission>;
  /** Gives the place back and lets the next ones in. Doing it twice is harmless. */
  releaseSql(input: ExecuteSqlInput): Promise<void>;
}

export interface SqlRunActivities {
  runSql(input: ExecuteSqlInput): Promise<RunResult>;
}
