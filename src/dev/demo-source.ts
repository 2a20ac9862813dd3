import { createHmac } from 'node:crypto';
import { one, sql } from '../db/base/sql.js';
import type { Logger } from '../platform/logger.js';
import { createPool } from '../platform/pool.js';
import { prepareShop, wholeShop, type ShopRoles } from './shop.js';

const DATABASE = 'sluice_demo';

export interface DemoSource {
  /** As SQL_DATA_SOURCES takes it. */
  readonly dataSources: string;
  /** False: it was there already. */
  readonly isNew: boolean;
}

/**
 * The data source `demo`, in a cluster of ours. `appUrl` is the database of our own tables: only its owner may connect
 * from now on. A statement that escapes the demo finds no door.
 */
export async function prepareDemoSource(
  appUrl: string,
  signingSecret: string,
  logger: Logger,
): Promise<DemoSource> {
  const roles = rolesOf(signingSecret);
  await prepareDatabases(appUrl, logger);
  const url = atDatabase(appUrl, DATABASE);
  const pool = createPool({
    databaseUrl: url,
    max: 1,
    applicationName: 'set-up',
    logger,
    statementTimeoutMs: 300_000,
  });
  try {
    const isNew = await prepareShop(pool, roles, wholeShop);
    const source = {
      name: 'demo',
      title: 'Demo shop',
      role: roles.reader.name,
      url: signedIn(url, roles.reader),
      monitorUrl: signedIn(url, roles.monitor),
    };
    return { dataSources: JSON.stringify([source]), isNew };
  } finally {
    await pool.end();
  }
}

/** Derived, so that they are the same at every start and stand in no file of their own. */
function rolesOf(signingSecret: string): ShopRoles {
  const passwordOf = (name: string) => createHmac('sha256', signingSecret).update(name).digest('base64url');
  const [reader, monitor] = ['sluice_demo_reader', 'sluice_demo_monitor'];
  return {
    reader: { name: reader, password: passwordOf(reader) },
    monitor: { name: monitor, password: passwordOf(monitor) },
  };
}

async function prepareDatabases(appUrl: string, logger: Logger): Promise<void> {
  const pool = createPool({ databaseUrl: appUrl, max: 1, applicationName: 'set-up', logger });
  try {
    const { there, own } = await one<{ there: boolean; own: string }>(
      pool,
      sql`select exists (select from pg_database where datname = ${DATABASE}) as there,
                 quote_ident(current_database()) as own`,
    );
    if (!there) await pool.query(`create database ${DATABASE}`);
    await pool.query(`revoke all on database ${own}, postgres from public`);
  } finally {
    await pool.end();
  }
}

function atDatabase(databaseUrl: string, database: string): string {
  const url = new URL(databaseUrl);
  url.pathname = `/${database}`;
  return url.href;
}

function signedIn(databaseUrl: string, { name, password }: ShopRoles['reader']): string {
  const url = new URL(databaseUrl);
  url.username = name;
  url.password = password;
  return url.href;
}
