/**
 * Cost of reports. A CSV file of 100,000 rows goes from PostgreSQL to a file; its memory stands beside that of
 * 1,000 rows. Reports are accepted at 50 a second, with the API in a process of its own. Its baseline commits
 * one bare row at the same rate. A PDF has 20 pages (reports/pdf.ts).
 *
 * Not measured: a network, a bucket, reports beside each other, workflows being run, a cold cache.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { storeResult } from '../src/activities/reports/store-result.js';
import { writeReport } from '../src/activities/reports/write.js';
import { createFileLinks } from '../src/crypto/file-links.js';
import { newId } from '../src/contracts/ids.js';
import type { Principal } from '../src/contracts/users/principal.js';
import { migrateUp, readMigrations } from '../src/db/base/migrate.js';
import { withTransaction } from '../src/db/base/transaction.js';
import { issueApiKey } from '../src/db/users/user-api-keys.js';
import { createLogger } from '../src/platform/logger.js';
import { createLocalObjectStore } from '../src/platform/objects/local.js';
import { createPool } from '../src/platform/pool.js';
import { givenRun } from '../test/support/runs.js';
import { benchPdf } from './reports/pdf.js';
import { givenUser } from '../test/support/people.js';

const PORT = 39_471;
const POSTS_PER_SECOND = 50;
const POST_SECONDS = 12;
const WANTED_P99_MS = 60;
const ROWS = 100_000;
const WANTED_GROWTH_MB = 50;
const MB = 2 ** 20;

interface Bench {
  readonly url: string;
  readonly pool: pg.Pool;
  readonly owner: Principal;
}

const secret = randomBytes(32).toString('hex');

if (process.argv[2] === 'api') await import('../src/api/main.js');
else await drive();

async function drive(): Promise<void> {
  const databaseUrl = process.env['DATABASE_URL'];
  if (databaseUrl === undefined) throw new Error('DATABASE_URL says where a database for this may be made');
  const admin = new pg.Client({ connectionString: databaseUrl });
  await admin.connect();
  const url = new URL(databaseUrl);
  url.pathname = `/bench_reports_${randomBytes(4).toString('hex')}`;
  await admin.query(`create database ${url.pathname.slice(1)}`);
  const logger = createLogger({ level: 'silent', service: 'bench' });
  const pool = createPool({ databaseUrl: url.href, max: 5, applicationName: 'bench', logger });
  try {
    await migrateUp(pool, await readMigrations('src/db/migrations'));
    const bench = { url: url.href, pool, owner: await givenUser(pool) };
    await measureCsv(bench);
    await measureAccept(bench);
    await benchPdf();
  } finally {
    await pool.end();
    await admin.query(`drop database ${url.pathname.slice(1)} with (force)`);
    await admin.end();
  }
}

async function measureCsv({ pool, owner }: Bench): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-reports-'));
  const objects = createLocalObjectStore({ folder, links: createFileLinks({ current: secret }) });
  const run = await givenRun(pool, owner);
  await seedRuns(pool, owner, ROWS);
  const write = async (days: number) => {
    const to = '2026-06-01T00:00:00Z';
    const from = new Date(Date.parse(to) - days * 864_000).toISOString();
    const basis = { from, to, snapshot: null };
    const subject = { type: 'activity', hours: 24 } as const;
    const input = {
      runId: run.id,
      title: 'Runs',
      format: 'csv',
      parts: [],
      viewer: owner,
      subject,
      basis,
    } as const;
    const tools = {
      pool,
      renderPdf: () => Promise.reject(new Error('no PDF')),
      signal: new AbortController().signal,
    };
    const gathered = { type: 'activity', title: 'Runs', from, to, scope: 'own', sections: [] } as const;
    const content = await writeReport(tools, input, gathered);
    return storeResult(
      { pool, objects },
      { runId: run.id, content, contentType: 'text/csv', filename: 'x.csv' },
    );
  };
  try {
    await write(1);
    await write(1);
    const small = await peakOf(() => write(1));
    const large = await peakOf(() => write(100));
    const [smallMs, largeMs] = [small.ms, large.ms].map((ms) => ms.toFixed(0));
    console.log(`CSV of ${ROWS / 100} rows: ${(small.result.bytes / MB).toFixed(1)} MB in ${smallMs} ms`);
    console.log(`CSV of ${ROWS} rows: ${(large.result.bytes / MB).toFixed(1)} MB in ${largeMs} ms`);
    verdict(
      `memory growth ${large.growthMb.toFixed(0)} MB (wanted ≤ ${WANTED_GROWTH_MB}); with ${ROWS / 100} rows ${small.growthMb.toFixed(0)} MB`,
      large.growthMb <= WANTED_GROWTH_MB,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A hundredth of them in each of a hundred stretches of time. */
