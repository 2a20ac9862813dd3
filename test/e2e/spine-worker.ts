import type { ReportActivities } from '../../src/contracts/report.js';
import { gatherActivity } from '../../src/db/activity-facts.js';
import { loadConfig } from '../../src/platform/config.js';
import { createLogger } from '../../src/platform/logger.js';
import { createPool } from '../../src/platform/pool.js';
import { temporalTarget } from '../../src/platform/temporal-connection.js';
import { connectTemporalWorker, installTemporalRuntime } from '../../src/platform/temporal-worker.js';
import { createWorker } from '../../src/workers/worker.js';
import { spineActivities } from '../support/spine.js';

/**
 * The worker as production makes it, with one thing put in through its dependencies: a place where it stops and says so
 * on standard output, so that a test can kill it right there. STOP_AT: `produce` (in the middle of a step) or `report`
 * (the step is committed, Temporal does not know yet).
 */
const env = process.env;
const config = loadConfig();
const logger = createLogger({ level: 'silent', service: 'worker' });
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());

const say = (word: string): void => void process.stdout.write(`${word}\n`);
const forever = (): Promise<never> => new Promise(() => undefined);

installTemporalRuntime(logger);
const pool = createPool({ databaseUrl: config.databaseUrl ?? '', max: 5, applicationName: 'worker', logger });
say('booted');
const connection = await connectTemporalWorker(temporalTarget(config), logger, stop.signal);
if (connection !== undefined) {
  const activities = spineActivities(pool, connection.client, {
    gather: (db, asked) => {
      say('gathering');
      return env['STOP_AT'] === 'produce' ? forever() : gatherActivity(db, asked);
    },
  });
  const flow = activities.flow as ReportActivities;
  const worker = await createWorker({
    connection: connection.native,
    namespace: connection.namespace,
    queues: ['flow'],
    workflowBundle: { codePath: env['WORKFLOW_BUNDLE'] ?? '' },
    activities: {
      ...activities,
      flow: {
        ...activities.flow,
        gatherReport: async (input: Parameters<ReportActivities['gatherReport']>[0]) => {
          const facts = await flow.gatherReport(input);
          say('gathered');
          return env['STOP_AT'] === 'report' ? forever() : facts;
        },
      },
    },
  });
  stop.signal.addEventListener('abort', () => worker.shutdown());
  say('ready');
  await worker.run();
  await connection.native.close();
}
await pool.end();
