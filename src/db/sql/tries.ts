import type { SqlProgress } from '../../domain/sql/progress.js';
import type { ResultColumn } from '../../domain/sql/result-values.js';
import { toJsonb } from '../base/jsonb.js';
import { execute, maybeOne, sql, type Db } from '../base/sql.js';

export interface SqlTryProgress {
  readonly runId: string;
  readonly attempt: number;
  readonly progress: SqlProgress;
  readonly rows: number;
  readonly bytes: number;
  readonly tempBytes: number | null;
  readonly waitingOn: string | null;
  readonly memory: number;
}

/** Requests of readers, which a projection returns to its worker. */
export interface SqlRunControl {
  readonly cancelRequested: boolean;
  readonly ended: boolean;
}

/** Undefined: the run is no longer kept, or a later try has it. */
export function projectProgress(db: Db, seen: SqlTryProgress): Promise<SqlRunControl | undefined> {
  return maybeOne<SqlRunControl>(
    db,
    sql`update sql_runs
           set progress = ${toJsonb(seen.progress)}::jsonb, row_count = ${seen.rows}::bigint,
               bytes = ${seen.bytes}::bigint, temp_bytes = ${seen.tempBytes}::bigint,
               waiting_on = ${seen.waitingOn}::text, told_at = clock_timestamp(),
               peak_memory = greatest(peak_memory, ${seen.memory}::bigint)
          from runs
         where run_id = ${seen.runId} and runs.id = run_id and attempt = ${seen.attempt}
        returning runs.cancel_requested_at is not null as "cancelRequested", runs.finished_at is not null as ended`,
  );
}

/** Begins a try, after which an earlier one projects nothing more. Returns the progress of the earlier ones. */
export function beginTry(
  db: Db,
  runId: string,
  attempt: number,
): Promise<{ progress: Partial<SqlProgress> } | undefined> {
  return maybeOne<{ progress: Partial<SqlProgress> }>(
    db,
    sql`update sql_runs
           set attempt = ${attempt}, began_at = clock_timestamp(), row_count = 0, bytes = 0, temp_bytes = null,
               waiting_on = null, partial = null
         where run_id = ${runId} and attempt <= ${attempt}
        returning progress`,
  );
}

/** False when a later try has the run. */
export async function holdsRun(db: Db, runId: string, attempt: number): Promise<boolean> {
  const held = await maybeOne(db, sql`select from sql_runs where run_id = ${runId} and attempt = ${attempt}`);
  return held !== undefined;
}

/** The measures of an answer: equal for the run that made it and for those that it serves. */
export interface AnswerMeasures {
  readonly columns: readonly ResultColumn[];
  readonly rowCount: number;
  readonly bytes: number;
  readonly truncated: boolean;
  readonly executionMs: number;
}

export interface StoredRows extends AnswerMeasures {
  readonly chunks: readonly ResultChunk[];
}

export interface ResultChunk {
  readonly firstRow: number;
  readonly rowCount: number;
  readonly firstByte: number;
  readonly byteCount: number;
  readonly sha256: string;
}

/** The run has its answer, and waits for nothing more. */
export function keepMeasures(db: Db, runId: string, answer: AnswerMeasures): Promise<unknown> {
  return execute(
    db,
    sql`update sql_runs
           set columns = ${toJsonb(answer.columns)}::jsonb, row_count = ${answer.rowCount}::bigint,
               bytes = ${answer.bytes}::bigint, truncated = ${answer.truncated},
               execution_ms = ${answer.executionMs}::bigint, waiting_on = null
         where run_id = ${runId}`,
  );
}

/** The stored result, with an index of its rows. */
export async function keepResult(db: Db, runId: string, stored: StoredRows): Promise<void> {
  await keepMeasures(db, runId, stored);
  await execute(db, sql`delete from sql_result_chunks where run_id = ${runId}`);
  await execute(
    db,
    sql`insert into sql_result_chunks (run_id, first_row, row_count, first_byte, byte_count, sha256)
        select ${runId}, "firstRow", "rowCount", "firstByte", "byteCount", decode(sha256, 'hex')
          from jsonb_to_recordset(${toJsonb(stored.chunks)}::jsonb)
            as given ("firstRow" bigint, "rowCount" integer, "firstByte" bigint, "byteCount" integer, sha256 text)`,
  );
}

export async function keepPartial(
  db: Db,
  runId: string,
  partial: { key: string; sha256: string },
): Promise<void> {
  await execute(db, sql`update sql_runs set partial = ${toJsonb(partial)}::jsonb where run_id = ${runId}`);
}
