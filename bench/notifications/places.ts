import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import pg from 'pg';
import { migrateUp, readMigrations } from '../../src/db/base/migrate.js';
import { createLogger } from '../../src/platform/logger.js';
import { createPool } from '../../src/platform/pool.js';
import { createWorker } from '../../src/workers/worker.js';
import { testSenders, type TestSenders } from '../../test/support/notifications/parts.js';
import { testActivities } from '../../test/support/workers/worker.js';

export interface Places {
  readonly pool: pg.Pool;
  readonly client: Client;
  readonly senders: TestSenders;
}

const logger = createLogger({ level: 'error', service: 'bench' });
/** A bench is started in the folder of the project, and bundled into another one. */
const root = (): URL => pathToFileURL(`${process.cwd()}/`);

/** A database and a namespace of its own, removed afterwards, and a worker as production has it. */
export async function inOwnPlaces(smtpUrl: string, work: (places: Places) => Promise<void>): Promise<void> {
  const given = process.env['DATABASE_URL'];
  const address = process.env['TEMPORAL_ADDRESS'] ?? '127.0.0.1:7233';
  if (given === undefined) throw new Error('DATABASE_URL says where a database for this may be made');
  const name = `bench_notifications_${randomBytes(4).toString('hex')}`;
  const admin = new pg.Client({ connectionString: given });
  await admin.connect();
  await admin.query(`create database ${name}`);
  const objects = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  process.env['SLUICE_TEST_OBJECTS'] = objects;
  const databaseUrl = Object.assign(new URL(given), { pathname: `/${name}` }).href;
  const pool = createPool({ databaseUrl, max: 20, applicationName: 'bench', logger });
  try {
    await migrateUp(pool, await readMigrations(fileURLToPath(new URL('src/db/migrations', root()))));
    const connection = await Connection.connect({ address });
    await connection.workflowService.registerNamespace({
      namespace: name,
      workflowExecutionRetentionPeriod: msToTs('1 day'),
    });
    const client = new Client({ connection, namespace: name });
    await withWorker({ pool, client, senders: testSenders({ pool }, smtpUrl) }, address, work);
    await connection.close();
  } finally {
    await pool.end();
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
    await rm(objects, { recursive: true, force: true });
  }
}

async function withWorker(
  places: Places,
  address: string,
  work: (places: Places) => Promise<void>,
): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const { pool, client, senders } = places;
  const native = await NativeConnection.connect({ address });
  const worker = await createWorker({
    connection: native,
    namespace: client.options.namespace,
    queues: ['flow', 'notify'],
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL('src/workflows/index.ts', root())),
      logger: new DefaultLogger('ERROR'),
    }),
    activities: testActivities(pool, client, { notifications: senders.parts }),
  });
  const running = worker.run();
  try {
    await work(places);
  } finally {
    worker.shutdown();
    await running;
    await native.close();
    senders.close();
  }
}
