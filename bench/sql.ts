/**
 * Cost of SQL runs, beside PostgreSQL itself in the same run. Rows from a SELECT to a stored result stand
 * beside `COPY (…) TO STDOUT`, in time and memory. It also times a window at a result's end, Parquet of it, and
 * the end of a canceled statement.
 *
 * A statement over a stored result, by DuckDB, is compared twice. The first statement is dear at its source.
 * Two times the rows are joined into 1,000 groups with a count of distinct names and a median. Its stored
 * result is small; filtering and ordering it is compared with running all of it again. The second is an
 * aggregate of the stored rows themselves, which the source does as fast. The engine starts a process and reads
 * the rows first.
 *
 * Not measured: a network, a bucket; `sql-house` has the queue and the routes. DATABASE_URL names a cluster, with fsync on. ROWS names
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
import type { ResultTable, SourceSession } from '../src/contracts/sql/ports.js';
import { migrateUp, readMigrations } from '../src/db/base/migrate.js';
import { keepResult } from '../src/db/sql/tries.js';
import { readWindow } from '../src/operations/sql/read-window.js';
import { createLogger } from '../src/platform/logger.js';
import { createLocalObjectStore } from '../src/platform/objects/local.js';
import { createPool } from '../src/platform/pool.js';
import { createResultEngine } from '../src/platform/sql/result-engine.js';
import { sourceConnector } from '../src/platform/sql/source-session.js';
import { givenRun } from '../test/support/runs.js';
import { inOwnDatabase } from './support/own-database.js';
import { givenUser } from '../test/support/people.js';

const MB = 2 ** 20;
const SIZES = (process.env['ROWS'] ?? '1000000,5000000').split(',').map(Number);
const SESSION = { statementTimeoutMs: 600_000, lockTimeoutMs: 5_000, applicationName: 'bench' };
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
const links = createFileLinks({ current: randomBytes(32).toString('hex') });
const objects = createLocalObjectStore({ folder, links });
const engine = createResultEngine(objects, { memoryMb: 512, diskMb: 4_096, threads: 2 });

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

/** Joins all rows with those of a while before, in 1,000 groups. */
const dearOf = (rows: number): string =>
  `select sold.kind, count(distinct sold.name) as customers, sum(sold.amount - earlier.amount) as growth,
          percentile_cont(0.5) within group (order by sold.amount) as middle
     from (${rowsOf(rows)}) as sold join (${rowsOf(rows)}) as earlier on earlier.id = sold.id - 1000
    group by sold.kind`;

async function store(pool: pg.Pool, source: DataSource, sql: string): Promise<Stored> {
  const owner = await givenUser(pool);
  const { id: runId } = await givenRun(pool, owner);
  await pool.query(
    `insert into sql_runs (run_id, owner_id, data_source, sql, params, statement_hash, fingerprint)
     values ($1, $2, 'bench', '', '[]', '', '')`,
    [runId, owner.userId],
  );
  const startedAt = performance.now();
  const session = await sourceConnector.open(source, SESSION);
  const columns = await session.declare({ sql, params: [] });
  const header = columns.map((column) => column.name);
  const pipe = new RowPipe(session, {
    header,
    limits: { rows: 100_000_000, bytes: 2 ** 40 },
    onFull: () => undefined,
  });
  const fetching = session.fetch(100_000_000, (fields) => pipe.take(fields)).then(() => pipe.end());
  const { key } = await storeResult(
    { pool, objects },
    { runId, content: pipe.pieces(), contentType: 'text/csv', filename: 'x.csv' },
  );
  await fetching;
  await session.close();
  const { chunks, bytes, rows, truncated } = pipe;
  await keepResult(pool, runId, { columns, rowCount: rows, bytes, truncated, executionMs: 0, chunks });
  return { ms: performance.now() - startedAt, runId, rows, table: { name: 'r_bench', key, columns } };
}

async function storing(pool: pg.Pool, source: DataSource, rows: number): Promise<Stored> {
  await copy(source.url, 10_000);
  await store(pool, source, rowsOf(10_000));
  const copyMs = Math.min(await copy(source.url, rows), await copy(source.url, rows));
  global.gc?.();
  const before = process.memoryUsage.rss();
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20);
  const [first, second] = [await store(pool, source, rowsOf(rows)), await store(pool, source, rowsOf(rows))];
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

async function exporting({ table, rows }: Stored): Promise<void> {
  const startedAt = performance.now();
  let bytes = 0;
  for await (const piece of engine.parquet(table)) bytes += piece.length;
  print(
    `Parquet of ${rows} rows: ${(performance.now() - startedAt).toFixed(0)} ms, ${(bytes / MB).toFixed(1)} MB (3,000 ms at most)`,
  );
}

async function asking(pool: pg.Pool, source: DataSource, stored: Stored): Promise<void> {
  const dear = await store(pool, source, dearOf(stored.rows));
  const best = 'where growth > 0 order by middle desc limit 10';
  const dearMs = await timeOf(
    () => sourceConnector.open(source, SESSION),
    `select * from (${dearOf(stored.rows)}) as r ${best}`,
  );
  const againMs = await timeOf(() => engine.open([dear.table]), `select * from r_bench ${best}`);
  print(
    `The stored result of a dear statement, asked again: ${againMs.toFixed(0)} ms, the statement at its source ${dearMs.toFixed(0)} ms: ${(dearMs / againMs).toFixed(1)} times (5 wanted)`,
  );
  const groups = (from: string): string => `select kind, count(*), sum(amount) from ${from} group by kind`;
  const engineMs = await timeOf(() => engine.open([stored.table]), groups('r_bench'));
  const sourceMs = await timeOf(
    () => sourceConnector.open(source, SESSION),
    groups(`(${rowsOf(stored.rows)}) as r`),
  );
  print(
    `  an aggregate of ${stored.rows} stored rows: ${engineMs.toFixed(0)} ms, of the same rows at the source ${sourceMs.toFixed(0)} ms`,
  );
}

/** The better of two: the first one warms the cache of its side. */
async function timeOf(open: () => Promise<SourceSession>, sql: string): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 2; round += 1) {
    const startedAt = performance.now();
    const session = await open();
    await session.declare({ sql, params: [] });
    await session.fetch(10_000, () => undefined);
    await session.close();
    times.push(performance.now() - startedAt);
  }
  return Math.min(...times);
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
      await exporting(stored);
      await asking(pool, source, stored);
    }
    await canceling(source);
  } finally {
    await pool.end();
    rmSync(folder, { recursive: true, force: true });
  }
});
