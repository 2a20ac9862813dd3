import type { ResultTable } from '../../contracts/sql/ports.js';
import { resultTableName } from '../../domain/sql/result-names.js';
import type { ResultColumn } from '../../domain/sql/result-values.js';
import { many, sql, type Db } from '../base/sql.js';

/** Of these sessions the owner's own whose rows are kept. */
export async function findResultTables(
  db: Db,
  ownerId: string,
  sessionIds: readonly string[],
): Promise<ResultTable[]> {
  if (sessionIds.length === 0) return [];
  const rows = await many<{ id: string; key: string; columns: readonly ResultColumn[] }>(
    db,
    sql`select sql_runs.run_id as id, runs.result->>'key' as key, columns
          from sql_runs join runs on runs.id = sql_runs.run_id
          join objects on objects.key = runs.result->>'key' and released_at is null
         where sql_runs.run_id = any(${[...sessionIds]}::text[]) and runs.owner_id = ${ownerId}
           and runs.status = 'completed' and columns is not null`,
  );
  return rows.map(({ id, key, columns }) => ({ name: resultTableName(id), key, columns }));
}

export interface ListedResult {
  readonly name: string;
  readonly rowCount: number | null;
  readonly columns: readonly ResultColumn[];
}

/** The owner's newest results whose rows are kept. */
export async function listResultTables(db: Db, ownerId: string, most: number): Promise<ListedResult[]> {
  const rows = await many<{ id: string; rowCount: number | null; columns: readonly ResultColumn[] }>(
    db,
    sql`select sql_runs.run_id as id, row_count as "rowCount", columns
          from sql_runs join runs on runs.id = sql_runs.run_id
          join objects on objects.key = runs.result->>'key' and released_at is null
         where runs.owner_id = ${ownerId} and runs.kind = 'sql' and runs.status = 'completed' and columns is not null
         order by runs.created_at desc, runs.id desc limit ${most}`,
  );
  return rows.map(({ id, rowCount, columns }) => ({ name: resultTableName(id), rowCount, columns }));
}
