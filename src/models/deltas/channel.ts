import type { Pool } from 'pg';
import { stepDeltaRequestsChannel, stepDeltasChannel } from '../../contracts/sessions/delta.js';

/**
 * Sends payloads of deltas to every API process: one statement, no table. Its commit does not wait for the disk: each
 * other NOTIFY would wait for this one's lock. A crash ends every reader's connection anyway.
 */
export function createDeltaPublisher(pool: Pool): (payloads: readonly string[]) => Promise<void> {
  return async (payloads) => {
    if (payloads.length === 0) return;
    await pool.query(
      `select set_config('synchronous_commit', 'off', true), count(pg_notify($1, payload))
         from unnest($2::text[]) as payload`,
      [stepDeltasChannel, [...payloads]],
    );
  };
}

/** Asks whichever worker runs steps of this run to send their texts from the start. */
export function createDeltaRequester(pool: Pool): (runId: string) => Promise<void> {
  return async (runId) => {
    await pool.query('select pg_notify($1, $2)', [stepDeltaRequestsChannel, runId]);
  };
}
