import type { Pool } from 'pg';
import { runEventsChannel } from '../../src/contracts/names.js';

/** A change of the session that its list shows, announced as the product does it. Gives when it was committed. */
export async function moveSession(pool: Pool, id: string, topic: string): Promise<number> {
  const { rows } = await pool.query<{ pos: string }>(
    `with moved as (
       update runs set title = $2, last_pos = last_pos + 1, updated_at = clock_timestamp() where id = $1 returning last_pos)
     insert into run_events (run_id, pos, type, data)
     select $1, last_pos, 'session.resumed', jsonb_build_object('reason', $2::text) from moved returning pos`,
    [id, topic],
  );
  const committedAt = Date.now();
  await pool.query('select pg_notify($1, $2)', [runEventsChannel, `${id}:${rows[0]?.pos}`]);
  return committedAt;
}
