import { fileURLToPath } from 'node:url';
import { loadConfig } from '../platform/config.js';
import { directDatabaseUrlOf, poolOf } from '../platform/database-url.js';
import { createTokenVerifier } from '../platform/jwt.js';
import { openDeltaFeed } from '../models/deltas/open-feed.js';
import { createLogger } from '../platform/logger.js';
import { createApiMetrics } from '../platform/metrics/api-metrics.js';
import { exposeProcess } from '../platform/metrics/process-metrics.js';
import { openObjectStore } from '../platform/objects/open.js';
import { openCache, openRedis } from '../platform/cache/open.js';
import { createListenerClient, createPool } from '../platform/pool.js';
import { createRunControl } from '../platform/temporal/run-control.js';
import { createScheduleControl } from '../platform/temporal/schedule-control.js';
import { signingSecretsOf } from '../platform/signing-secrets.js';
import { payloadCodecOf } from '../platform/temporal/payload-codec.js';
import { createTemporalClient } from '../platform/temporal/client.js';
import { startTracing } from '../platform/tracing/start-tracing.js';
import { Announcements } from '../platform/announcements.js';
import { exitWithParent } from '../platform/parent-watch.js';
import { openSql } from '../platform/sql/open.js';
import { createApp } from './app.js';
import { createApiDeps, startBackground } from './deps.js';
import { createUpgrade } from './routes.js';
import { closeServer, createApiServer, listen } from './http/server.js';

const DRAIN_MS = 15_000;

const config = loadConfig();
exitWithParent();
const secrets = signingSecretsOf(config);
const logger = createLogger({ level: config.logLevel, service: 'api' });
const tracing = await startTracing({ endpoint: config.otlpEndpoint, service: 'sluice-api' });
const [metrics, objects] = [createApiMetrics(), await openObjectStore(config, secrets)];
const pool = createPool({ ...poolOf(config), applicationName: 'api', logger });
exposeProcess(metrics, pool);
const redis = await openRedis(config, logger);
const temporal = createTemporalClient(config, tracing?.clientInterceptors);
const createClient = () => createListenerClient(directDatabaseUrlOf(config), 'api-listener');
const announcements = new Announcements({ createClient, logger });
const deps = createApiDeps({
  config,
  secrets,
  logger,
  metrics,
  pool,
  redis,
  temporal,
  payloadCodec: payloadCodecOf(config),
  announcements,
  tracing,
  objects,
  ...(await openSql(config, objects)),
  runControl: createRunControl(temporal),
  schedules: createScheduleControl(temporal),
  cache: openCache(redis, metrics, () => announcements.listening),
  modelText: openDeltaFeed(pool),
  tokens: createTokenVerifier(config),
  consoleFolder: fileURLToPath(new URL('../console/', import.meta.url)),
  documentsFolder: fileURLToPath(new URL('../../docs/', import.meta.url)),
});
const background = startBackground(deps);
const server = createApiServer(createApp(deps), createUpgrade(deps));
const { port } = await listen(server, { host: config.host, port: config.port ?? 3000 });
logger.info({ host: config.host, port }, 'the API listens');

const stop = async (): Promise<void> => {
  background.stopStreams();
  await closeServer(server, DRAIN_MS);
  await background.stop();
  redis?.destroy();
  await Promise.all([temporal.connection.close(), pool.end(), tracing?.shutdown()]);
};
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop());
