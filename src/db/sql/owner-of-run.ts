import type { Viewer } from '../runs/runs.js';
import { maybeOne, sql, type Db } from '../base/sql.js';

/** With the role that they have now. Undefined: they may not sign in any more, or the run is gone. */
export function findOwnerOfRun(db: Db, runId: string): Promise<Viewer | undefined> {
  return maybeOne<Viewer>(
    db,
    sql`select users.id as "userId", users.role from runs join users on users.id = runs.owner_id
         where runs.id = ${runId} and users.is_active`,
  );
}
