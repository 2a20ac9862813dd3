/**
 * What a wake-up costs its writers: runs that change at once, each with one event, announced after the commit as the
 * product does it, against the same change with its NOTIFY inside the transaction. In turns, on one pool and database.
 *
 * What is not measured: several processes, a network, listeners. WRITERS (20) at once, SECONDS (5) a turn.
 */
import { runEventsChannel } from '../src/contracts/names.js';
import { event } from '../src/contracts/event-data.js';
import { migrateUp, readMigrations } from '../src/db/base/migrate.js';
import { withTransaction, type Tx } from '../src/db/base/transaction.js';
import { projectRun } from '../src/db/runs/events.js';
import { createLogger } from '../src/platform/logger.js';
import { createPool } from '../src/platform/pool.js';
import { givenRun, givenUser } from '../test/support/runs.js';
import { inOwnDatabase } from './own-database.js';

const WRITERS = Number(process.env['WRITERS'] ?? 20);
const SECONDS = Number(process.env['SECONDS'] ?? 5);
const ROUNDS = 3;

type Write = (tx: Tx, runId: string, place: number) => Promise<unknown>;

const change = (runId: string, place: number) => ({
  runId,
  dedupKey: `change:${place}`,
  events: [event('job.progress', { percent: 10 })],
});

const announced: Write = (tx, runId, place) => projectRun(tx, change(runId, place));

const notified: Write = async (tx, runId, place) => {
  // The same change, which announces nothing by itself.
  await projectRun({ ...tx, announce: () => undefined }, change(runId, place));
  await tx.query('select pg_notify($1, $2)', [runEventsChannel, `${runId}:${place}`]);
};

const print = (line: string): void => void process.stdout.write(`${line}\n`);

await inOwnDatabase('announce', async (databaseUrl) => {
  const logger = createLogger({ level: 'error', service: 'bench' });
  const pool = createPool({ databaseUrl, max: WRITERS, applicationName: 'bench', logger });
  await migrateUp(pool, await readMigrations('src/db/migrations'));
  const settings = await pool.query<{ fsync: string; commit: string }>(
    `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit`,
  );
  print(
    `fsync ${settings.rows[0]?.fsync}, synchronous_commit ${settings.rows[0]?.commit}, ${WRITERS} writers`,
  );
  const owner = await givenUser(pool);
  const rate = async (write: Write): Promise<number> => {
    const until = Date.now() + SECONDS * 1_000;
    const counts = await Promise.all(
      Array.from({ length: WRITERS }, async () => {
        const { id } = await givenRun(pool, owner);
        let place = 0;
        while (Date.now() < until) await withTransaction(pool, (tx) => write(tx, id, ++place));
        return place;
      }),
    );
    return counts.reduce((sum, count) => sum + count, 0) / SECONDS;
  };
  const ratios: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const inside = await rate(notified);
    const after = await rate(announced);
    ratios.push(after / inside);
    print(
      `round ${round}: inside ${inside.toFixed(0)}/s, after ${after.toFixed(0)}/s, ratio ${(after / inside).toFixed(2)}`,
    );
  }
  print(`ratio, median of ${ROUNDS}: ${ratios.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]?.toFixed(2)}`);
  await pool.end();
});
