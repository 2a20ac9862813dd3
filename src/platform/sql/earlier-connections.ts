import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import type { DataSource } from '../../contracts/sql/data-source.js';
import { SourceError, type OwnConnection } from '../../contracts/sql/ports.js';
import { connectSource, ANSWER_MS } from './source-client.js';
import { sourceErrorOf } from './source-error.js';

/** A server that ends a statement cleans up first. */
const PATIENCE_MS = 20_000;
const LOOK_AGAIN_MS = 200;
/** A server looks for a client that has died every second: see source-session.ts. */
const UNSEEN_MS = 3_000;
const DENIED = '42501';

/**
 * Ends what an earlier try of the same run left at its source, and waits until it is gone.
 *
 * O1. A connection is known by its name, which carries the run's id: no other run's is touched.
 * O2. A connection that stays is a reason not to run the statement: two tries would burden the source at once.
 * O3. The monitor looks where there is one, else the role of the statements. Where neither may see connections, a dead
 *     client is waited for. A frozen one is not noticed.
 */
export async function endEarlierConnections(source: DataSource, own: OwnConnection): Promise<void> {
  const client = new pg.Client({
    connectionString: source.monitorUrl ?? source.url,
    application_name: 'sluice-sql-watch',
    connectionTimeoutMillis: ANSWER_MS,
    query_timeout: ANSWER_MS,
  });
  client.on('error', () => undefined);
  try {
    await connectSource(client);
    await untilGone(client, own);
  } catch (error) {
    if ((error as { code?: string }).code !== DENIED) throw sourceErrorOf(error, 'connection');
    await setTimeout(UNSEEN_MS);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function untilGone(client: pg.Client, own: OwnConnection): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  for (let left = await othersOf(client, own); left.length > 0; left = await othersOf(client, own)) {
    if (performance.now() > until) {
      throw new SourceError('connection', 'an earlier try is still at the data source');
    }
    for (const pid of left) await terminate(client, pid);
    await setTimeout(LOOK_AGAIN_MS);
  }
}

async function othersOf(client: pg.Client, { applicationName, pid }: OwnConnection): Promise<number[]> {
  const { rows } = await client.query<{ pid: number }>(
    `select pid from pg_stat_activity
      where datname = current_database() and application_name = $1 and pid <> $2`,
    [applicationName, pid],
  );
  return rows.map((row) => row.pid);
}

/** A role that may not end it waits for its end. */
async function terminate(client: pg.Client, pid: number): Promise<void> {
  try {
    await client.query('select pg_terminate_backend($1::int)', [pid]);
  } catch (error) {
    if ((error as { code?: string }).code !== DENIED) throw error;
  }
}