async function seedRuns(pool: pg.Pool, owner: Principal, count: number): Promise<void> {
  await pool.query(
    `insert into runs (id, kind, owner_id, status, title, workflow_id, workflow_type, task_queue, created_at,
                       started_at, finished_at)
     select 'job_' || lpad(n::text, 26, '0'), 'report', $1, 'completed', 'Report ' || n || ', with a title of usual length',
            'w' || n, 'x', 'flow', at, at + interval '1 second', at + interval '3 seconds'
       from generate_series(1, $2::int) as n,
            lateral (select timestamptz '2026-06-01' - (n * 100.0 / $2) * interval '864 seconds' as at) as moment`,
    [owner.userId, count],
  );
  await pool.query('analyze runs');
}

async function peakOf<Result>(
  work: () => Promise<Result>,
): Promise<{ result: Result; ms: number; growthMb: number }> {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let peak = before;
  const watching = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 5);
  const startedAt = performance.now();
  const result = await work();
  const ms = performance.now() - startedAt;
  clearInterval(watching);
  return { result, ms, growthMb: (peak - before) / MB };
}

async function measureAccept({ url, pool, owner }: Bench): Promise<void> {
  const key = await withTransaction(pool, (tx) =>
    issueApiKey(tx, { userId: owner.userId, name: 'bench', expiresAt: undefined }),
  );
  const api = startApi(url);
  try {
    const accept = (): Promise<void> => post(key.secret);
    await untilAnswers(accept);
    const bare = (): Promise<void> => commitBareRow(pool, owner);
    for (const work of [bare, accept]) await atRate(work, POSTS_PER_SECOND);
    const plain = quantiles(await atRate(bare, POSTS_PER_SECOND * POST_SECONDS));
    const { p50, p99 } = quantiles(await atRate(accept, POSTS_PER_SECOND * POST_SECONDS));
    console.log(`one bare row: p50 ${plain.p50.toFixed(1)} ms, p99 ${plain.p99.toFixed(1)} ms`);
    verdict(
      `accepting a report at ${POSTS_PER_SECOND}/s: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms (wanted ≤ ${WANTED_P99_MS}), ${(p50 / plain.p50).toFixed(1)} bare rows`,
      p99 <= WANTED_P99_MS,
    );
  } finally {
    api.kill('SIGTERM');
    if (api.exitCode === null && api.signalCode === null) await once(api, 'exit');
  }
}

function startApi(databaseUrl: string): ChildProcess {
  return fork(fileURLToPath(import.meta.url), ['api'], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      ...process.env,
      TEMPORAL_ADDRESS: '127.0.0.1:1',
      DATABASE_URL: databaseUrl,
      PORT: String(PORT),
      SIGNING_SECRET: secret,
      RATE_LIMIT_PER_MINUTE: '1000000',
    },
  });
}

async function post(token: string): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${PORT}/generate-report`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Idempotency-Key': randomBytes(12).toString('hex') },
  });
  await answer.text();
  if (answer.status !== 202) throw new Error(`POST answered ${answer.status}`);
}

async function untilAnswers(accept: () => Promise<void>): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await accept();
    } catch (error) {
      if (tries > 100) throw error;
      await delay(100);
    }
  }
}

async function commitBareRow(pool: pg.Pool, owner: Principal): Promise<void> {
  await withTransaction(pool, (tx) =>
    tx.query(
      `insert into runs (id, kind, owner_id, workflow_id, workflow_type, task_queue) values ($1, 'bare', $2, $1, 'x', 'flow')`,
      [newId('job'), owner.userId],
    ),
  );
}

/** The rate holds: a slow answer does not make the next question later. */
async function atRate(work: () => Promise<void>, count: number): Promise<number[]> {
  const startedAt = performance.now();
  const answers: Promise<number>[] = [];
  for (let index = 0; index < count; index += 1) {
    await delay(Math.max(0, startedAt + (index * 1_000) / POSTS_PER_SECOND - performance.now()));
    const askedAt = performance.now();
    answers.push(work().then(() => performance.now() - askedAt));
  }
  return Promise.all(answers);
}

function quantiles(values: readonly number[]): { p50: number; p99: number } {
  const sorted = [...values].sort((left, right) => left - right);
  const at = (part: number): number => sorted[Math.floor((sorted.length - 1) * part)] ?? NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

function verdict(text: string, met: boolean): void {
  console.log(`${met ? 'met    ' : 'NOT MET'}  ${text}`);
  if (!met) process.exitCode = 1;
}
