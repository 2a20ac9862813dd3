/**
 * Cost of a poll of a session's progress for the database. The product keeps the medians of its estimate for
 * half a minute; the baseline reads them on each poll. In turns, one reader, on 50 finished sessions of one
 * template.
 *
 * Not measured: HTTP, several readers, a network. SECONDS (3) a turn.
 */
import { migrateUp, readMigrations } from '../src/db/base/migrate.js';
import { readSessionProgress } from '../src/db/sessions/reads-progress.js';
import { createStepHistory } from '../src/operations/sessions/step-history.js';
import { createLogger } from '../src/platform/logger.js';
import { createPool } from '../src/platform/pool.js';
import { SeededSession } from '../test/api/sessions/reads-fixture.js';
import { inOwnDatabase } from './support/own-database.js';
import { givenUser } from '../test/support/people.js';

const SECONDS = Number(process.env['SECONDS'] ?? 3);
const ROUNDS = 3;
const SESSIONS = 50;
const template = 'viral-content';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

await inOwnDatabase('progress', async (databaseUrl) => {
  const logger = createLogger({ level: 'error', service: 'bench' });
  const pool = createPool({ databaseUrl, max: 2, applicationName: 'bench', logger });
  await migrateUp(pool, await readMigrations('src/db/migrations'));
  const viewer = await givenUser(pool);
  for (let n = 0; n < SESSIONS; n += 1) {
    const finished = await SeededSession.create(pool, viewer.userId, { template });
    await finished.finish(0, { durationMs: 1_000 + n });
  }
  const { id } = await SeededSession.create(pool, viewer.userId, { template });
  await pool.query('analyze');
  const kept = createStepHistory();
  /** Mean milliseconds of a poll. */
  const meanMs = async (historyOf: () => typeof kept): Promise<number> => {
    const startedAt = performance.now();
    let polls = 0;
    while (performance.now() - startedAt < SECONDS * 1_000) {
      const row = await readSessionProgress(pool, viewer, id);
      if (row === undefined || (await historyOf().estimate(pool, row)) === null)
        throw new Error('there is no estimate');
      polls += 1;
    }
    return (performance.now() - startedAt) / polls;
  };
  const ratios: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const each = await meanMs(createStepHistory);
    const once = await meanMs(() => kept);
    ratios.push(each / once);
    print(
      `round ${round}: read each time ${each.toFixed(2)} ms, kept ${once.toFixed(2)} ms, ratio ${(each / once).toFixed(1)}`,
    );
  }
  print(`ratio, median of ${ROUNDS}: ${ratios.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]?.toFixed(1)}`);
  await pool.end();
});
