import type { RunStatus } from '../../domain/runs/status.js';
import { keyset, type PageRequest } from '../base/keyset.js';
import { join, many, sql, type Db, type Sql } from '../base/sql.js';
import { sqlRunColumns, type SqlRunRow } from './find-run.js';

export interface SqlRunFilters {
  readonly ownerId: string;
  readonly statuses: readonly RunStatus[] | undefined;
  readonly dataSource: string | undefined;
}

/** Own runs alone, in any role: `limit + 1` rows of one page, newest first. */
export function listSqlRuns(
  db: Db,
  { ownerId, statuses, dataSource }: SqlRunFilters,
  page: PageRequest,
): Promise<SqlRunRow[]> {
  const { where, orderBy } = keyset(page.position, { at: sql`runs.created_at`, id: sql`runs.id` });
  const conditions: Sql[] = [where, sql`runs.owner_id = ${ownerId}`];
  if (statuses !== undefined) conditions.push(sql`runs.status = any(${[...statuses]}::text[])`);
  if (dataSource !== undefined) conditions.push(sql`data_source = ${dataSource}`);
  return many<SqlRunRow>(
    db,
    sql`select ${sqlRunColumns} from sql_runs join runs on runs.id = run_id
         where ${join(conditions, sql` and `)} order by ${orderBy} limit ${page.limit + 1}`,
  );
}
