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
