import type { Pool } from 'pg';
import { migrateUp, readMigrations } from './migrate.js';
import { seedBuiltinTemplates } from '../templates/templates.js';
import { withTransaction } from './transaction.js';

/** The schema of this program and the templates it brings along. Safe at every start, and by several at once. */
export async function prepareDatabase(pool: Pool): Promise<{ applied: string[] }> {
  const applied = await migrateUp(pool, await readMigrations());
  await withTransaction(pool, seedBuiltinTemplates);
  return { applied };
}
