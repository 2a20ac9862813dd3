import type { SqlExecution } from '../../../src/contracts/sql/log.js';
import type { Principal } from '../../../src/contracts/users/principal.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import type { SqlRunRow } from '../../../src/db/sql/find-run.js';
import { listSqlRuns } from '../../../src/db/sql/list-runs.js';
import {
  deleteExpiredExecutions,
  executionRows,
  listExecutions,
  logExecutions,
} from '../../../src/db/sql/log.js';
import { givenUser } from '../../support/people.js';
import { pageOf } from '../../support/rows/page.js';
import { withoutIndexes } from '../../support/rows/without-indexes.js';
import { useDatabase } from '../../support/servers/database.js';
import { givenStatement } from '../../support/sql/given-statement.js';

const database = useDatabase();
let own: Principal;
let other: Principal;
beforeAll(async () => {
  [own, other] = [await givenUser(database.pool), await givenUser(database.pool)];
});
afterEach(() => database.pool.query('delete from runs; delete from sql_executions'));

const all = pageOf(10);

test('an ended statement has one entry, with how it came out and what it took', async () => {
  const { pool } = database;
  const [completed, failed, canceled] = [
    await givenStatement(pool, own, { ended: 'completed', hoursAgo: 3, place: 'served' }),
    await givenStatement(pool, other, { ended: 'failed', hoursAgo: 2, ms: null }),
    await givenStatement(pool, own, { ended: 'canceled', hoursAgo: 1, ms: null }),
  ];
  await givenStatement(pool, own);
  await pool.query(
    `update sql_runs set admitted_at = queued_at + interval '2 seconds', began_at = queued_at + interval '5 seconds',
            estimate = '{"rows": 4, "cost": 1.5}', peak_memory = 9, attempt = 2, bytes = 7
      where run_id = any($1)`,
    [[completed, failed]],
  );
  await pool.query(
    `update runs set error = case when id = $1 then '{"code": "timeout"}'::jsonb end,
            finished_at = queued_at + case when id = $1 then interval '8 seconds' else interval '4 seconds' end
       from sql_runs where run_id = id and id = any($2)`,
    [failed, [failed, canceled]],
  );
  expect([await logExecutions(pool), await logExecutions(pool)]).toEqual([3, 0]);
  const entries = await listExecutions(pool, {}, all);
  const measured = {
    estimated_rows: 4,
    estimated_cost: 1.5,
    peak_memory: 9,
    attempts: 2,
    bytes: 7,
    row_count: 10,
  };
  expect(entries).toMatchObject([
    {
      session_id: canceled,
      outcome: 'canceled',
      queued_ms: 4_000,
      execution_ms: null,
      cached: false,
      attempts: 0,
    },
    {
      session_id: failed,
      user_id: other.userId,
      user_name: other.name,
      outcome: 'error',
      error_code: 'timeout',
      queued_ms: 2_000,
      execution_ms: 3_000,
      ...measured,
    },
    {
      session_id: completed,
      user_id: own.userId,
      outcome: 'completed',
      error_code: null,
      cached: true,
      queued_ms: 2_000,
      execution_ms: 100,
      ...measured,
    },
  ]);
});

test('an entry that is there already is not written again', async () => {
  const { pool } = database;
  await givenStatement(pool, own, { ended: 'completed' });
  expect(await logExecutions(pool)).toBe(1);
  await pool.query('update sql_runs set logged_at = null');
  expect(await logExecutions(pool)).toBe(0);
});

test('entries are written in the order of the queue, five hundred at a time', async () => {
  const { pool } = database;
  await givenStatement(pool, own, { ended: 'completed' });
  const oldest = await givenStatement(pool, own, { ended: 'completed', hoursAgo: 5 });
  await pool.query(
    `insert into runs (id, kind, owner_id, workflow_id, workflow_type, task_queue, status, finished_at)
     select 'sql_' || n, 'sql', $1, 'w' || n, 't', 'q', 'completed', now() from generate_series(1, 499) as n`,
    [own.userId],
  );
  await pool.query(
    `insert into sql_runs (run_id, owner_id, data_source, sql, statement_hash, fingerprint, queued_at)
     select 'sql_' || n, $1, 'demo', '', '', '', now() - interval '1 hour' from generate_series(1, 499) as n`,
    [own.userId],
  );
  expect(await withoutIndexes(pool, logExecutions)).toBe(500);
  const { rows } = await pool.query('select from sql_executions where run_id = $1', [oldest]);
  expect(rows).toHaveLength(1);
  expect(await logExecutions(pool)).toBe(1);
});

