/**
 * Cost of a wake-up for its writers: runs that change at once, each with one event. The product announces after
 * the commit; the baseline has its NOTIFY inside the transaction. In turns, on one pool and database. Then
 * words of models every 10 ms beside the same writers. The product's way is compared with a NOTIFY that is
 * flushed.
 *
 * Not measured: several processes, a network, listeners. WRITERS (20) at once, SECONDS (5) a turn.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { runEventsChannel } from '../src/contracts/names.js';
import { stepDeltasChannel } from '../src/contracts/sessions/delta.js';
import { event } from '../src/contracts/event-data.js';
import { migrateUp, readMigrations } from '../src/db/base/migrate.js';
import { withTransaction, type Tx } from '../src/db/base/transaction.js';
import { projectRun } from '../src/db/runs/events.js';
import { createLogger } from '../src/platform/logger.js';
import { createDeltaPublisher } from '../src/models/deltas/channel.js';
import { createPool } from '../src/platform/pool.js';
import { givenRun } from '../test/support/runs.js';
import { inOwnDatabase } from './support/own-database.js';
import { givenUser } from '../test/support/people.js';

const WRITERS = Number(process.env['WRITERS'] ?? 20);
const SECONDS = Number(process.env['SECONDS'] ?? 5);
const ROUNDS = 3;
const WORDS_EVERY_MS = 10;
const WORDS = ['x'.repeat(4_000)];

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
  const pool = createPool({ databaseUrl, max: WRITERS + 1, applicationName: 'bench', logger });
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
  const compare = async (names: readonly [string, string], turns: readonly (() => Promise<number>)[]) => {
    const ratios: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      const [before = NaN, after = NaN] = [await turns[0]?.(), await turns[1]?.()];
      ratios.push(after / before);
      print(
        `round ${round}: ${names[0]} ${before.toFixed(0)}/s, ${names[1]} ${after.toFixed(0)}/s, ratio ${(after / before).toFixed(2)}`,
      );
    }
    print(`ratio, median of ${ROUNDS}: ${ratios.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]?.toFixed(2)}`);
  };
  await compare(['inside', 'after'], [() => rate(notified), () => rate(announced)]);

  const flushed = (payloads: readonly string[]): Promise<unknown> =>
    pool.query('select pg_notify($1, payload) from unnest($2::text[]) as payload', [
      stepDeltasChannel,
      payloads,
    ]);
  const besideWords = async (publish: (payloads: readonly string[]) => Promise<unknown>): Promise<number> => {
    const over = new AbortController();
    const times: number[] = [];
    const speak = async (): Promise<void> => {
      while (!over.signal.aborted) {
        const startedAt = performance.now();
        await publish(WORDS);
        times.push(performance.now() - startedAt);
        await delay(WORDS_EVERY_MS);
      }
    };
    const speaking = speak();
    const changes = await rate(announced);
    over.abort();
    await speaking;
    const [middle = NaN] = times.sort((a, b) => a - b).slice(Math.floor(times.length / 2));
    print(`  words took ${middle.toFixed(1)} ms in the middle`);
    return changes;
  };
  const publish = createDeltaPublisher(pool);
  await compare(['words flushed', 'not'], [() => besideWords(flushed), () => besideWords(publish)]);
  await pool.end();
});
