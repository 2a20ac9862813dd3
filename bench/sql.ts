/**
 * What SQL runs cost, beside PostgreSQL itself in the same run: rows from a SELECT to a stored result against
 * `COPY (…) TO STDOUT`, in time and memory; a window at the end of a result; Parquet of it; a statement over it by DuckDB
 * against the same statement at the source; and how long a canceled statement lives.
 *
 * What is not measured: a network, a bucket, the queue, the routes. DATABASE_URL names a cluster, with fsync on. ROWS names
 * other sizes than 1000000,5000000.
 */
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { RowPipe } from '../src/activities/sql/row-pipe.js';
import { storeResult } from '../src/activities/reports/store-result.js';
import { createFileLinks } from '../src/crypto/file-links.js';
import type { DataSource } from '../src/contracts/sql/data-source.js';
import type { ResultTable } from '../src/contracts/sql/ports.js';
import { migrateUp, readMigrations } from '../src/db/base/migrate.js';
import { keepResult } from '../src/db/sql/telling.js';
import { readWindow } from '../src/operations/sql/read-window.js';
import { createLogger } from '../src/platform/logger.js';
import { createLocalObjectStore } from '../src/platform/objects/local.js';
import { createPool } from '../src/platform/pool.js';
import { createResultEngine } from '../src/platform/sql/result-engine.js';
import { sourceConnector } from '../src/platform/sql/source-session.js';
import { givenRun, givenUser } from '../test/support/runs.js';
import { inOwnDatabase } from './own-database.js';

const MB = 2 ** 20;
const SIZES = (process.env['ROWS'] ?? '1000000,5000000').split(',').map(Number);
const SESSION = { statementTimeoutMs: 600_000, lockTimeoutMs: 5_000, applicationName: 'bench' };
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
const links = createFileLinks({ current: randomBytes(32).toString('hex') });
const objects = createLocalObjectStore({ folder, links });

// The engine looks for its program beside itself, and here it is a part of the bundle.
copyFileSync('src/platform/sql/duckdb-program.mjs', new URL('duckdb-program.mjs', import.meta.url));

interface Stored {
  readonly ms: number;
  readonly runId: string;
  readonly rows: number;
  readonly table: ResultTable;
}

const rowsOf = (rows: number): string =>
  `select id, id % 1000 as kind, 'customer ' || id as name, round(id / 100.0, 2)::numeric(12,2) as amount,
          timestamptz '2026-01-01' + id * interval '1 second' as at, id % 2 = 0 as ok from big where id <= ${rows}`;

async function copy(url: string, rows: number): Promise<number> {
  const client = new pg.Client(url);
  await client.connect();
  const startedAt = performance.now();
  const nothing = (): void => undefined;
  await new Promise<void>((resolve, reject) => {
    const query = {
      submit: (connection: { query(text: string): void }) =>
        connection.query(`copy (${rowsOf(rows)}) to stdout`),
      handleCopyData: nothing,
      handleCommandComplete: nothing,
      handleRowDescription: nothing,
      handleDataRow: nothing,
      handleEmptyQuery: nothing,
      handlePortalSuspended: nothing,
      handleError: reject,
      handleReadyForQuery: () => resolve(),
    };
    client.query(query as never);
  });
  const ms = performance.now() - startedAt;
  await client.end();
  return ms;
}

async function store(pool: pg.Pool, source: DataSource, rows: number): Promise<Stored> {
  const owner = await givenUser(pool);
  const { id: runId } = await givenRun(pool, owner);
  await pool.query(
    `insert into sql_runs (run_id, owner_id, data_source, sql, params, statement_hash, fingerprint)
     values ($1, $2, 'bench', '', '[]', '', '')`,
    [runId, owner.userId],
  );
  const startedAt = performance.now();
  const session = await sourceConnector.open(source, SESSION);
  const columns = await session.declare({ sql: rowsOf(rows), params: [] });
  const header = columns.map((column) => column.name);
  const pipe = new RowPipe(session, {
    header,
    limits: { rows: 100_000_000, bytes: 2 ** 40 },
    onFull: () => undefined,
  });
  const fetching = session.fetch(rows + 1, (fields) => pipe.take(fields)).then(() => pipe.end());
  const { key } = await storeResult(
    { pool, objects },
    { runId, content: pipe.pieces(), contentType: 'text/csv', filename: 'x.csv' },
  );
  await fetching;
  await session.close();
  const { chunks, bytes, truncated } = pipe;
  await keepResult(pool, runId, { columns, rowCount: pipe.rows, bytes, truncated, executionMs: 0, chunks });
  return { ms: performance.now() - startedAt, runId, rows, table: { name: 'r_bench', key, columns } };
}

