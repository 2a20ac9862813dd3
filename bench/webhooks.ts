/**
 * 1,000 webhooks to 50 endpoints, 5 of which take every request and never answer. It times when the other 45
 * have all their messages, against the same 45 without the dead ones. From the first commit of an event to the
 * last message at a receiver, in turns. The receivers are a process of their own; PostgreSQL and Temporal are
 * those of DATABASE_URL and TEMPORAL_ADDRESS.
 *
 * Not measured: a network, TLS, DNS, receivers that are slow but alive, several workers, hours of retries.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import pg from 'pg';
import { event } from '../src/contracts/event-data.js';
import { createWebhookActivities } from '../src/activities/webhooks/notify-activities.js';
import { newId } from '../src/contracts/ids.js';
import type { Principal } from '../src/contracts/users/principal.js';
import { MOST_WEBHOOKS } from '../src/contracts/webhooks/webhook.js';
import { createWebhookSecrets, newWebhookSecret } from '../src/crypto/webhook-secret.js';
import { migrateUp, readMigrations } from '../src/db/base/migrate.js';
import { projectRun } from '../src/db/runs/events.js';
import { withTransaction } from '../src/db/base/transaction.js';
import { insertWebhook } from '../src/db/webhooks/webhooks.js';
import { webhookPolicy } from '../src/domain/webhooks/retry.js';
import { Announcements } from '../src/platform/announcements.js';
import { createLogger } from '../src/platform/logger.js';
import { createOutbound } from '../src/platform/outbound-http.js';
import { createListenerClient, createPool } from '../src/platform/pool.js';
import { createWebhookWake } from '../src/platform/webhook-wake.js';
import { startWebhookWaker } from '../src/workers/webhook-waker.js';
import { createWorker } from '../src/workers/worker.js';
import { givenRun } from '../test/support/runs.js';
import { givenUser } from '../test/support/people.js';

const ALIVE = 45;
const DEAD = 5;
/** Each of them goes to every endpoint. */
const EVENTS = 20;
const TURNS = 7;

type Ask = { do: 'begin'; alive: number; dead: number; expected: number } | { do: 'end' };
type Reply = { ports: number[] } | { done: true };

interface Bench {
  readonly pool: pg.Pool;
  readonly owner: Principal;
  readonly receivers: ChildProcess;
}

const secrets = createWebhookSecrets({ current: randomBytes(32).toString('hex') });
const logger = createLogger({ level: 'error', service: 'bench' });
const print = (line: string): void => void process.stdout.write(`${line}\n`);

if (process.argv[2] === 'receivers') receive();
else await drive();

/** Counts what arrives at those that answer. The dead ones come last. */
function receive(): void {
  let servers: Server[] = [];
  const send = (reply: Reply): void => void process.send?.(reply);
  process.on('message', (ask: Ask) => void (ask.do === 'begin' ? begin(ask) : end()));
  async function begin({ alive, dead, expected }: Extract<Ask, { do: 'begin' }>): Promise<void> {
    const arrived = new Set<string>();
    servers = Array.from({ length: alive + dead }, (_, index) =>
      createServer((request, response) => {
        request.resume();
        if (index >= alive) return;
        request.once('end', () => response.writeHead(204).end());
        arrived.add(`${index} ${request.headers['webhook-id']?.toString()}`);
        if (arrived.size === expected) send({ done: true });
      }),
    );
    await Promise.all(servers.map((server) => once(server.listen(0, '127.0.0.1'), 'listening')));
    send({ ports: servers.map((server) => (server.address() as AddressInfo).port) });
  }
  function end(): void {
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
  }
}

async function drive(): Promise<void> {
  const receivers = fork(fileURLToPath(import.meta.url), ['receivers']);
  try {
    await inOwnPlaces(async ({ pool }) => {
      const bench = { pool, receivers, owner: await givenUser(pool, 'ADMIN') };
      await turn(bench, DEAD);
      await compare(bench);
    });
  } finally {
    receivers.kill();
  }
}

async function compare(bench: Bench): Promise<void> {
  // In turns, and their medians: whatever else the machine does meets both sides alike, and one hiccup none of them.
  const [withDead, without]: [number[], number[]] = [[], []];
  for (let round = 0; round < TURNS; round += 1) {
    if (round % 2 === 0) withDead.push(await turn(bench, DEAD));
    without.push(await turn(bench, 0));
    if (round % 2 === 1) withDead.push(await turn(bench, DEAD));
  }
  const [withMs, withoutMs] = [middle(withDead), middle(without)];
  print(`${ALIVE} endpoints, ${ALIVE * EVENTS} webhooks: ${withoutMs.toFixed(0)} ms`);
  print(`the same beside ${DEAD} dead ones with ${DEAD * EVENTS} more: ${withMs.toFixed(0)} ms`);
  print(`ratio ${(withMs / withoutMs).toFixed(2)} (wanted: 1.30 or less), median of ${TURNS} turns each`);
  const all = (times: readonly number[]): string => times.map((ms) => ms.toFixed(0)).join(', ');
  print(`turns in ms: without ${all(without)}; with ${all(withDead)}`);
}

