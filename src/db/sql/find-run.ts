import type { RunError, RunResult } from '../../contracts/runs/run.js';
import type { SqlParameter } from '../../contracts/sql/request.js';
import type { RunStatus } from '../../domain/runs/status.js';
import type { SqlEstimate } from '../../domain/sql/estimate.js';
import type { SqlProgress } from '../../domain/sql/progress.js';
import type { ResultColumn } from '../../domain/sql/result-values.js';
import { visibleTo, type Viewer } from '../runs/runs.js';
import { maybeOne, sql, type Db, type Sql } from '../base/sql.js';

export type SqlPlace = 'waiting' | 'admitted' | 'following' | 'served' | 'released';

export interface SqlRunRow {
  readonly id: string;
  readonly ownerId: string;
  readonly status: RunStatus;
  readonly error: RunError | null;
  readonly result: RunResult | null;
  readonly dataSource: string;
  readonly sql: string;
  readonly params: readonly SqlParameter[];
  readonly rowLimit: number | null;
  readonly fingerprint: string;
  readonly estimate: SqlEstimate | null;
  readonly place: SqlPlace;
  readonly servedBy: string | null;
  readonly attempt: number;
  readonly progress: Partial<SqlProgress>;
  readonly rowCount: number | null;
  readonly bytes: number | null;
  readonly tempBytes: number | null;
  readonly waitingOn: string | null;
  readonly columns: readonly ResultColumn[] | null;
  readonly truncated: boolean;
  readonly executionMs: number | null;
  /** While it runs: since the statement began. */
  readonly elapsedMs: number | null;
  readonly partial: PartialResult | null;
  readonly createdAt: string;
  readonly finishedAt: string | null;
}

/** The partial result of a failed run. */
export interface PartialResult {
  readonly key: string;
  readonly sha256: string;
}

/** The columns of `SqlRunRow`. */
export const sqlRunColumns: Sql = sql`runs.id, runs.owner_id as "ownerId", runs.status, runs.error, runs.result,
  data_source as "dataSource", sql, params, row_limit as "rowLimit", fingerprint, estimate, place,
  served_by as "servedBy", attempt, sql_runs.progress, row_count as "rowCount", bytes, temp_bytes as "tempBytes",
  waiting_on as "waitingOn", columns, truncated, execution_ms as "executionMs",
  (extract(epoch from clock_timestamp() - began_at) * 1000)::bigint as "elapsedMs", partial,
  runs.created_at as "createdAt", runs.finished_at as "finishedAt"`;

/** Undefined: there is no such run, or it is not the viewer's to see. */
export function findSqlRun(db: Db, viewer: Viewer, id: string): Promise<SqlRunRow | undefined> {
  return maybeOne<SqlRunRow>(
    db,
    sql`select ${sqlRunColumns} from sql_runs join runs on runs.id = run_id
         where run_id = ${id} and ${visibleTo(viewer)}`,
  );
}

/** For the run's own worker, which is not limited by ownership. */
export function loadSqlRun(db: Db, id: string): Promise<SqlRunRow | undefined> {
  return maybeOne<SqlRunRow>(
    db,
    sql`select ${sqlRunColumns} from sql_runs join runs on runs.id = run_id where run_id = ${id}`,
  );
}
