import type { SqlEstimate } from '../../domain/sql/estimate.js';
import type { SqlParameter } from '../../contracts/sql/request.js';
import { execute, prepared, sql } from '../base/sql.js';
import { toJsonb } from '../base/jsonb.js';
import type { Tx } from '../base/transaction.js';

export interface NewSqlRun {
  readonly runId: string;
  readonly ownerId: string;
  readonly commandId: string | null;
  readonly dataSource: string;
  readonly sql: string;
  readonly params: readonly SqlParameter[];
  readonly rowLimit: number | null;
  readonly statementHash: string;
  readonly fingerprint: string;
  readonly estimate: SqlEstimate | null;
  readonly place: 'waiting' | 'following' | 'served';
  readonly servedBy: string | null;
}

/** Beside the row in `runs`, in the same transaction. */
export async function insertSqlRun(tx: Tx, run: NewSqlRun): Promise<void> {
  await execute(
    tx,
    prepared(
      'sql.insert_run',
      sql`insert into sql_runs (run_id, owner_id, command_id, data_source, sql, params, row_limit, statement_hash,
                                fingerprint, estimate, place, served_by)
          values (${run.runId}, ${run.ownerId}, ${run.commandId}, ${run.dataSource}, ${run.sql},
                  ${toJsonb(run.params)}, ${run.rowLimit}, decode(${run.statementHash}, 'hex'), ${run.fingerprint},
                  ${toJsonb(run.estimate)}, ${run.place}, ${run.servedBy})`,
    ),
  );
}

/**
 * A run that replays a dead letter has no row of its own yet: it repeats its origin's request. True: there is a row
 * now.
 */
export async function adoptOrigin(tx: Tx, runId: string): Promise<boolean> {
  const adopted = await execute(
    tx,
    sql`insert into sql_runs (run_id, owner_id, data_source, sql, params, row_limit, statement_hash, fingerprint, estimate)
        select runs.id, runs.owner_id, origin.data_source, origin.sql, origin.params, origin.row_limit,
               origin.statement_hash, origin.fingerprint, origin.estimate
          from runs join sql_runs as origin on origin.run_id = runs.origin_run_id
         where runs.id = ${runId}
        on conflict do nothing`,
  );
  return adopted === 1;
}