function middle(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? NaN;
}

/** New endpoints, one event in each of some runs, and the time until everyone who answers has all of them. */
async function turn({ pool, owner, receivers }: Bench, dead: number): Promise<number> {
  const ports = await asked(receivers, { do: 'begin', alive: ALIVE, dead, expected: ALIVE * EVENTS });
  await withTransaction(pool, async (tx) => {
    for (const port of 'ports' in ports ? ports.ports : []) {
      const id = newId('webhook');
      const sealedSecret = secrets.seal(id, newWebhookSecret());
      const webhook = { id, url: `http://127.0.0.1:${port}/`, description: '', events: ['*'] };
      await insertWebhook(tx, { ...webhook, isActive: true, sealedSecret, createdBy: owner.userId });
    }
  });
  const runs = await Promise.all(Array.from({ length: EVENTS }, () => givenRun(pool, owner)));
  const done = once(receivers, 'message');
  const start = performance.now();
  await Promise.all(runs.map(({ id }) => happen(pool, id)));
  await done;
  const took = performance.now() - start;
  receivers.send({ do: 'end' } satisfies Ask);
  await settle(pool);
  return took;
}

/** Deliveries to the dead endpoints end as when somebody switches them off. The next turn begins in silence. */
async function settle(pool: pg.Pool): Promise<void> {
  await pool.query(`update webhooks set is_active = false, deleted_at = now() where deleted_at is null`);
  const waiting = `select count(*) as waiting from webhook_deliveries where finished_at is null`;
  const busy = `select count(*) as waiting from webhooks where busy_until is not null`;
  for (const query of [waiting, busy])
    while ((await pool.query<{ waiting: number }>(query)).rows[0]?.waiting !== 0) await delay(50);
}

async function asked(receivers: ChildProcess, ask: Ask): Promise<Reply> {
  const answer = once(receivers, 'message');
  receivers.send(ask);
  const [reply] = (await answer) as [Reply];
  return reply;
}

function happen(pool: pg.Pool, runId: string): Promise<unknown> {
  const events = [event('job.started', { state: 'PROCESSING' })];
  return withTransaction(pool, (tx) =>
    projectRun(tx, { runId, dedupKey: 'bench', status: 'running', events }),
  );
}

interface Places {
  readonly pool: pg.Pool;
  readonly databaseUrl: string;
  readonly client: Client;
  readonly address: string;
}

/** A database and a namespace of its own, removed afterwards, and a worker as production has it. */
async function inOwnPlaces(work: (places: Places) => Promise<void>): Promise<void> {
  const given = process.env['DATABASE_URL'];
  const address = process.env['TEMPORAL_ADDRESS'] ?? '127.0.0.1:7233';
  if (given === undefined) throw new Error('DATABASE_URL says where a database for this may be made');
  const name = `bench_webhooks_${randomBytes(4).toString('hex')}`;
  const admin = new pg.Client({ connectionString: given });
  await admin.connect();
  await admin.query(`create database ${name}`);
  const databaseUrl = Object.assign(new URL(given), { pathname: `/${name}` }).href;
  const pool = createPool({ databaseUrl, max: 10, applicationName: 'bench', logger });
  try {
    await migrateUp(pool, await readMigrations(fileURLToPath(new URL('src/db/migrations', root()))));
    const connection = await Connection.connect({ address });
    await connection.workflowService.registerNamespace({
      namespace: name,
      workflowExecutionRetentionPeriod: msToTs('1 day'),
    });
    const client = new Client({ connection, namespace: name });
    await withWorker({ pool, databaseUrl, client, address }, work);
    await connection.close();
  } finally {
    await pool.end();
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
  }
}

async function withWorker(places: Places, work: (places: Places) => Promise<void>): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const { pool, databaseUrl, client, address } = places;
  const native = await NativeConnection.connect({ address });
  const rules = { allowHttp: true, allowLoopback: true, allowPrivate: false };
  const send = createOutbound(rules);
  const worker = await createWorker({
    connection: native,
    namespace: client.options.namespace,
    queues: ['flow', 'notify'],
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL('src/workflows/webhooks/deliver-webhooks.ts', root())),
      logger: new DefaultLogger('ERROR'),
    }),
    activities: {
      flow: {},
      llm: {},
      sql: {},
      notify: createWebhookActivities({ pool, webhooks: { send, secrets, rules, policy: webhookPolicy } }),
    },
    concurrency: { notify: MOST_WEBHOOKS + 100 },
  });
  const running = worker.run();
  const createClient = () => createListenerClient(databaseUrl, 'bench-waker');
  const announcements = new Announcements({ createClient, logger });
  const waker = startWebhookWaker(announcements, { pool, wakeWebhook: createWebhookWake(client) }, logger);
  announcements.start();
  try {
    await work(places);
  } finally {
    await waker.stop();
    await announcements.stop();
    worker.shutdown();
    await running;
    await native.close();
  }
}

function root(): URL {
  return new URL(`file://${process.cwd()}/`);
}
