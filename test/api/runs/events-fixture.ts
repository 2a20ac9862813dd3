import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import type pg from 'pg';
import { Announcements } from '../../../src/platform/announcements.js';
import { EventHub } from '../../../src/api/events/event-hub.js';
import { EventStreams, type EventStreamsOptions } from '../../../src/api/events/event-streams.js';
import { createEventUpgrade } from '../../../src/api/events/event-upgrade.js';
import { eventSubjectOf, type LiveSource, type ReadableRuns } from '../../../src/api/events/event-subject.js';
import { createPostgresRateLimitStore } from '../../../src/api/http/limits/rate-limit-store.js';
import { createRateLimiter } from '../../../src/api/http/limits/rate-limiter.js';
import { createApiMetrics } from '../../../src/platform/metrics/api-metrics.js';
import { implementEvents } from '../../../src/api/runs/events.js';
import { runRoutes } from '../../../src/contracts/runs/routes.js';
import { runEventsChannel } from '../../../src/contracts/names.js';
import { newId } from '../../../src/contracts/ids.js';
import type { Principal } from '../../../src/contracts/users/principal.js';
import { Problem } from '../../../src/api/http/problems.js';
import { findRun } from '../../../src/db/runs/runs.js';
import { createLogger } from '../../../src/platform/logger.js';
import { createListenerClient } from '../../../src/platform/pool.js';
import { useDatabase } from '../../support/servers/database.js';
import { waitUntil } from '../../support/wait-until.js';
import { readSse, type Frame, type SseReader } from './events-client.js';
import { givenUser } from '../../support/people.js';

const logger = createLogger({ level: 'silent', service: 'events-test' });

/** The reading side alone, on a port of its own: hub, streams, route and upgrade. Tokens are a plain map. */
export interface ReadingServer {
  readonly url: string;
  readonly announcements: Announcements;
  readonly streams: EventStreams;
  /** Bearer token → who it is. Deleting one revokes it. */
  readonly tokens: Map<string, Principal>;
  readonly close: () => Promise<void>;
}

interface ReadingServerOptions extends Partial<
  Omit<EventStreamsOptions, 'hub' | 'logger' | 'announcements'>
> {
  readonly pool: pg.Pool;
  readonly databaseUrl: string;
  readonly pollIntervalMs?: number;
  readonly live?: LiveSource;
}

async function startReadingServer(options: ReadingServerOptions): Promise<ReadingServer> {
  const tokens = new Map<string, Principal>();
  const announcements = new Announcements({
    createClient: () => createListenerClient(options.databaseUrl, 'events-test'),
    logger,
  });
  const hub = new EventHub({
    db: options.db ?? options.pool,
    announcements,
    logger,
    pollIntervalMs: options.pollIntervalMs ?? 60_000,
  });
  const streams = new EventStreams({ ...options, db: options.pool, hub, announcements, logger });
  const authenticate = (message: IncomingMessage): Promise<Principal | undefined> => {
    const token = message.headers.authorization?.replace('Bearer ', '') ?? '';
    const principal = tokens.get(token);
    return principal === undefined
      ? Promise.reject(new Problem('unauthenticated'))
      : Promise.resolve(principal);
  };
  const deps = { db: options.pool, streams, authenticate };
  const runs: ReadableRuns = {
    find: async (db, principal, id) => {
      const row = await findRun(db, { viewer: principal, id });
      return row && eventSubjectOf(row, { status: row.status, progress: row.progress });
    },
    ...(options.live === undefined ? {} : { live: options.live }),
  };
  const server = createServer(mount(runs, deps).callback());
  server.on(
    'upgrade',
    createEventUpgrade({
      ...deps,
      logger,
      limits: {
        limiter: createRateLimiter({ store: createPostgresRateLimitStore(options.pool), logger }),
        metrics: createApiMetrics(),
        perUser: 6_000,
        perAddress: 600,
      },
      proxies: 0,
      allowedOrigins: ['https://console.example'],
      sources: [{ path: /^\/jobs\/([^/]+)\/events$/, runs }],
    }),
  );
  announcements.start();
  hub.start();
  streams.start();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    streams.stop();
    hub.stop();
    await announcements.stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, announcements, streams, tokens, close };
}

