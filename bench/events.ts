/**
 * Time from the commit of an event to its frame, for 200 SSE readers on one API process. The baseline is a bare
 * LISTEN client that hears of the same commits. Readers, API and writer are processes of their own on one
 * machine.
 *
 * Not measured: a network, TLS, a proxy, more than one API process, workflows.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Koa from 'koa';
import { Announcements } from '../src/platform/announcements.js';
import { EventHub } from '../src/api/events/event-hub.js';
import { EventStreams } from '../src/api/events/event-streams.js';
import { eventSubjectOf, type ReadableRuns } from '../src/api/events/event-subject.js';
import { implementEvents } from '../src/api/runs/events.js';
import { runRoutes } from '../src/contracts/runs/routes.js';
import { runEventsChannel } from '../src/contracts/names.js';
import { newId } from '../src/contracts/ids.js';
import type { Principal } from '../src/contracts/users/principal.js';
import { migrateUp, readMigrations } from '../src/db/base/migrate.js';
import { projectRun } from '../src/db/runs/events.js';
import { findRun } from '../src/db/runs/runs.js';
import { withTransaction } from '../src/db/base/transaction.js';
import { loadConfig } from '../src/platform/config.js';
import { createLogger } from '../src/platform/logger.js';
import { createListenerClient, createPool } from '../src/platform/pool.js';

const READERS = 200;
const IDLE_READERS = 1_000;
const EVENTS = 300;
const PAUSE_MS = 20;
const principal: Principal = {
  userId: 'usr_bench',
  email: 'b@example.test',
  name: 'b',
  role: 'ADMIN',
  via: 'api_key',
};
const logger = createLogger({ level: 'warn', service: 'bench' });
/** A clock that all processes of this machine share, finer than a millisecond. */
const now = (): number => performance.timeOrigin + performance.now();

type Ask =
  | { do: 'open'; url: string; runs: string[]; count: number }
  | { do: 'listen'; databaseUrl: string }
  | { do: 'take' }
  | { do: 'close' }
  | { do: 'memory' };
type Seen = { frames: [key: string, at: number][]; notified: [key: string, at: number][] };

const roles: Record<string, () => Promise<void>> = { api, readers, driver };
await (roles[process.argv[2] ?? 'driver'] ?? driver)();

/** The API's reading side on Koa, as the API mounts it, and a bare response for comparison. */
async function api(): Promise<void> {
  const databaseUrl = process.argv[3] ?? '';
  const pool = createPool({ databaseUrl, max: 10, applicationName: 'bench-api', logger });
  const createClient = () => createListenerClient(databaseUrl, 'bench-api');
  const announcements = new Announcements({ createClient, logger });
  const hub = new EventHub({ db: pool, announcements, logger, pollIntervalMs: 5_000 });
  const streams = new EventStreams({ db: pool, hub, announcements, logger, perUser: 10_000 });
  const runs: ReadableRuns = {
    find: async (db, viewer, id) => {
      const row = await findRun(db, { viewer, id });
      return row && eventSubjectOf(row, { status: row.status, progress: row.progress });
    },
  };
  const reading = { db: pool, streams, authenticate: () => Promise.resolve(principal) };
  const route = implementEvents(runRoutes.jobEvents, runs, reading);
  if (route.kind !== 'raw') throw new Error('the events route is a raw one');
  const app = new Koa().use(async (ctx) => {
    if (ctx.path === '/bare') {
      ctx.respond = false;
      ctx.res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(': \n\n');
      return;
    }
    const id = ctx.path.split('/')[2];
    const query = { after: undefined, limit: 20 };
    const origin = { requestId: 'r', ip: null, userAgent: null };
    await route.handle({ params: { id }, query, body: undefined, path: ctx.path, origin, principal }, ctx);
  });
  const server = createServer(app.callback());
  announcements.start();
  hub.start();
  streams.start();
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
  process.on('message', () => {
    global.gc?.();
    global.gc?.();
    process.send?.(process.memoryUsage());
  });
}

