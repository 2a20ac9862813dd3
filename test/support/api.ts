import type { Server } from 'node:http';
import { resolve } from 'node:path';
import { createApp } from '../../src/api/app.js';
import { Announcements } from '../../src/platform/announcements.js';
import { createApiDeps, startBackground, type ApiBackground, type ApiDeps } from '../../src/api/deps.js';
import type { Route } from '../../src/api/http/route.js';
import { createRoutes, createUpgrade } from '../../src/api/routes.js';
import type { RunKinds } from '../../src/contracts/run-kinds.js';
import { closeServer, createApiServer, listen } from '../../src/api/http/server.js';
import { loadConfig } from '../../src/platform/config.js';
import { createTokenVerifier } from '../../src/platform/jwt.js';
import { openDeltaFeed } from '../../src/models/deltas/open-feed.js';
import { createLogger, type Logger } from '../../src/platform/logger.js';
import type { ObjectStore } from '../../src/platform/objects/object-store.js';
import { createApiMetrics } from '../../src/platform/metrics/api-metrics.js';
import { exposeProcess } from '../../src/platform/metrics/process-metrics.js';
import { openCache, openRedis } from '../../src/platform/cache/open.js';
import { createListenerClient, createPool } from '../../src/platform/pool.js';
import { createRunControl } from '../../src/platform/temporal/run-control.js';
import { createScheduleControl } from '../../src/platform/temporal/schedule-control.js';
import { openSql } from '../../src/platform/sql/open.js';
import { payloadCodecOf } from '../../src/platform/temporal/payload-codec.js';
import { createTemporalClient } from '../../src/platform/temporal/client.js';
import type { TestDatabase } from './servers/database.js';
import { send, type HttpAnswer, type HttpRequest } from './http.js';
import { testObjects, testSecrets } from './servers/object-stores.js';
import type { TestTemporal } from './servers/temporal.js';
import { waitUntil } from './wait-until.js';

export interface ApiOptions {
  readonly database: Pick<TestDatabase, 'url'>;
  /** Without it Temporal is away. */
  readonly temporal?: TestTemporal;
  readonly env?: Record<string, string>;
  readonly logger?: Logger;
  readonly consoleFolder?: string;
  readonly documentsFolder?: string;
  /** A free one unless the address has to stay the same. */
  readonly port?: number;
  readonly objects?: ObjectStore;
  /** Instead of those of the product. */
  readonly routes?: readonly Route[];
  /** Instead of those of the product. */
  readonly kinds?: RunKinds;
}

export interface TestApi {
  readonly url: string;
  readonly deps: ApiDeps;
  send(path: string, request?: HttpRequest & { readonly token?: string }): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/** A whole API process without the process: its own pool, its own listener, a port of its own. */
export async function startApi(options: ApiOptions): Promise<TestApi> {
  const logger = options.logger ?? createLogger({ level: 'silent', service: 'test' });
  const config = loadConfig({ TEMPORAL_ADDRESS: '127.0.0.1:1', ...options.env });
  const databaseUrl = options.database.url;
  const pool = createPool({ databaseUrl, max: 10, applicationName: 'test-api', logger });
  const temporal = options.temporal?.client ?? createTemporalClient(config);
  const redis = await openRedis(config, logger);
  const createClient = () => createListenerClient(databaseUrl, 'test-listener');
  const announcements = new Announcements({ createClient, logger });
  const metrics = createApiMetrics();
  exposeProcess(metrics, pool);
  const objects = options.objects ?? testObjects();
  const deps = createApiDeps({
    config,
    logger,
    metrics,
    pool,
    redis,
    temporal,
    payloadCodec: payloadCodecOf(config),
    announcements,
    secrets: testSecrets,
    objects,
    ...(await openSql(config, objects)),
    runControl: createRunControl(temporal),
    schedules: createScheduleControl(temporal),
    modelText: openDeltaFeed(pool),
    cache: openCache(redis, metrics, () => announcements.listening),
    tokens: createTokenVerifier(config),
    consoleFolder: options.consoleFolder ?? '/nowhere',
    documentsFolder: options.documentsFolder ?? resolve(import.meta.dirname, '../../docs'),
  });
  const background = startBackground(deps);
  const server = createApiServer(
    createApp(deps, options.routes ?? createRoutes(deps, options.kinds)),
    createUpgrade(deps, options.kinds),
  );
  const { port } = await listen(server, { host: '127.0.0.1', port: options.port ?? 0 });
  await waitUntil(() => Promise.resolve(announcements.listening), { what: 'the listener of the API' });
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    deps,
    send: (path, { token, headers = {}, ...request } = {}) =>
      send(`${url}${path}`, {
        ...request,
        headers: { ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }), ...headers },
      }),
    close: () => close({ server, background, deps, ownsTemporal: options.temporal === undefined }),
  };
}

interface Running {
  readonly server: Server;
  readonly background: ApiBackground;
  readonly deps: ApiDeps;
  readonly ownsTemporal: boolean;
}

async function close({ server, background, deps, ownsTemporal }: Running): Promise<void> {
  background.stopStreams();
  await closeServer(server, 0);
  await background.stop();
  if (ownsTemporal) await deps.temporal.connection.close();
  deps.redis?.destroy();
  await deps.pool.end();
}

/** APIs for one test file, closed after it. */
export function useApi(options: ApiOptions): TestApi {
  let api: TestApi | undefined;
  beforeAll(async () => {
    api = await startApi(options);
  });
  afterAll(async () => {
    await api?.close();
  });
  const present = (): TestApi => {
    if (api === undefined) throw new Error('the API is there only while tests run');
    return api;
  };
  return {
    get url() {
      return present().url;
    },
    get deps() {
      return present().deps;
    },
    send: (path, request) => present().send(path, request),
    close: () => present().close(),
  };
}
