import { createLogger } from '../../../src/platform/logger.js';
import { createPool } from '../../../src/platform/pool.js';
import type { TestDatabase } from './database.js';
import { openTcpGate, type TcpGate } from './tcp-gate.js';

/** The database of a test as its workers reach it: through a gate that the test closes and opens. */
export async function withGatedDatabase<Result>(
  database: Pick<TestDatabase, 'url'>,
  work: (gated: Pick<TestDatabase, 'url' | 'pool'>, gate: TcpGate) => Promise<Result>,
): Promise<Result> {
  const gate = await openTcpGate(new URL(database.url).host);
  const url = Object.assign(new URL(database.url), { host: gate.address }).href;
  const logger = createLogger({ level: 'silent', service: 'test' });
  const pool = createPool({ databaseUrl: url, max: 10, applicationName: 'gated', logger });
  try {
    return await work({ url, pool }, gate);
  } finally {
    await pool.end();
    await gate.close();
  }
}