/** Many readers in one process: plain sockets, and only the `id` of each frame is looked at. */
async function readers(): Promise<void> {
  const seen: Seen = { frames: [], notified: [] };
  const open: { destroy(): void }[] = [];
  const connect = (url: string, run: string, reader: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const request = get(url, { agent: false, headers: { Accept: 'text/event-stream' } }, (response) => {
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          const at = now();
          for (const match of chunk.matchAll(/^id: (\d+)\nevent: job/gm))
            seen.frames.push([`${run}:${match[1]}:${reader}`, at]);
        });
        response.on('error', () => undefined);
        response.once('data', () => resolve());
      });
      request.on('error', reject);
      open.push(request);
    });
  const answer: { [Key in Ask['do']]: (ask: Extract<Ask, { do: Key }>) => Promise<unknown> } = {
    open: async ({ url, runs, count }) => {
      for (let reader = 0; reader < count; reader += 1) {
        const run = runs[reader % runs.length] ?? '';
        await connect(url.replace('RUN', run), run, reader);
      }
    },
    listen: async ({ databaseUrl }) => {
      const client = createListenerClient(databaseUrl, 'bench-listen');
      await client.connect();
      client.on('notification', ({ payload }) => seen.notified.push([payload ?? '', now()]));
      await client.query(`listen ${runEventsChannel}`);
    },
    take: () => Promise.resolve({ frames: seen.frames.splice(0), notified: seen.notified.splice(0) }),
    close: () => Promise.resolve(open.splice(0).forEach((request) => request.destroy())),
    memory: () => Promise.resolve(process.memoryUsage()),
  };
  process.on('message', (ask: Ask) => {
    void (answer[ask.do] as (asked: Ask) => Promise<unknown>)(ask).then((given) =>
      process.send?.(given ?? {}),
    );
  });
}

async function ask<Answer>(child: ChildProcess, question: Ask): Promise<Answer> {
  child.send(question);
  const [answer] = (await once(child, 'message')) as [Answer];
  return answer;
}

async function driver(): Promise<void> {
  const base = loadConfig().databaseUrl;
  if (base === undefined) throw new Error('set DATABASE_URL to a PostgreSQL where a database may be created');
  const admin = createPool({ databaseUrl: base, max: 1, applicationName: 'bench', logger });
  const name = `sluice_bench_events_${process.pid}`;
  await admin.query(`create database ${name}`);
  const databaseUrl = Object.assign(new URL(base), { pathname: `/${name}` }).href;
  const pool = createPool({ databaseUrl, max: 10, applicationName: 'bench', logger });
  const children: ChildProcess[] = [];
  try {
    await migrateUp(pool, await readMigrations('src/db/migrations'));
    await pool.query(
      `insert into users (id, email, name, role) values ('usr_bench', 'b@example.test', 'b', 'ADMIN')`,
    );
    const { child, url } = await startApi(databaseUrl);
    const readersProcess = fork(fileURLToPath(import.meta.url), ['readers']);
    children.push(child, readersProcess);
    await ask(readersProcess, { do: 'listen', databaseUrl });
    const bench = { pool, databaseUrl, readers: readersProcess, url };
    await latency(bench, 1);
    await latency(bench, 20);
    await latency(bench, READERS);
    await memory(bench);
  } finally {
    children.forEach((child) => child.kill('SIGKILL'));
    await pool.end();
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
  }
}

interface Bench {
  readonly pool: ReturnType<typeof createPool>;
  readonly databaseUrl: string;
  readonly readers: ChildProcess;
  readonly url: string;
}

async function createRuns({ pool }: Bench, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId('job'));
  await pool.query(
    `insert into runs (id, kind, owner_id, workflow_id, workflow_type, task_queue)
     select id, 'report', 'usr_bench', id, 'generateReport', 'flow' from unnest($1::text[]) as id`,
    [ids],
  );
  return ids;
}

