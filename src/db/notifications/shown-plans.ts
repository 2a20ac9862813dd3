import type { ShownMessage } from '../../domain/notifications/drift.js';
import { many, sql, type Db } from '../base/sql.js';

/** The plan of a dry run, by office. */
export type ShownPlans = ReadonlyMap<string, readonly ShownMessage[]>;

export async function readShownPlans(
  db: Db,
  planRunId: string | undefined,
  officeIds: readonly string[],
): Promise<ShownPlans> {
  if (planRunId === undefined) return new Map();
  const rows = await many<{ office_id: string; messages: ShownMessage[] }>(
    db,
    sql`select office_id, plan -> 'messages' as messages from notification_run_offices
         where run_id = ${planRunId} and office_id = any(${[...officeIds]}::text[]) and plan is not null`,
  );
  return new Map(rows.map((row) => [row.office_id, row.messages]));
}
