import type { Principal } from '../../../src/contracts/users/principal.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { insertRun } from '../../../src/db/runs/runs.js';
import { chunksFor } from '../../../src/db/sql/chunks.js';
import { findSqlRun, loadSqlRun } from '../../../src/db/sql/find-run.js';
import { adoptOrigin, insertSqlRun } from '../../../src/db/sql/insert-run.js';
import { findOwnerOfRun } from '../../../src/db/sql/owner-of-run.js';
import { findResultTables, listResultTables } from '../../../src/db/sql/result-tables.js';
import { findFreshResult, findOneInFlight } from '../../../src/db/sql/same-statement.js';
import { serveStored } from '../../../src/db/sql/serve-stored.js';
import { beginTry, holdsRun, keepPartial, keepResult, projectProgress } from '../../../src/db/sql/tries.js';
import { resultTableName } from '../../../src/domain/sql/result-names.js';
import { newId } from '../../../src/contracts/ids.js';
import { givenUser } from '../../support/people.js';
import { countQueries } from '../../support/query-count.js';
import { withoutIndexes } from '../../support/rows/without-indexes.js';
import { newReportRun } from '../../support/runs.js';
import { useDatabase } from '../../support/servers/database.js';
import { givenStatement, statementHash } from '../../support/sql/given-statement.js';

const database = useDatabase();
let own: Principal;
let other: Principal;
beforeAll(async () => {
  [own, other] = [await givenUser(database.pool), await givenUser(database.pool)];
});
afterEach(() => database.pool.query('delete from runs'));

const chunkOf = (firstRow: number, rowCount = 10) => ({
  firstRow,
  rowCount,
  firstByte: firstRow * 5,
  byteCount: rowCount * 5,
  sha256: 'cd'.repeat(32),
});
const answer = { columns: [], rowCount: 30, bytes: 150, truncated: false, executionMs: 4 };

test('a page of rows is in the chunks that hold it, and in those of its own run alone', async () => {
  const { pool } = database;
  const [run, beside] = [await givenStatement(pool, own), await givenStatement(pool, own)];
  await keepResult(pool, run, { ...answer, chunks: [chunkOf(20), chunkOf(0), chunkOf(10)] });
  await keepResult(pool, beside, { ...answer, chunks: [chunkOf(0, 5), chunkOf(5, 5)] });
  const firsts = async (offset: number, limit: number) =>
    (await withoutIndexes(pool, (tx) => chunksFor(tx, run, { offset, limit }))).map(
      ({ firstRow }) => firstRow,
    );
  expect(await loadSqlRun(pool, run)).toMatchObject({ rowCount: 30, bytes: 150, executionMs: 4 });
  expect(await firsts(5, 5)).toEqual([0]);
  expect(await firsts(5, 6)).toEqual([0, 10]);
  expect(await firsts(10, 5)).toEqual([10]);
  expect(await firsts(0, 100)).toEqual([0, 10, 20]);
  await keepResult(pool, run, { ...answer, chunks: [chunkOf(0, 30)] });
  expect(await chunksFor(pool, run, { offset: 25, limit: 5 })).toEqual([
    { firstRow: 0, rowCount: 30, firstByte: 0, byteCount: 150 },
  ]);
  expect(await chunksFor(pool, beside, { offset: 0, limit: 100 })).toHaveLength(2);
});