async function storing(pool: pg.Pool, source: DataSource, rows: number): Promise<Stored> {
  await copy(source.url, 10_000);
  await store(pool, source, 10_000);
  const copyMs = Math.min(await copy(source.url, rows), await copy(source.url, rows));
  global.gc?.();
  const before = process.memoryUsage.rss();
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20);
  const [first, second] = [await store(pool, source, rows), await store(pool, source, rows)];
  clearInterval(watch);
  const ms = Math.min(first.ms, second.ms);
  const growth = ((peak - before) / MB).toFixed(0);
  print(
    `${rows} rows x 6: COPY ${copyMs.toFixed(0)} ms, stored ${ms.toFixed(0)} ms: ${(copyMs / ms).toFixed(2)} of its speed (0.4 wanted)`,
  );
  print(`  memory grew by ${growth} MB (100 at most)`);
  return second;
}

async function reading(pool: pg.Pool, { runId, rows, table: { key, columns } }: Stored): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < 50; round += 1) {
    const startedAt = performance.now();
    const window = await readWindow(pool, objects, {
      runId,
      key,
      columns,
      offset: rows - 1_000,
      limit: 1_000,
    });
    if (window?.length !== 1_000) throw new Error('the window is not whole');
    times.push(performance.now() - startedAt);
  }
  print(`A window of 1,000 rows at row ${rows - 1_000}: ${p95(times).toFixed(1)} ms at p95 (100 at most)`);
}

async function asking({ table, rows }: Stored, source: DataSource): Promise<void> {
  const engine = createResultEngine(objects, { memoryMb: 512, diskMb: 4_096, threads: 2 });
  let startedAt = performance.now();
  let bytes = 0;
  for await (const piece of engine.parquet(table)) bytes += piece.length;
  const parquetMs = performance.now() - startedAt;
  print(
    `Parquet of ${rows} rows: ${parquetMs.toFixed(0)} ms, ${(bytes / MB).toFixed(1)} MB (3,000 ms at most)`,
  );
  startedAt = performance.now();
  const session = await engine.open([table]);
  await session.declare({ sql: 'select kind, count(*), sum(amount) from r_bench group by kind', params: [] });
  await session.fetch(10_000, () => undefined);
  await session.close();
  const engineMs = performance.now() - startedAt;
  // Work for each row, as a statement has it that runs for a minute.
  const slow = `select kind, count(*), sum(amount) from (${rowsOf(rows)}) as r
    where (select count(*) from generate_series(1, 60) as n where n <> id) > 0 group by kind`;
  startedAt = performance.now();
  const again = await sourceConnector.open(source, SESSION);
  await again.declare({ sql: slow, params: [] });
  await again.fetch(10_000, () => undefined);
  await again.close();
  const sourceMs = performance.now() - startedAt;
  print(
    `A statement over the stored result: ${engineMs.toFixed(0)} ms, at the source ${sourceMs.toFixed(0)} ms: ${(sourceMs / engineMs).toFixed(1)} times (5 wanted)`,
  );
}

async function canceling(source: DataSource): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < 20; round += 1) {
    const session = await sourceConnector.open(source, SESSION);
    await session.declare({ sql: 'select count(*) from big a, big b where a.id + b.id < 0', params: [] });
    const ended = session.fetch(10, () => undefined).catch(() => performance.now());
    await delay(50);
    const startedAt = performance.now();
    await session.cancel();
    times.push(Number(await ended) - startedAt);
    await session.close();
  }
  print(
    `A canceled statement is gone after ${p95(times).toFixed(1)} ms at p95; a worker hears of it within 400 ms more`,
  );
}

function p95(times: number[]): number {
  return times.sort((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? 0;
}

await inOwnDatabase('sql', async (databaseUrl) => {
  const logger = createLogger({ level: 'silent', service: 'bench' });
  const pool = createPool({
    databaseUrl,
    max: 4,
    applicationName: 'bench',
    logger,
    statementTimeoutMs: 600_000,
  });
  const source: DataSource = {
    name: 'bench',
    engine: 'postgresql',
    url: databaseUrl,
    allowedRoles: ['ADMIN'],
    limits: {},
  };
  try {
    await migrateUp(pool, await readMigrations('src/db/migrations'));
    await pool.query(`create table big as select id from generate_series(1, ${Math.max(...SIZES)}) as id`);
    await pool.query('vacuum analyze big');
    const { rows } = await pool.query<{ fsync: string }>(`select current_setting('fsync') as fsync`);
    print(`fsync ${rows[0]?.fsync}`);
    for (const [place, size] of SIZES.entries()) {
      const stored = await storing(pool, source, size);
      if (place > 0) continue;
      await reading(pool, stored);
      await asking(stored, source);
    }
    await canceling(source);
  } finally {
    await pool.end();
    rmSync(folder, { recursive: true, force: true });
  }
});
