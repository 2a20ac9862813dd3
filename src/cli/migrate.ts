import { prepareDatabase } from '../db/base/prepare-database.js';
import type { Config } from '../platform/config.js';
import { withDatabase } from './database.js';
import type { Terminal } from './terminal.js';

/** Brings the database of DATABASE_URL to the schema of this program. Safe to run at every start and by several at once. */
export async function migrate(config: Config, terminal: Terminal): Promise<void> {
  const { applied } = await withDatabase(config, prepareDatabase);
  applied.forEach((name) => terminal.out(`applied ${name}`));
  terminal.err(applied.length === 0 ? 'nothing to do: the schema is up to date' : 'the schema is up to date');
}
