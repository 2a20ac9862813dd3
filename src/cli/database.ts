import type { Pool } from 'pg';
import type { Config } from '../platform/config.js';
import { directDatabaseUrlOf } from '../platform/database-url.js';
import { createLogger } from '../platform/logger.js';
import { createPool } from '../platform/pool.js';
import { CliError } from './cli-error.js';

/** For the few commands that an operator runs on the database itself, before there is an API to ask. */
export async function withDatabase<Result>(
  config: Config,
  work: (pool: Pool) => Promise<Result>,
): Promise<Result> {
  if (config.databaseUrl === undefined) throw new CliError('Set DATABASE_URL to the database that is meant.');
  const logger = createLogger({ level: 'silent', service: 'sluice-cli' });
  const databaseUrl = directDatabaseUrlOf(config);
  const pool = createPool({ databaseUrl, max: 2, applicationName: 'sluice-cli', logger });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}
