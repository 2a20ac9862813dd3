/**
 * Cost of the API over PostgreSQL itself. Reading a run is `GET /jobs/:id`, with its key, limit, validation,
 * ETag, log and metrics. Its baseline is a bare Koa route doing one SELECT through a plain pool. Accepting work
 * is `POST /generate-report` at 50 a second. Its baseline commits one bare row at the same rate. API, bare
 * server and load are processes of their own on one machine, and the two servers take turns.
 *
 * Not measured: a network, TLS, a proxy, more than one API process, a cold cache of keys, workflows being run.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createServer, request as httpRequest, Agent } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Koa from 'koa';
import pg from 'pg';
import { newId } from '../src/contracts/ids.js';
import { migrateUp, readMigrations } from '../src/db/base/migrate.js';
import { withTransaction } from '../src/db/base/transaction.js';
import { issueApiKey } from '../src/db/users/user-api-keys.js';
import { createLogger } from '../src/platform/logger.js';
import { createPool } from '../src/platform/pool.js';
import { freePort } from '../src/platform/free-port.js';
import { givenUser } from '../test/support/people.js';

const CONNECTIONS = 16;
/** Short turns, so that whatever else the machine does meets both sides alike. */
const ROUNDS = 40;
const ROUND_MS = 400;
const POSTS_PER_SECOND = 50;
const POST_SECONDS = 12;
const WANTED_RATIO = 0.6;
const WANTED_P99_MS = 60;

const roles: Record<string, () => Promise<unknown>> = {
  api: () => import('../src/api/main.js'),
  bare,
  driver,
};
await (roles[process.argv[2] ?? 'driver'] ?? driver)();

async function bare(): Promise<void> {
  const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 10 });
  const app = new Koa().use(async (ctx) => {
    if (ctx.method === 'POST') {
      await insertBare(pool);
      ctx.status = 202;
      return;
    }
    const { rows } = await pool.query('select * from runs where id = $1', [ctx.path.slice('/jobs/'.length)]);
    ctx.body = rows[0];
  });
  const server = createServer(app.callback()).listen(Number(process.env['PORT']), '127.0.0.1');
  process.on('SIGTERM', () => process.exit(0));
  await once(server, 'listening');
}

/** The least that accepting work can be: one row, committed. */
async function insertBare(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  await client.query('begin');
  await client.query(
    `insert into runs (id, kind, owner_id, workflow_id, workflow_type, task_queue)
     select $1, 'bare', id, $1, 'x', 'flow' from users limit 1`,
    [newId('job')],
  );
  await client.query('commit');
  client.release();
}

async function driver(): Promise<void> {
  const databaseUrl = process.env['DATABASE_URL'];
  if (databaseUrl === undefined) throw new Error('DATABASE_URL says where a database for this may be made');
  const name = `bench_api_${randomBytes(4).toString('hex')}`;
  const admin = new pg.Client({ connectionString: databaseUrl });
  await admin.connect();
  await admin.query(`create database ${name}`);
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  const children: ChildProcess[] = [];
  try {
    const { runId, token } = await seed(url.href);
    const ports = { api: await freePort(), bare: await freePort() };
    const log = join(tmpdir(), `${name}.log`);
    for (const role of ['api', 'bare'] as const)
      children.push(start(role, { databaseUrl: url.href, port: ports[role], logFile: log }));
    const targets = {
      bare: { port: ports.bare, path: `/jobs/${runId}`, token },
      api: { port: ports.api, path: `/jobs/${runId}`, token },
    };
    await Promise.all(Object.values(targets).map(untilAnswers));
    await compareReads(targets);
    const path = '/generate-report';
    await measurePosts({ bare: { port: ports.bare, path, token }, api: { port: ports.api, path, token } });
  } finally {
    for (const child of children) child.kill('SIGTERM');
    await Promise.all(children.map(untilGone));
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
  }
}

