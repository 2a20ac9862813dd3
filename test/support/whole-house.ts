import { createActivities } from '../../src/activities/index.js';
import { gatherSection } from '../../src/db/reports/gather-section.js';
import { withTransaction } from '../../src/db/base/transaction.js';
import { seedBuiltinTemplates } from '../../src/db/templates/templates.js';
import { loadConfig } from '../../src/platform/config.js';
import { createLogger } from '../../src/platform/logger.js';
import { createRunControl } from '../../src/platform/temporal/run-control.js';
import { createScheduleControl } from '../../src/platform/temporal/schedule-control.js';
import { createWebhookWake } from '../../src/platform/webhook-wake.js';
import { startBackground } from '../../src/workers/background.js';
import { openWorkerResources } from '../../src/workers/resources.js';
import { createWorker } from '../../src/workers/worker.js';
import { useApi, type TestApi, type TestUser } from './api.js';
import { useDatabase, type TestDatabase } from './servers/database.js';
import { testObjectFolder, testSecrets } from './servers/object-stores.js';
import { useTemporal, type TestTemporal } from './servers/temporal.js';
import { workflowBundlePath } from './servers/workflow-bundle.js';
import { usePeople } from './people.js';
import { useShop } from './sql/shop.js';

/**
 * An API and a worker of every queue as production makes them. With them come the offline model, a data source
 * and people.
 */
export interface WholeHouse {
  readonly api: TestApi;
  readonly database: TestDatabase;
  readonly temporal: TestTemporal;
  readonly ana: TestUser;
  readonly admin: TestUser;
}

export function useWholeHouse(more: Record<string, string> = {}): WholeHouse {
  let stop: (() => Promise<void>) | undefined;
  // Before the hooks of the servers: they run in this order, and the worker holds their connections.
  afterAll(() => stop?.());
  const [database, temporal, shop] = [useDatabase(), useTemporal(), useShop()];
  const env: Record<string, string> = {
    SQL_DATA_SOURCES: JSON.stringify([shop.source]),
    TEMPORAL_UI_URL: 'http://localhost:8233',
    RATE_LIMIT_PER_MINUTE: '1000000',
    WEBHOOK_ALLOW_HTTP: 'true',
    WEBHOOK_ALLOW_LOOPBACK: 'true',
    OFFLINE_LLM_LATENCY_MS: '0',
  };
  Object.assign(env, more);
  const reached = {
    get url() {
      return database.url;
    },
  };
  const api = useApi({ database: reached, temporal, env });
  const person = usePeople(database, { ana: 'ANALYST', admin: 'ADMIN' });
  beforeAll(async () => {
    await withTransaction(database.pool, seedBuiltinTemplates);
    const own = {
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: temporal.address,
      SIGNING_SECRET: testSecrets.current,
      OBJECT_STORE_DIR: testObjectFolder(),
    };
    stop = await startWorker(temporal, Object.assign(own, env));
  });
  return {
    api,
    database,
    temporal,
    get ana() {
      return person('ana');
    },
    get admin() {
      return person('admin');
    },
  };
}

async function startWorker(
  { client, namespace, nativeConnection }: TestTemporal,
  env: Record<string, string>,
): Promise<() => Promise<void>> {
  const config = loadConfig(env);
  const logger = createLogger({ level: 'silent', service: 'worker' });
  const { resources, announcements, close } = await openWorkerResources(config, logger);
  const wakes = {
    pool: resources.pool,
    wakeWebhook: createWebhookWake(client),
    control: createRunControl(client),
  };
  const activities = createActivities({
    logger,
    ...resources,
    ...wakes,
    gather: gatherSection,
    schedules: createScheduleControl(client),
    policy: { startGraceMs: 5_000, silentMs: 60_000, keepDays: 30 },
    moreRetention: {},
  });
  const worker = await createWorker({
    connection: await nativeConnection(),
    namespace,
    activities,
    workflowBundle: { codePath: workflowBundlePath() },
    queues: config.workerQueues,
  });
  const ending = new AbortController();
  const background = startBackground({ client, announcements, ...wakes, logger, signal: ending.signal });
  const running = worker.run();
  return async () => {
    worker.shutdown();
    await running;
    ending.abort();
    await background.ended();
    await close();
  };
}
