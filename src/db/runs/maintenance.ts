import type { RunProgress } from '../../contracts/runs/run.js';
import { waitingStatuses, type RunStatus } from '../../domain/runs/status.js';
import { startableColumns } from './runs.js';
import type { StartableRun } from '../../contracts/runs/startable-run.js';
import { execute, many, sql, type Db, type Sql } from '../base/sql.js';

const MOST_ROWS = 200;

/** Statuses in which a healthy workflow writes nothing for long. */
const resting: readonly RunStatus[] = [...waitingStatuses, 'paused'];

/** Rows whose start nobody has confirmed. Fresh ones are still the business of who wrote them. */
export function listUnstartedRuns(db: Db, olderThanMs: number): Promise<StartableRun[]> {
  return many<StartableRun>(
    db,
    sql`select ${startableColumns} from runs
         where finished_at is null and status = 'queued' and handed_over_at is null and cancel_requested_at is null
           and created_at < now() - make_interval(secs => ${olderThanMs / 1_000})
         order by created_at
         limit ${MOST_ROWS}`,
  );
}

export async function markHandedOver(db: Db, id: string): Promise<void> {
  await execute(db, sql`update runs set handed_over_at = now() where id = ${id}`);
}

/** A start that Temporal no longer knows of: the sweeper takes it up again. */
export async function clearHandedOver(db: Db, id: string): Promise<void> {
  await execute(db, sql`update runs set handed_over_at = null where id = ${id} and status = 'queued'`);
}

/** Runs that somebody wants to end and that have not ended. */
export function listUnfinishedCancels(
  db: Db,
  olderThanMs: number,
): Promise<Pick<OpenRun, 'id' | 'kind' | 'progress' | 'workflowId'>[]> {
  return many(
    db,
    sql`select id, kind, progress, workflow_id as "workflowId" from runs
         where finished_at is null
           and cancel_requested_at < now() - make_interval(secs => ${olderThanMs / 1_000})
         order by cancel_requested_at
         limit ${MOST_ROWS}`,
  );
}

export interface OpenRun {
  readonly id: string;
  readonly kind: string;
  readonly status: RunStatus;
  readonly progress: RunProgress;
  readonly workflowId: string;
  readonly cancelRequested: boolean;
  readonly errorCode: string | null;
  readonly errorWas: RunStatus | null;
  /** It began before this Temporal became the one of this database: the adoption says that its workflow is gone. */
  readonly beforeHome: boolean;
  /** The workflow run of the last projection, where it is known. */
  readonly projectedRunId: string | null;
}

const openRunColumns: Sql = sql`id, kind, status, progress, workflow_id as "workflowId",
  cancel_requested_at is not null as "cancelRequested", error->>'code' as "errorCode", error->>'was' as "errorWas",
  coalesce(created_at < (select recorded_at from temporal_home), false) as "beforeHome",
  (select told->>'runId' from sessions where run_id = runs.id) as "projectedRunId"`;

/**
 * Open runs without a recent change, longest first. Runs that wait for a person are checked five times less often:
 * thousands may wait for weeks. Rows that were never started are the sweeper's.
 */
export function listSilentRuns(db: Db, silentMs: number): Promise<OpenRun[]> {
  return many<OpenRun>(
    db,
    sql`select ${openRunColumns} from runs
         where finished_at is null
           and (status <> 'queued' or handed_over_at is not null)
           and greatest(updated_at, checked_at) < now() - make_interval(secs => ${silentMs / 1_000})
               * case when status = any(${[...resting]}::text[]) then 5 else 1 end
         order by greatest(updated_at, checked_at)
         limit ${MOST_ROWS}`,
  );
}

/** The open runs of these workflows. */
export function listOpenRunsOf(db: Db, workflowIds: readonly string[]): Promise<OpenRun[]> {
  return many<OpenRun>(
    db,
    sql`select ${openRunColumns} from runs
         where finished_at is null and workflow_id = any(${[...workflowIds]}::text[])`,
  );
}

export async function markChecked(db: Db, id: string): Promise<void> {
  await execute(db, sql`update runs set checked_at = now() where id = ${id}`);
}