test('a statement that another writer holds is left to it', async () => {
  const { pool } = database;
  const [held, free] = [
    await givenStatement(pool, own, { ended: 'completed', hoursAgo: 2 }),
    await givenStatement(pool, own, { ended: 'completed' }),
  ];
  await withTransaction(pool, async (tx) => {
    await tx.query('select from sql_runs where run_id = $1 for update', [held]);
    expect(await logExecutions(pool)).toBe(1);
  });
  expect((await listExecutions(pool, {}, all)).map(({ session_id }) => session_id)).toEqual([free]);
});

test('the log is filtered by each of its columns, and its end is not part of a time', async () => {
  const { pool } = database;
  const [mine, theirs, elsewhere] = [
    await givenStatement(pool, own, { ended: 'completed', hoursAgo: 3 }),
    await givenStatement(pool, other, { ended: 'failed', hoursAgo: 2 }),
    await givenStatement(pool, own, { ended: 'completed', hoursAgo: 1, dataSource: 'another' }),
  ];
  await logExecutions(pool);
  const entries = await listExecutions(pool, {}, all);
  const ids = async (filters: Parameters<typeof listExecutions>[1]) =>
    (await listExecutions(pool, filters, all)).map(({ session_id }) => session_id);
  expect(await ids({})).toEqual([elsewhere, theirs, mine]);
  expect(await ids({ user_id: other.userId })).toEqual([theirs]);
  expect(await ids({ data_source: 'demo' })).toEqual([theirs, mine]);
  expect(await ids({ outcome: 'error' })).toEqual([theirs]);
  const [last, middle] = [entries[0]!.finished_at, entries[1]!.finished_at];
  expect(await ids({ from: middle })).toEqual([elsewhere, theirs]);
  expect(await ids({ to: last })).toEqual([theirs, mine]);
  expect(await listExecutions(pool, {}, { ...all, limit: 1 })).toHaveLength(2);
  const [{ finished_at: at, session_id: id }] = entries as [SqlExecution];
  expect(await listExecutions(pool, {}, pageOf(9, { at, id }))).toHaveLength(2);
  const exported: string[] = [];
  for await (const { session_id } of executionRows(pool, { from: middle })) exported.push(session_id);
  expect(exported).toEqual([theirs, elsewhere]);
});

test('entries are kept for their days, and so many go at a time', async () => {
  const { pool } = database;
  for (const hoursAgo of [72, 71, 1]) await givenStatement(pool, own, { ended: 'completed', hoursAgo });
  await logExecutions(pool);
  expect([await deleteExpiredExecutions(pool, 2, 1), await deleteExpiredExecutions(pool, 2, 5)]).toEqual([
    1, 1,
  ]);
  const atTheLimit = await withTransaction(pool, async (tx) => {
    await tx.query(`update sql_executions set finished_at = now() - interval '2 days'`);
    return deleteExpiredExecutions(tx, 2, 5);
  });
  expect(atTheLimit).toBe(0);
});

test('a person lists their own statements, by status and source, the newest first', async () => {
  const { pool } = database;
  const [old, failed, newest] = [
    await givenStatement(pool, own, { hoursAgo: 3, dataSource: 'another' }),
    await givenStatement(pool, own, { hoursAgo: 2, ended: 'failed' }),
    await givenStatement(pool, own, { hoursAgo: 1, ended: 'completed' }),
  ];
  await givenStatement(pool, other);
  const filters = { ownerId: own.userId, statuses: undefined, dataSource: undefined };
  const ids = async (more = {}, limit = 10) =>
    (await listSqlRuns(pool, { ...filters, ...more }, { limit, position: undefined })).map(({ id }) => id);
  expect(await ids()).toEqual([newest, failed, old]);
  expect(await ids({ statuses: ['failed', 'completed'] })).toEqual([newest, failed]);
  expect(await ids({ dataSource: 'another' })).toEqual([old]);
  expect(await ids({}, 1)).toEqual([newest, failed]);
  const [{ createdAt: at, id }] = (await listSqlRuns(pool, filters, all)) as [SqlRunRow];
  expect((await listSqlRuns(pool, filters, pageOf(1, { at, id }))).map((row) => row.id)).toEqual([
    failed,
    old,
  ]);
});