test('an answer that is given again is the newest of the very same statement that is kept and no older', async () => {
  const { pool } = database;
  await givenStatement(pool, own, { ended: 'completed', hoursAgo: 4 });
  const newest = await givenStatement(pool, own, { ended: 'completed', hoursAgo: 3 });
  const failed = await givenStatement(pool, own, { ended: 'completed', hoursAgo: 1 });
  await pool.query(`update runs set status = 'failed' where id = $1`, [failed]);
  await givenStatement(pool, own, { ended: 'completed', hoursAgo: 1, servedBy: newest });
  await givenStatement(pool, own, { ended: 'completed', hoursAgo: 1, statementHash: 'ef'.repeat(32) });
  const released = await givenStatement(pool, own, { ended: 'completed', hoursAgo: 2 });
  await pool.query('update objects set released_at = now() where key = $1', [released]);
  const found = await withoutIndexes(pool, (tx) => findFreshResult(tx, statementHash, 36_000));
  expect(found).toMatchObject({
    runId: newest,
    result: { key: newest },
    rowCount: 10,
    executionMs: 100,
  });
  const [atTheLimit, over] = await withTransaction(pool, async (tx) => {
    await tx.query(`update runs set finished_at = now() - interval '3 hours' where id = $1`, [newest]);
    return [
      await findFreshResult(tx, statementHash, 10_800),
      await findFreshResult(tx, statementHash, 10_799),
    ];
  });
  expect([atTheLimit?.runId, over]).toEqual([newest, undefined]);
});

test('the run in flight that another one may follow is the oldest that waits or works and is wanted', async () => {
  const { pool } = database;
  const [waiting, admitted] = [
    await givenStatement(pool, own, { hoursAgo: 2 }),
    await givenStatement(pool, own, { place: 'admitted', hoursAgo: 3 }),
  ];
  await givenStatement(pool, own, { place: 'following', servedBy: admitted, hoursAgo: 5 });
  await givenStatement(pool, own, { place: 'admitted', ended: 'failed', hoursAgo: 5 });
  await givenStatement(pool, own, { statementHash: 'ef'.repeat(32), hoursAgo: 5 });
  const unwanted = await givenStatement(pool, own, { hoursAgo: 5 });
  await pool.query('update runs set cancel_requested_at = now() where id = $1', [unwanted]);
  expect(await withoutIndexes(pool, (tx) => findOneInFlight(tx, statementHash))).toBe(admitted);
  await pool.query(`update sql_runs set place = 'released' where run_id = $1`, [admitted]);
  expect(await findOneInFlight(pool, statementHash)).toBe(waiting);
  expect(await findOneInFlight(pool, '00'.repeat(32))).toBeUndefined();
});

test('a try tells how far it is until a later one has the run, and a later one begins from nothing', async () => {
  const { pool } = database;
  const [run, beside] = [await givenStatement(pool, own), await givenStatement(pool, own)];
  const progress = { percent: 50, phase: 'fetching', basis: 'none', etaMs: null } as const;
  const seen = { runId: run, attempt: 1, progress, rows: 3, bytes: 30, tempBytes: 9, waitingOn: 'a lock' };
  expect(await beginTry(pool, run, 1)).toEqual({ progress: {} });
  expect(await projectProgress(pool, { ...seen, memory: 70 })).toEqual({
    cancelRequested: false,
    ended: false,
  });
  expect(await projectProgress(pool, { ...seen, memory: 60 })).toBeDefined();
  await keepPartial(pool, run, { key: 'k', sha256: 's' });
  const told = { rowCount: 3, bytes: 30, tempBytes: 9, waitingOn: 'a lock', progress, attempt: 1 };
  expect(await loadSqlRun(pool, run)).toMatchObject({ ...told, partial: { key: 'k', sha256: 's' } });
  expect(await loadSqlRun(pool, beside)).toMatchObject({ rowCount: 10, partial: null, attempt: 0 });
  const { rows } = await pool.query('select peak_memory from sql_runs where run_id = $1', [run]);
  expect(rows).toEqual([{ peak_memory: 70 }]);
  expect(await beginTry(pool, run, 1)).toEqual({ progress });
  expect(await beginTry(pool, run, 2)).toEqual({ progress });
  expect(await loadSqlRun(pool, run)).toMatchObject({
    rowCount: 0,
    bytes: 0,
    tempBytes: null,
    waitingOn: null,
    partial: null,
    attempt: 2,
  });
  expect(await beginTry(pool, run, 1)).toBeUndefined();
  await pool.query(`update sql_runs set began_at = now() - interval '100 hours' where run_id = $1`, [run]);
  const elapsedMs = (await loadSqlRun(pool, run))?.elapsedMs ?? NaN;
  expect(Math.floor(elapsedMs / 360_000)).toBe(1_000);
  expect(await projectProgress(pool, { ...seen, memory: 60 })).toBeUndefined();
  expect([await holdsRun(pool, run, 1), await holdsRun(pool, run, 2)]).toEqual([false, true]);
  expect([await holdsRun(pool, beside, 2), await beginTry(pool, 'sql_nobody', 1)]).toEqual([
    false,
    undefined,
  ]);
});