async function untilGone(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

interface Target {
  readonly port: number;
  readonly path: string;
  readonly token: string;
}

function start(
  role: string,
  {
    databaseUrl,
    port,
    logFile,
  }: { readonly databaseUrl: string; readonly port: number; readonly logFile: string },
): ChildProcess {
  const log = openSync(logFile, 'a');
  const child = fork(fileURLToPath(import.meta.url), [role], {
    stdio: ['ignore', log, 'inherit', 'ipc'],
    env: {
      TEMPORAL_ADDRESS: '127.0.0.1:1',
      ...process.env,
      DATABASE_URL: databaseUrl,
      PORT: String(port),
      SIGNING_SECRET: randomBytes(32).toString('hex'),
      RATE_LIMIT_PER_MINUTE: '1000000',
    },
  });
  closeSync(log);
  return child;
}

async function seed(databaseUrl: string): Promise<{ runId: string; token: string }> {
  const logger = createLogger({ level: 'warn', service: 'bench' });
  const pool = createPool({ databaseUrl, max: 2, applicationName: 'bench', logger });
  await migrateUp(
    pool,
    await readMigrations(fileURLToPath(new URL('src/db/migrations', `file://${process.cwd()}/`))),
  );
  const { userId } = await givenUser(pool);
  const key = await withTransaction(pool, (tx) =>
    issueApiKey(tx, { userId, name: 'bench', expiresAt: undefined }),
  );
  const runId = newId('job');
  await pool.query(
    `insert into runs (id, kind, owner_id, status, title, workflow_id, workflow_type, task_queue, result, finished_at)
     values ($1, 'report', $2, 'completed', 'A report', $1, 'x', 'flow', $3, now())`,
    [
      runId,
      userId,
      { sha256: 'a'.repeat(64), bytes: 1234, contentType: 'text/html', filename: 'report.html' },
    ],
  );
  await pool.end();
  return { runId, token: key.secret };
}

async function compareReads(targets: { bare: Target; api: Target }): Promise<void> {
  for (const target of [targets.bare, targets.api]) await load(target, 1_500);
  const took: Record<'bare' | 'api', number[]> = { bare: [], api: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const side of ['bare', 'api'] as const) took[side].push(...(await load(targets[side], ROUND_MS)));
  }
  for (const side of ['bare', 'api'] as const) {
    const perSecond = took[side].length / ((ROUNDS * ROUND_MS) / 1_000);
    const { p50, p99 } = quantiles(took[side]);
    console.log(
      `GET of a run, ${side.padEnd(4)}: ${perSecond.toFixed(0)} requests/s, p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`,
    );
  }
  const ratio = took.api.length / took.bare.length;
  verdict(`reads: ${ratio.toFixed(2)} of the bare route (wanted ≥ ${WANTED_RATIO})`, ratio >= WANTED_RATIO);
}

/** Every connection asks again as soon as it has its answer. Bare sockets: the load must cost less than what it loads. */
async function load(target: Target, forMs: number): Promise<number[]> {
  const took: number[] = [];
  const until = performance.now() + forMs;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, () => askAgainAndAgain(target, until, (ms) => took.push(ms))),
  );
  return took;
}

function askAgainAndAgain(target: Target, until: number, onAnswer: (ms: number) => void): Promise<void> {
  const question = `GET ${target.path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer ${target.token}\r\n\r\n`;
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(target.port, '127.0.0.1');
    let text = '';
    let askedAt = 0;
    const ask = (): void => {
      askedAt = performance.now();
      if (askedAt < until) socket.write(question);
      else socket.end(() => resolve());
    };
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('error', reject);
    socket.on('connect', ask);
    socket.on('data', (chunk: string) => {
      text += chunk;
      const head = text.indexOf('\r\n\r\n');
      if (head < 0 || text.length < head + 4 + Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0)) return;
      if (!text.startsWith('HTTP/1.1 200')) {
        reject(new Error(text.slice(0, head)));
        return;
      }
      text = '';
      onAnswer(performance.now() - askedAt);
      ask();
    });
  });
}

/** At a fixed rate, whatever the answers do: a slow answer does not make the next question later. */
async function measurePosts(targets: { bare: Target; api: Target }): Promise<void> {
  for (const target of [targets.bare, targets.api]) await posts(target, POSTS_PER_SECOND);
  const plain = quantiles(await posts(targets.bare, POSTS_PER_SECOND * POST_SECONDS));
  const { p50, p99 } = quantiles(await posts(targets.api, POSTS_PER_SECOND * POST_SECONDS));
  console.log(
    `committing one bare row at ${POSTS_PER_SECOND}/s: p50 ${plain.p50.toFixed(1)} ms, p99 ${plain.p99.toFixed(1)} ms`,
  );
  verdict(
    `accepting a POST at ${POSTS_PER_SECOND}/s: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms (wanted ≤ ${WANTED_P99_MS})`,
    p99 <= WANTED_P99_MS,
  );
}

async function posts(target: Target, count: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const startedAt = performance.now();
  const answers: Promise<number>[] = [];
  for (let index = 0; index < count; index += 1) {
    await delay(Math.max(0, startedAt + (index * 1_000) / POSTS_PER_SECOND - performance.now()));
    answers.push(post(target, agent));
  }
  const took = await Promise.all(answers);
  agent.destroy();
  return took;
}

function post({ port, path, token }: Target, agent: Agent): Promise<number> {
  const askedAt = performance.now();
  const headers = { Authorization: `Bearer ${token}`, 'Idempotency-Key': randomBytes(12).toString('hex') };
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port, path, method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () => {
        if (response.statusCode === 202) resolve(performance.now() - askedAt);
        else reject(new Error(`POST answered ${response.statusCode}`));
      });
    });
    request.on('error', reject);
    request.end();
  });
}

async function untilAnswers(target: Target): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await load(target, 20);
      return;
    } catch (error) {
      if (tries > 100) throw error;
      await delay(100);
    }
  }
}

function quantiles(values: readonly number[]): { p50: number; p99: number } {
  const sorted = [...values].sort((left, right) => left - right);
  const at = (part: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

function verdict(text: string, met: boolean): void {
  console.log(`${met ? 'met    ' : 'NOT MET'}  ${text}`);
  if (!met) process.exitCode = 1;
}
