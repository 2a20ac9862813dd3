import { withTransaction } from '../../../src/db/base/transaction.js';
import { seedBuiltinTemplates } from '../../../src/db/templates/templates.js';
import { loadConfig } from '../../../src/platform/config.js';
import { createLogger } from '../../../src/platform/logger.js';
import { createRunControl } from '../../../src/platform/temporal/run-control.js';
import { createWebhookWake } from '../../../src/platform/webhook-wake.js';
import { startBackground } from '../../../src/workers/background.js';
import { openWorkerResources } from '../../../src/workers/resources.js';
import { testObjectFolder, testSecrets } from '../servers/object-stores.js';
import { useSluice, type OpenParts, type Places, type Sluice } from './sluice.js';

export type WholeHouse = Sluice<'ana' | 'admin'>;

/**
 * An API and a worker of every queue with all the parts of production. With them come the offline model, a data
 * source and people.
 */
export function useWholeHouse(more: Record<string, string> = {}): WholeHouse {
  const env: Record<string, string> = {
    TEMPORAL_UI_URL: 'http://localhost:8233',
    RATE_LIMIT_PER_MINUTE: '1000000',
    WEBHOOK_ALLOW_HTTP: 'true',
    WEBHOOK_ALLOW_LOOPBACK: 'true',
    OFFLINE_LLM_LATENCY_MS: '0',
  };
  const house = useSluice({
    env: Object.assign(env, more),
    people: { ana: 'ANALYST', admin: 'ADMIN' },
    hasShop: true,
    keepsWorking: true,
    queues: [],
    open: openProduction,
  });
  beforeAll(() => withTransaction(house.database.pool, seedBuiltinTemplates));
  return house;
}

async function openProduction({ database, temporal, env }: Places): Promise<OpenParts> {
  const own = {
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: temporal.address,
    SIGNING_SECRET: testSecrets.current,
    OBJECT_STORE_DIR: testObjectFolder(),
  };
  const logger = createLogger({ level: 'silent', service: 'worker' });
  const { resources, announcements, close } = await openWorkerResources(
    loadConfig(Object.assign(own, env)),
    logger,
  );
  const { client } = temporal;
  const wakes = {
    pool: resources.pool,
    wakeWebhook: createWebhookWake(client),
    control: createRunControl(client),
  };
  const ending = new AbortController();
  const background = startBackground({ client, announcements, ...wakes, logger, signal: ending.signal });
  return {
    parts: { ...resources, ...wakes, policy: { startGraceMs: 5_000, silentMs: 60_000 } },
    async close() {
      ending.abort();
      await background.ended();
      await close();
    },
  };
}