function mount(runs: ReadableRuns, deps: Parameters<typeof implementEvents>[2]): Koa {
  const route = implementEvents(runRoutes.jobEvents, runs, deps);
  if (route.kind !== 'raw') throw new Error('the events route is a raw one');
  const app = new Koa();
  app.use(async (ctx) => {
    try {
      const id = /^\/jobs\/([^/]+)\/events$/.exec(ctx.path)?.[1];
      const principal = await deps.authenticate(ctx.req);
      const query = route.record.query?.parse({ ...ctx.query });
      const call = {
        params: { id },
        query,
        body: undefined,
        path: ctx.path,
        origin: { requestId: 'r', ip: null, userAgent: null },
      };
      await route.handle({ ...call, ...(principal === undefined ? {} : { principal }) }, ctx);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      ctx.status = error.status;
      ctx.body = { code: error.code };
    }
  });
  return app;
}

export async function createRun(pool: pg.Pool, owner: Principal): Promise<string> {
  const id = newId('job');
  await pool.query(
    `insert into runs (id, kind, owner_id, workflow_id, workflow_type, task_queue) values ($1, 'report', $2, $3, 'x', 'flow')`,
    [id, owner.userId, `report:${id}`],
  );
  return id;
}

/** Commits an event and announces it unless `silent`, as the projection does. */
export async function addEvent(
  pool: pg.Pool,
  runId: string,
  type: string,
  options: { data?: Record<string, unknown>; silent?: boolean } = {},
): Promise<void> {
  const final = /^job\.(completed|failed|canceled)$/.exec(type)?.[1] ?? null;
  await pool.query(
    `with moved as (
       update runs set last_pos = last_pos + 1, updated_at = now(),
                       status = coalesce($4, 'running'), finished_at = case when $4 is null then null else now() end
        where id = $1 returning last_pos),
     added as (
       insert into run_events (run_id, pos, type, data) select $1, last_pos, $2, $3 from moved returning pos)
     select case when $5 then null else pg_notify($6, $1 || ':' || pos) end from added`,
    [runId, type, options.data ?? {}, final, options.silent ?? false, runEventsChannel],
  );
}

/** Servers for one test file, closed after each test, and the three people who read from them. */
export interface Reading {
  readonly analyst: Principal;
  readonly pool: pg.Pool;
  serve(options?: Partial<ReadingServerOptions>): Promise<ReadingServer>;
}

export function useReading(): Reading {
  const database = useDatabase();
  const servers: ReadingServer[] = [];
  const people = new Map<string, Principal>();
  beforeAll(async () => {
    people.set('analyst', await givenUser(database.pool));
    people.set('stranger', await givenUser(database.pool));
    people.set('admin', await givenUser(database.pool, 'ADMIN'));
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });
  return {
    get analyst() {
      const analyst = people.get('analyst');
      if (analyst === undefined) throw new Error('the people come with beforeAll');
      return analyst;
    },
    get pool() {
      return database.pool;
    },
    async serve(options = {}) {
      const server = await startReadingServer({ pool: database.pool, databaseUrl: database.url, ...options });
      servers.push(server);
      people.forEach((principal, token) => server.tokens.set(token, principal));
      await until('the hub listens', () => server.announcements.listening);
      return server;
    },
  };
}

export const until = (what: string, check: () => boolean): Promise<unknown> =>
  waitUntil(() => Promise.resolve(check()), { what });

/** Reads the events of a job as the analyst, unless the headers say otherwise. */
export const read = (
  server: ReadingServer,
  runId: string,
  more: Record<string, string> = {},
): Promise<SseReader> =>
  readSse(`${server.url}/jobs/${runId}/events`, { Authorization: 'Bearer analyst', ...more });

export const positions = (frames: readonly Frame[]): (number | undefined)[] =>
  frames.map((frame) => frame.id);

export const upTo = (last: number, from = 1): number[] =>
  Array.from({ length: last - from + 1 }, (_, index) => from + index);
