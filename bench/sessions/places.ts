import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import type { Pool } from 'pg';
import { migrateUp, readMigrations } from '../../src/db/base/migrate.js';
import { createLogger } from '../../src/platform/logger.js';
import { createPool } from '../../src/platform/pool.js';
import { inOwnDatabase } from '../support/own-database.js';

/** A database and a namespace of their own. */
export interface Places {
  readonly pool: Pool;
  readonly url: string;
  readonly client: Client;
  readonly connection: Connection;
  readonly address: string;
  readonly namespace: string;
}

/** The database is removed afterwards. */
export async function inOwnPlaces(work: (places: Places) => Promise<void>): Promise<void> {
  const address = process.env['TEMPORAL_ADDRESS'] ?? '127.0.0.1:7233';
  const namespace = `bench-sessions-${randomBytes(4).toString('hex')}`;
  await inOwnDatabase('sessions', async (url) => {
    const logger = createLogger({ level: 'warn', service: 'bench' });
    const pool = createPool({ databaseUrl: url, max: 10, applicationName: 'bench', logger });
    const connection = await Connection.connect({ address });
    try {
      await migrateUp(pool, await readMigrations('src/db/migrations'));
      await prepareNamespace(connection, namespace);
      const client = new Client({ connection, namespace });
      await work({ pool, url, client, connection, address, namespace });
    } finally {
      await connection.close();
      await pool.end();
    }
  });
}

async function prepareNamespace(connection: Connection, namespace: string): Promise<void> {
  const workflowExecutionRetentionPeriod = msToTs('1 day');
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod });
  const searchAttributes = { CotStatus: 2, CotPhase: 3, CotTemplate: 2 };
  // The parts of a server learn of a new namespace one after the other, within some ten seconds.
  for (let tries = 1; ; tries += 1) {
    try {
      await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
      return;
    } catch (error) {
      if (tries === 30) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
}
