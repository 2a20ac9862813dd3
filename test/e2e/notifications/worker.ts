import { loadConfig } from '../../../src/platform/config.js';
import { createLogger } from '../../../src/platform/logger.js';
import { createPool } from '../../../src/platform/pool.js';
import { temporalTarget } from '../../../src/platform/temporal/connection.js';
import { connectTemporalWorker, installTemporalRuntime } from '../../../src/platform/temporal/worker.js';
import { createWorker } from '../../../src/workers/worker.js';
import { testSenders } from '../../support/notifications/parts.js';
import { spineActivities } from '../../support/spine.js';

/** The worker as production makes it, for a test that kills it in the middle of a mail. */
const config = loadConfig();
const logger = createLogger({ level: 'silent', service: 'worker' });
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());

installTemporalRuntime(logger);
const databaseUrl = config.databaseUrl ?? '';
const pool = createPool({ databaseUrl, max: 15, applicationName: 'worker', logger });
const connection = await connectTemporalWorker(temporalTarget(config), logger, stop.signal);
const senders = testSenders({ pool }, config.smtpUrl ?? '', { leaseMs: 3_000, mailMs: 2_000 });
if (connection !== undefined) {
  const worker = await createWorker({
    connection: connection.native,
    namespace: connection.namespace,
    queues: ['flow', 'notify'],
    workflowBundle: { codePath: process.env['WORKFLOW_BUNDLE'] ?? '' },
    activities: spineActivities(pool, connection.client, { notifications: senders.parts }),
  });
  stop.signal.addEventListener('abort', () => worker.shutdown());
  process.stdout.write('ready\n');
  await worker.run();
  await connection.native.close();
}
senders.close();
await pool.end();
