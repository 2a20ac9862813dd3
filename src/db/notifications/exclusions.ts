import { many, sql, type Db } from '../base/sql.js';

export function countExclusions(
  db: Db,
  runId: string,
): Promise<{ reason: string; channel: string; count: number }[]> {
  return many(
    db,
    sql`select reason, channel, count(*) as count from notification_exclusions where run_id = ${runId}
         group by reason, channel order by count desc, reason, channel`,
  );
}

export interface ExclusionRow {
  readonly office_id: string;
  readonly staff_id: string;
  readonly staff_name: string | null;
  readonly deadline_id: string;
  readonly deadline_title: string | null;
  readonly channel: string;
  readonly threshold: number;
  readonly reason: string;
  readonly detail: string | null;
}

export function listExclusions(db: Db, runId: string, limit: number): Promise<ExclusionRow[]> {
  return many<ExclusionRow>(
    db,
    sql`select office_id, staff_id, (select name from staff where staff.id = staff_id) as staff_name, deadline_id,
               (select title from deadlines where deadlines.id = deadline_id) as deadline_title,
               channel, threshold, reason, detail
          from notification_exclusions
         where run_id = ${runId} order by office_id, staff_id, deadline_id, channel limit ${limit}`,
  );
}
