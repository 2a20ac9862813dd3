import type { ReportActivities } from '../../../src/contracts/reports/report.js';
import { runIdOfResult } from '../../../src/domain/runs/object-key.js';
import { gatherSection } from '../../../src/db/reports/gather-section.js';
import { loadConfig } from '../../../src/platform/config.js';
import { createLogger } from '../../../src/platform/logger.js';
import type { ObjectStore } from '../../../src/platform/objects/object-store.js';
import { createPool } from '../../../src/platform/pool.js';
import { temporalTarget } from '../../../src/platform/temporal/connection.js';
import { connectTemporalWorker, installTemporalRuntime } from '../../../src/platform/temporal/worker.js';
import { createWorker } from '../../../src/workers/worker.js';
import { testObjects } from '../../support/servers/object-stores.js';
import { spineActivities } from '../../support/spine.js';

/**
 * The worker as production makes it. It prints each place that it reaches as `<id of the job>: <place>`. STOPS
 * names a place for some jobs. A job stops there, so that a test can kill the worker. A place named after
 * something done (`gathered runs`) is committed, and Temporal does not know it.
 */
const env = process.env;
const config = loadConfig();
const logger = createLogger({ level: 'silent', service: 'worker' });
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());

const say = (words: string): void => void process.stdout.write(`${words}\n`);
const stops = JSON.parse(env['STOPS'] ?? '{}') as Record<string, string>;

async function at(runId: string, place: string): Promise<void> {
  say(`${runId}: ${place}`);
  if (stops[runId] === place) await new Promise(() => undefined);
}

function watched(flow: ReportActivities): ReportActivities {
  return {
    async openReport(input) {
      await at(input.runId, 'opening');
      const basis = await flow.openReport(input);
      await at(input.runId, 'opened');
      return basis;
    },
    async gatherSection(input) {
      const content = await flow.gatherSection(input);
      await at(input.runId, `gathered ${input.section}`);
      return content;
    },
    gatherQuery: (input) => flow.gatherQuery(input),
    async renderReport(input) {
      await at(input.runId, 'rendering');
      const result = await flow.renderReport(input);
      await at(input.runId, 'rendered');
      return result;
    },
  };
}

const store = testObjects();
const objects: ObjectStore = {
  ...store,
  put: (key, content, options) =>
    store.put(
      key,
      (async function* () {
        yield* content;
        // All is written, and nothing is in its place.
        await at(runIdOfResult(key) ?? '', 'storing');
      })(),
      options,
    ),
};

installTemporalRuntime(logger);
const pool = createPool({ databaseUrl: config.databaseUrl ?? '', max: 5, applicationName: 'worker', logger });
say('booted');
const connection = await connectTemporalWorker(temporalTarget(config), logger, stop.signal);
if (connection !== undefined) {
  const activities = spineActivities(pool, connection.client, {
    objects,
    gather: async (sources, asked) => {
      await at(asked.runId, `gathering ${asked.section}`);
      return gatherSection(sources, asked);
    },
  });
  const worker = await createWorker({
    connection: connection.native,
    namespace: connection.namespace,
    queues: ['flow'],
    workflowBundle: { codePath: env['WORKFLOW_BUNDLE'] ?? '' },
    activities: {
      ...activities,
      flow: { ...activities.flow, ...watched(activities.flow as ReportActivities) },
    },
  });
  stop.signal.addEventListener('abort', () => worker.shutdown());
  say('ready');
  await worker.run();
  await connection.native.close();
}
await pool.end();
