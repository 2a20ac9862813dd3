import { prepareDatabase } from '../../db/base/prepare-database.js';
import { one, sql } from '../../db/base/sql.js';
import type { Logger } from '../../platform/logger.js';
import { createPool } from '../../platform/pool.js';
import { bootstrapUsers } from '../bootstrap.js';
import { makeDemoOffices } from './demo-offices.js';
import type { Secrets } from '../secrets.js';

const DATABASE = 'sluice';

/** The address of our own database in a cluster of ours, made when it is not there yet. */
export async function ensureDatabase(clusterUrl: string, logger: Logger): Promise<string> {
  const pool = createPool({ databaseUrl: clusterUrl, max: 1, applicationName: 'set-up', logger });
  try {
    const { there } = await one<{ there: boolean }>(
      pool,
      sql`select exists (select 1 from pg_database where datname = ${DATABASE}) as there`,
    );
    if (!there) await pool.query(`create database ${DATABASE}`);
  } finally {
    await pool.end();
  }
  const url = new URL(clusterUrl);
  url.pathname = `/${DATABASE}`;
  return url.href;
}

/** Tables and the first users, before any process of ours looks at the database. In one of ours also a demo. */
export async function setUpDatabase(
  databaseUrl: string,
  {
    secrets,
    logger,
    isOurs,
  }: { readonly secrets: Secrets; readonly logger: Logger; readonly isOurs: boolean },
): Promise<{ applied: string[]; signInToken: string }> {
  const pool = createPool({ databaseUrl, max: 2, applicationName: 'set-up', logger });
  try {
    const { applied } = await prepareDatabase(pool);
    const users = await bootstrapUsers(pool, secrets);
    if (isOurs) await makeDemoOffices(pool, new Date().toISOString().slice(0, 10));
    return { applied, ...users };
  } finally {
    await pool.end();
  }
}
