import { one, sql, type Db } from '../base/sql.js';

/** The number of steps at work, over all workers. */
export interface Slots {
  readonly steps: number;
  readonly statements: number;
  readonly statementsWaiting: number;
}

export function countSlots(db: Db): Promise<Slots> {
  return one<Slots>(
    db,
    sql`select (select count(*) from session_steps join runs on runs.id = run_id
                 where session_steps.status = 'running' and runs.finished_at is null) as steps,
               count(*) filter (where place = 'admitted') as statements,
               count(*) filter (where place = 'waiting') as "statementsWaiting"
          from sql_runs join runs on runs.id = sql_runs.run_id and runs.finished_at is null`,
  );
}
