import { activityInfo, ApplicationFailure, Context } from '@temporalio/activity';
import type { Pool } from 'pg';
import { failureTypes } from '../../contracts/errors.js';
import type { RunResult } from '../../contracts/runs/run.js';
import type { SqlRunActivities } from '../../contracts/sql/run-workflow.js';
import { loadSqlRun, type SqlRunRow } from '../../db/sql/find-run.js';
import { learnFrom } from '../../db/sql/statistics.js';
import { keepResult } from '../../db/sql/tries.js';
import { whileBeating } from '../runs/while-beating.js';
import { checkpointedStep } from '../sessions/checkpointed-step.js';
import { runStatement, type RunStatementDeps, type Ran } from './run-statement.js';

/** The one step of a SQL run: its checkpoint, its result and what was learned from it commit as one. */
export function createSqlRunActivities(deps: RunStatementDeps): SqlRunActivities {
  const { pool } = deps;
  return {
    runSql: async ({ runId }) => {
      let producing: Promise<unknown> = Promise.resolve();
      try {
        return await checkpointedStep<Ran, RunResult>(pool, {
          runId,
          stepKey: 'run',
          produce: () => {
            const ran = produce(deps, runId);
            producing = ran.catch(() => undefined);
            return ran;
          },
          store: async (tx, { run, result, stored }) => {
            await keepResult(tx, runId, stored);
            await learnFrom(tx, run, { ms: stored.executionMs, rows: stored.rowCount });
            return result;
          },
        });
      } finally {
        // A canceled step ends at once, its statement a moment later. The place is free when the statement is gone.
        await whileBeating(() => producing);
      }
    },
  };
}

async function produce(deps: RunStatementDeps, runId: string): Promise<Ran> {
  const run = await load(deps.pool, runId);
  const { attempt } = activityInfo();
  return runStatement(deps, run, { attempt, signal: Context.current().cancellationSignal });
}

async function load(pool: Pool, runId: string): Promise<SqlRunRow> {
  const run = await loadSqlRun(pool, runId);
  if (run !== undefined) return run;
  throw ApplicationFailure.nonRetryable('the statement is no longer kept', failureTypes.recordGone);
}
