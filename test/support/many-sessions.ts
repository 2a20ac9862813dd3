import type { Pool } from 'pg';
import { newId } from '../../src/contracts/ids.js';

interface Wanted {
  /** The session that they are like. */
  readonly model: string;
  readonly count: number;
  /** A finished one is not compared with Temporal. */
  readonly status?: 'completed' | 'running';
}

/** Sessions that were never run, the first of them the oldest: "Session 1", "Session 2" and so on. */
export async function insertSessions(
  pool: Pool,
  { model, count, status = 'completed' }: Wanted,
): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId('session'));
  const { rowCount } = await pool.query(
    `with model as (
       select runs.*, s.template_name, s.template_version, s.language, s.options, s.state
         from runs join sessions s on s.run_id = runs.id where runs.id = $3),
     made as (
       insert into runs (id, kind, owner_id, status, title, progress, workflow_id, workflow_type, task_queue,
                         created_at, finished_at)
       select given.id, model.kind, owner_id, $2, 'Session ' || place, progress, 'made:' || given.id, workflow_type,
              task_queue, now() + place * interval '1 ms', case when $2 = 'completed' then now() end
         from model, unnest($1::text[]) with ordinality as given (id, place)
       returning id, title)
     insert into sessions (run_id, template_name, template_version, topic, language, options, state)
     select made.id, template_name, template_version, made.title, language, options, state from made, model`,
    [ids, status, model],
  );
  if (rowCount !== count) throw new Error(`there is no session ${model}`);
  return ids;
}