test('a try hears that its run is unwanted, and that it has ended', async () => {
  const { pool } = database;
  const run = await givenStatement(pool, own);
  const beside = await givenStatement(pool, own);
  const progress = { percent: 50, phase: 'fetching', basis: 'none', etaMs: null } as const;
  const tell = () =>
    projectProgress(pool, {
      runId: run,
      attempt: 0,
      progress,
      rows: 1,
      bytes: 1,
      tempBytes: null,
      waitingOn: null,
      memory: 1,
    });
  await pool.query('update runs set cancel_requested_at = now() where id = $1', [run]);
  expect(await tell()).toEqual({ cancelRequested: true, ended: false });
  expect(await loadSqlRun(pool, beside)).toMatchObject({ rowCount: 10 });
  await pool.query(`update runs set status = 'canceled', finished_at = now() where id = $1`, [run]);
  expect(await tell()).toEqual({ cancelRequested: true, ended: true });
});

test('a run with a stored answer is complete at once, and its readers do not learn where the answer lies', async () => {
  const { pool } = database;
  const [leader, run, beside] = [
    await givenStatement(pool, own, { ended: 'completed' }),
    await givenStatement(pool, other),
    await givenStatement(pool, other),
  ];
  await pool.query(`update sql_runs set waiting_on = 'a lock'`);
  const result = { key: 'k', bytes: 150 } as never;
  await withTransaction(pool, (tx) => serveStored(tx, run, { ...answer, runId: leader, result }));
  expect(await loadSqlRun(pool, run)).toMatchObject({
    status: 'completed',
    result: { key: 'k' },
    rowCount: 30,
    bytes: 150,
    executionMs: 4,
    columns: [],
    waitingOn: null,
  });
  expect(await loadSqlRun(pool, beside)).toMatchObject({
    status: 'queued',
    rowCount: 10,
    waitingOn: 'a lock',
  });
  const { rows } = await pool.query(
    'select type, dedup_key, data, progress from run_events join runs on id = run_id',
  );
  expect(rows).toEqual([
    {
      type: 'job.completed',
      dedup_key: 'served#1',
      data: { state: 'SUCCESS', result: { bytes: 150 } },
      progress: { percent: 100 },
    },
  ]);
});

test('the results that a statement may read are kept ones of its own person, the newest first', async () => {
  const { pool } = database;
  const [old, newer, third] = [
    await givenStatement(pool, own, { ended: 'completed', hoursAgo: 3, rows: 5 }),
    await givenStatement(pool, own, { ended: 'completed', hoursAgo: 1, rows: 6 }),
    await givenStatement(pool, own, { ended: 'completed', hoursAgo: 2 }),
  ];
  const others = await givenStatement(pool, other, { ended: 'completed' });
  const open = await givenStatement(pool, own);
  const [released, lineless, failed, report] = [
    await givenStatement(pool, own, { ended: 'completed' }),
    await givenStatement(pool, own, { ended: 'completed' }),
    await givenStatement(pool, own, { ended: 'completed' }),
    await givenStatement(pool, own, { ended: 'completed', hoursAgo: 9 }),
  ];
  await pool.query('update objects set released_at = now() where key = $1', [released]);
  await pool.query('update sql_runs set columns = null where run_id = $1', [lineless]);
  await pool.query(`update runs set status = 'failed' where id = $1`, [failed]);
  await pool.query(`update runs set kind = 'report' where id = $1`, [report]);
  const listed = (most: number) => listResultTables(pool, own.userId, most);
  const names = [newer, third, old].map(resultTableName);
  expect((await listed(9)).map(({ name }) => name)).toEqual(names);
  expect(await listed(1)).toEqual([{ name: names[0], rowCount: 6, columns: [] }]);
  const asked = [others, open, released, lineless, failed, old];
  expect(await findResultTables(pool, own.userId, asked)).toEqual([
    { name: resultTableName(old), key: old, columns: [] },
  ]);
  const { result, queries } = await countQueries(() => findResultTables(pool, own.userId, []));
  expect([result, queries]).toEqual([[], 0]);
});

