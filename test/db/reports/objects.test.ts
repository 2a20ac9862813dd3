import type { Principal } from '../../../src/contracts/users/principal.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { activityGatherers, activityRows } from '../../../src/db/reports/activity.js';
import { auditEntryRows } from '../../../src/db/reports/audit.js';
import { deleteObjects, insertObject, isKept, releaseObjects } from '../../../src/db/reports/objects.js';
import { givenUser } from '../../support/people.js';
import { givenRun } from '../../support/runs.js';
import { useDatabase } from '../../support/servers/database.js';

const database = useDatabase();
let owner: Principal;
beforeAll(async () => {
  owner = await givenUser(database.pool);
});
afterEach(() => database.pool.query('delete from objects; delete from runs'));

/** An object of a run that ended, where `daysAgo` says so. The run names `named`. */
async function givenObject(
  key: string,
  { daysAgo, named = key, madeHoursAgo = 0 }: { daysAgo?: number; named?: string; madeHoursAgo?: number },
): Promise<string> {
  const { pool } = database;
  const { id } = await givenRun(pool, owner);
  await insertObject(pool, { key, runId: id });
  await pool.query('update objects set created_at = now() - make_interval(hours => $2) where key = $1', [
    key,
    madeHoursAgo,
  ]);
  if (daysAgo !== undefined)
    await pool.query(
      `update runs set status = 'completed', finished_at = now() - make_interval(days => $2),
              result = jsonb_build_object('key', $3::text) where id = $1`,
      [id, daysAgo, named],
    );
  return id;
}

test('an object is written for an open run alone, and is kept until it is released', async () => {
  const { pool } = database;
  const run = await givenObject('a', { daysAgo: 0 });
  expect(await insertObject(pool, { key: 'b', runId: run })).toBe(false);
  expect(await insertObject(pool, { key: 'b', runId: 'job_gone' })).toBe(false);
  expect(await insertObject(pool, { key: 'b', runId: (await givenRun(pool, owner)).id })).toBe(true);
  expect([await isKept(pool, 'a'), await isKept(pool, 'x')]).toEqual([true, false]);
  await pool.query(`update objects set released_at = now() where key = 'a'`);
  expect([await isKept(pool, 'a'), await isKept(pool, 'b')]).toEqual([false, true]);
  expect(await deleteObjects(pool, ['a', 'x'])).toBe(1);
  expect(await isKept(pool, 'b')).toBe(true);
});

test('results go after their days, and what no run names after one', async () => {
  const { pool } = database;
  await givenObject('old', { daysAgo: 31 });
  await givenObject('young', { daysAgo: 29, madeHoursAgo: 900 });
  await givenObject('unnamed', { daysAgo: 1, named: 'x', madeHoursAgo: 25 });
  await givenObject('unnamed young', { daysAgo: 0, named: 'x', madeHoursAgo: 23 });
  await givenObject('open', { madeHoursAgo: 900 });
  const gone = await givenObject('of no run', { madeHoursAgo: 25 });
  const lately = await givenObject('of no run lately', { madeHoursAgo: 23 });
  await pool.query('delete from runs where id = any($1)', [[gone, lately]]);
  expect((await releaseObjects(pool, 30, 9)).sort()).toEqual(['of no run', 'old', 'unnamed']);
  await pool.query(`update objects set released_at = '2026-01-01' where key = 'old'`);
  expect((await releaseObjects(pool, 30, 9)).sort()).toEqual(['of no run', 'old', 'unnamed']);
  const { rows } = await pool.query(`select key from objects where released_at = '2026-01-01'`);
  expect(rows).toEqual([{ key: 'old' }]);
  const fresh = await givenObject('fresh', { daysAgo: 31 });
  expect(await releaseObjects(pool, 30, 1)).toEqual(['fresh']);
  await pool.query('delete from objects');
  const atTheMoment = await withTransaction(pool, async (tx) => {
    await tx.query(
      `insert into objects (key, run_id, created_at) values ('m', null, now() - interval '1 day')`,
    );
    await tx.query(`insert into objects (key, run_id) values ('n', $1)`, [fresh]);
    await tx.query(
      `update runs set finished_at = now() - interval '30 days', result = '{"key": "n"}' where id = $1`,
      [fresh],
    );
    return releaseObjects(tx, 30, 9);
  });
  expect(atTheMoment).toEqual([]);
});

test('a report names the newest hundred runs and failures of its time, and counts all', async () => {
  const { pool } = database;
  await pool.query(
    `insert into runs (id, kind, owner_id, workflow_id, workflow_type, task_queue, status, created_at, started_at, finished_at, error)
     select 'job_' || n, 'report', $1, 'w' || n, 't', 'q', 'failed', timestamptz '2026-03-10 12:00Z' - make_interval(mins => n),
            '2026-03-10 00:00Z', '2026-03-10 00:00:02Z', case when n = 1 then '{"code": "c", "message": "m"}'::jsonb end
       from generate_series(101, 0, -1) as n`,
    [owner.userId],
  );
  const basis = { from: '2026-03-10T10:19:00Z', to: '2026-03-10T12:00:00Z' } as never;
  const ask = { basis, viewer: owner };
  const runs = await activityGatherers.runs(pool, ask);
  expect([runs.total, runs.recent.length, runs.recent[0]?.id]).toEqual([101, 100, 'job_1']);
  expect(runs.byKind).toMatchObject([
    { kind: 'report', status: 'failed', count: 101, medianMs: 2_000, p95Ms: 2_000 },
  ]);
  expect(runs.timeline.unit).toBe('hour');
  expect(runs.timeline.buckets.map(({ ended, failed }) => [ended, failed])).toEqual([
    [0, 41],
    [0, 60],
    [0, 0],
  ]);
  const failures = await activityGatherers.failures(pool, ask);
  expect([failures.total, failures.recent.length]).toEqual([101, 100]);
  expect(failures.recent.slice(0, 2)).toMatchObject([
    { id: 'job_1', code: 'c', message: 'm', durationMs: 2_000 },
    { id: 'job_2', code: 'unknown', message: '' },
  ]);
  const ids: string[] = [];
  for await (const row of activityRows(pool, ask))
    ids.push(`${row.id} ${row.owner === owner.email} ${row.errorCode}`);
  expect([ids.length, ids[0], ids[100]]).toEqual([101, 'job_1 true c', 'job_101 true null']);
});

test('each entry of a report about the log has its own place in the chain', async () => {
  const { pool } = database;
  for (const n of [1, 2, 3])
    await pool.query(
      `insert into audit_logs (id, timestamp, actor_name, actor_role, action, resource_type, resource_id)
       values ('aud_' || $1::text, timestamptz '2026-03-10' - make_interval(days => $1::text::integer), 'a', 'SYSTEM', 'made', 'run', 'r')`,
      [n],
    );
  await pool.query(
    `insert into audit_chain select n, 'aud_' || n, '', decode('0' || n, 'hex') from generate_series(1, 2) as n`,
  );
  const rows: unknown[] = [];
  for await (const { id, seq, hash } of auditEntryRows(pool, { includeDeleted: true } as never))
    rows.push([id, seq, hash]);
  expect(rows).toEqual([
    ['aud_3', null, null],
    ['aud_2', 2, '02'],
    ['aud_1', 1, '01'],
  ]);
});