/** Both are measured from the moment before the writing transaction began to commit its last statement. */
async function latency(bench: Bench, runCount: number): Promise<void> {
  const runs = await createRuns(bench, runCount);
  await ask(bench.readers, { do: 'open', url: `${bench.url}/jobs/RUN/events`, runs, count: READERS });
  await delay(300);
  await ask(bench.readers, { do: 'take' });
  const committed = new Map<string, number>();
  const positions = new Map<string, number>();
  for (let index = 0; index < EVENTS; index += 1) {
    const runId = runs[index % runs.length] ?? '';
    const pos = (positions.get(runId) ?? 0) + 1;
    positions.set(runId, pos);
    const events = [
      { type: 'job.progress' as const, data: { percent: 1, phase: 'gathering', filler: 'x'.repeat(200) } },
    ];
    await withTransaction(bench.pool, async (tx) => {
      await projectRun(tx, { runId, dedupKey: `bench:${index}`, status: 'running', events });
      committed.set(`${runId}:${pos}`, now());
    });
    await delay(PAUSE_MS);
  }
  await delay(500);
  const { frames, notified } = await ask<Seen>(bench.readers, { do: 'take' });
  const expected = [...committed.keys()].reduce((sum, key) => sum + readersOf(key, runs), 0);
  const distinct = new Set(frames.map(([key]) => key)).size;
  const since = (key: string, at: number): number =>
    at - (committed.get(key.split(':').slice(0, 2).join(':')) ?? at);
  const sse = quantiles(frames.map(([key, at]) => since(key, at)));
  const raw = quantiles(notified.map(([key, at]) => since(key, at)));
  console.log(
    `${READERS} readers on ${runCount} run(s), ${EVENTS} events: commit → frame p50 ${sse.p50} ms, p95 ${sse.p95} ms, p99 ${sse.p99} ms; ` +
      `bare LISTEN p50 ${raw.p50} ms, p95 ${raw.p95} ms; ratio of p95 ${(sse.p95 / raw.p95).toFixed(1)}; ` +
      `lost ${expected - distinct}, twice ${frames.length - distinct} of ${expected}`,
  );
  await ask(bench.readers, { do: 'close' });
  await delay(200);
}

function readersOf(key: string, runs: readonly string[]): number {
  const place = runs.indexOf(key.split(':')[0] ?? '');
  return Math.floor((READERS - 1 - place) / runs.length) + 1;
}

/**
 * Memory of an idle reader at the API, against a bare open response of Node. Each runs in a process of its own,
 * beside as many other readers. So memory that a process takes for its first hundreds does not count.
 */
async function memory(bench: Bench): Promise<void> {
  const runs = await createRuns(bench, 100);
  const grown = async (path: string): Promise<{ rss: number; heap: number }> => {
    const { child, url } = await startApi(bench.databaseUrl);
    const open = (count: number) => ask(bench.readers, { do: 'open', url: url + path, runs, count });
    await open(IDLE_READERS);
    const before = await ask<NodeJS.MemoryUsage>(child, { do: 'memory' });
    await open(IDLE_READERS);
    const after = await ask<NodeJS.MemoryUsage>(child, { do: 'memory' });
    child.kill('SIGKILL');
    await ask(bench.readers, { do: 'close' });
    const heap = after.heapUsed + after.external - before.heapUsed - before.external;
    return { rss: (after.rss - before.rss) / IDLE_READERS / 1_000, heap: heap / IDLE_READERS / 1_000 };
  };
  const bare = await grown('/bare');
  const idle = await grown('/jobs/RUN/events');
  console.log(
    `${IDLE_READERS} idle readers on 100 runs: ${idle.rss.toFixed(1)} kB resident each, ${idle.heap.toFixed(1)} kB of it heap and buffers; ` +
      `a bare open response ${bare.rss.toFixed(1)} kB and ${bare.heap.toFixed(1)} kB; ratio ${(idle.rss / bare.rss).toFixed(1)}`,
  );
}

async function startApi(databaseUrl: string): Promise<{ child: ChildProcess; url: string }> {
  const child = fork(fileURLToPath(import.meta.url), ['api', databaseUrl], { execArgv: ['--expose-gc'] });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { child, url: `http://127.0.0.1:${port}` };
}

function quantiles(values: number[]): { p50: number; p95: number; p99: number } {
  const sorted = values.sort((a, b) => a - b);
  const at = (share: number): number => Number((sorted[Math.floor(sorted.length * share)] ?? NaN).toFixed(2));
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
