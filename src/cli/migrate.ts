import { migrateUp, readMigrations } from '../db/migrate.js';
import type { Config } from '../platform/config.js';
import { createLogger } from '../platform/logger.js';
import { createPool } from '../platform/pool.js';
import { CliError } from './cli-error.js';
import type { Terminal } from './terminal.js';

/** Brings the database of DATABASE_URL to the schema of this program. Safe to run at every start and by several at once. */
export async function migrate(config: Config, terminal: Terminal): Promise<void> {
  if (config.databaseUrl === undefined)
    throw new CliError('Set DATABASE_URL to the database that is to be migrated.');
  const logger = createLogger({ level: 'silent', service: 'sluice-cli' });
  const pool = createPool({
    databaseUrl: config.databaseUrl,
    max: 2,
    applicationName: 'sluice-migrate',
    logger,
  });
  try {
    const applied = await migrateUp(pool, await readMigrations());
    applied.forEach((name) => terminal.out(`applied ${name}`));
    terminal.err(
      applied.length === 0 ? 'nothing to do: the schema is up to date' : 'the schema is up to date',
    );
  } finally {
    await pool.end();
  }
}