test('a statement is written as it was sent, and its replay repeats it once', async () => {
  const { pool } = database;
  const run = newReportRun(own, { id: newId('sql'), kind: 'sql' });
  const sent = {
    runId: run.id,
    ownerId: own.userId,
    commandId: 'c1',
    dataSource: 'demo',
    sql: 'select $1',
    params: [7],
    rowLimit: 50,
    statementHash,
    fingerprint: 'f1',
    estimate: {
      rows: 4,
      bytes: 40,
      cost: 1,
      basis: 'plan',
      usual_ms: null,
      usual_rows: null,
      learned_from: 0,
    },
    place: 'served',
    servedBy: 'sql_leader',
  } as const;
  const origin = { runId: run.id, relation: 'replay' } as const;
  const replay = newReportRun(own, { id: newId('sql'), kind: 'sql', origin });
  const [replayed, again, without] = await withTransaction(pool, async (tx) => {
    await insertRun(tx, run);
    await insertSqlRun(tx, sent);
    await insertRun(tx, replay);
    const beside = newReportRun(own, { id: newId('sql'), kind: 'sql' });
    await insertRun(tx, beside);
    await insertRun(tx, newReportRun(own, { id: newId('sql'), kind: 'sql', origin }));
    return [
      await adoptOrigin(tx, replay.id),
      await adoptOrigin(tx, replay.id),
      await adoptOrigin(tx, beside.id),
    ];
  });
  expect([replayed, again, without]).toEqual([true, false, false]);
  const { commandId: _command, statementHash: _hash, runId, ...shown } = sent;
  expect(await loadSqlRun(pool, runId)).toMatchObject({ ...shown, id: runId });
  const { dataSource, sql, params, rowLimit, estimate } = sent;
  expect(await loadSqlRun(pool, replay.id)).toMatchObject({
    dataSource,
    sql,
    params,
    rowLimit,
    estimate,
    place: 'waiting',
    servedBy: null,
  });
  const { rows } = await pool.query('select command_id, statement_hash from sql_runs order by command_id');
  const hash = Buffer.from(statementHash, 'hex');
  expect(rows).toEqual([
    { command_id: 'c1', statement_hash: hash },
    { command_id: null, statement_hash: hash },
  ]);
});

test('a statement is found by its person, and its owner only while they may sign in', async () => {
  const { pool } = database;
  const run = await givenStatement(pool, own);
  await givenStatement(pool, other);
  expect(await findSqlRun(pool, own, run)).toMatchObject({ id: run, ownerId: own.userId });
  expect(await findSqlRun(pool, other, run)).toBeUndefined();
  expect(await findSqlRun(pool, { ...other, role: 'ADMIN' }, run)).toMatchObject({ id: run });
  expect(await findOwnerOfRun(pool, run)).toEqual({ userId: own.userId, role: 'ANALYST' });
  await pool.query('update users set is_active = false where id = $1', [own.userId]);
  expect(await findOwnerOfRun(pool, run)).toBeUndefined();
  await pool.query('update users set is_active = true where id = $1', [own.userId]);
});
