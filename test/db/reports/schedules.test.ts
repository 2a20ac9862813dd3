import type { Principal } from '../../../src/contracts/users/principal.js';
import { withTransaction, type Tx } from '../../../src/db/base/transaction.js';
import {
  deleteExpiredFirings,
  findFiring,
  hasOpenRun,
  insertFiring,
  listFirings,
  lockDueSchedule,
  type FiringRow,
} from '../../../src/db/reports/schedule-firings.js';
import {
  deleteReportSchedule,
  findReportSchedule,
  insertReportSchedule,
  listReportSchedules,
  lockReportSchedule,
  updateReportSchedule,
} from '../../../src/db/reports/schedules.js';
import { listUnsyncedSchedules, syncReportSchedule } from '../../../src/db/reports/sync-schedules.js';
import { givenUser } from '../../support/people.js';
import { pageOf } from '../../support/rows/page.js';
import { withoutIndexes } from '../../support/rows/without-indexes.js';
import { endRun, givenRun } from '../../support/runs.js';
import { useDatabase } from '../../support/servers/database.js';

const database = useDatabase();
let own: Principal;
let other: Principal;
beforeAll(async () => {
  [own, other] = [await givenUser(database.pool), await givenUser(database.pool)];
});
afterEach(() => database.pool.query('delete from report_schedules; delete from runs'));

const inTx = <Result>(work: (tx: Tx) => Promise<Result>) => withTransaction(database.pool, work);
const report = { type: 'activity', format: 'html', params: { hours: 24 } } as const;
const daily = { name: 'Daily', cron: '0 6 * * *', timeZone: 'UTC', report, enabled: true };
const given = (owner: Principal = own) => inTx((tx) => insertReportSchedule(tx, owner.userId, daily));
const remove = (id: string) => inTx((tx) => deleteReportSchedule(tx, id));
const set = (id: string, assignments: string) =>
  database.pool.query(`update report_schedules set ${assignments} where id = $1`, [id]);

test('schedules come the newest first, a page at a time, to their owner, and none that is deleted', async () => {
  const { pool } = database;
  const [first, second, third, gone] = [await given(), await given(), await given(), await given()];
  const theirs = await given(other);
  await remove(gone.id);
  const list = async (page = pageOf(9), viewer: Principal = own) =>
    (await withoutIndexes(pool, (tx) => listReportSchedules(tx, viewer, page))).map(({ id }) => id);
  expect(await list()).toEqual([third.id, second.id, first.id]);
  expect(await list(pageOf(1))).toEqual([third.id, second.id]);
  expect(await list(pageOf(9, { at: third.createdAt, id: third.id }))).toEqual([second.id, first.id]);
  expect(await list(pageOf(9), { ...own, role: 'ADMIN' })).toHaveLength(4);
  expect(await findReportSchedule(pool, own, first.id)).toEqual(first);
  expect(await findReportSchedule(pool, own, gone.id)).toBeUndefined();
  expect(await findReportSchedule(pool, own, theirs.id)).toBeUndefined();
  const lock = (id: string) => inTx((tx) => lockReportSchedule(tx, own, id));
  expect(await lock(first.id)).toEqual(first);
  for (const id of [gone.id, theirs.id]) await expect(lock(id)).rejects.toMatchObject({ code: 'not_found' });
});

test('a schedule that is looked at for a change, or is due, is locked alone', async () => {
  const [first, second] = [await given(), await given()];
  const free = async () =>
    (await database.pool.query('select id from report_schedules for update skip locked')).rows as unknown[];
  await inTx(async (tx) => {
    await lockReportSchedule(tx, own, first.id);
    expect(await free()).toEqual([{ id: second.id }]);
  });
  await inTx(async (tx) => {
    await lockDueSchedule(tx, first.id);
    expect(await free()).toEqual([{ id: second.id }]);
    const people = await database.pool.query('select from users where id = $1 for update skip locked', [
      own.userId,
    ]);
    expect(people.rowCount).toBe(1);
  });
});

test('a person has fifty schedules at most, those of others and deleted ones not counted', async () => {
  const last = await given();
  await database.pool.query(
    `insert into report_schedules (id, owner_id, name, cron, time_zone, report)
     select 'sch_' || n, $1, 'n', 'c', 'z', '{}' from generate_series(1, 49) as n`,
    [own.userId],
  );
  await expect(given()).rejects.toMatchObject({
    code: 'conflict',
    message: 'You have 50 report schedules, which is the most.',
  });
  expect(await given(other)).toMatchObject({ ownerId: other.userId, version: 1 });
  await remove(last.id);
  expect(await given()).toMatchObject({ ...daily, ownerId: own.userId });
});

test('of two schedules that a person makes at once the second counts the first', async () => {
  const waiting = await inTx(async (tx) => {
    await insertReportSchedule(tx, own.userId, daily);
    const key = await database.pool.query<{ free: boolean }>(
      `select pg_try_advisory_xact_lock(91020, hashtext($1)) as free`,
      [own.userId],
    );
    return key.rows;
  });
  expect(waiting).toEqual([{ free: false }]);
});

test('a change sets what it names, counts on, and leaves every other schedule as it was', async () => {
  const { pool } = database;
  const [own1, beside] = [await given(), await given()];
  const change = (changed: object) => inTx((tx) => updateReportSchedule(tx, own1.id, changed));
  expect(await change({ name: 'Weekly' })).toMatchObject({ ...daily, name: 'Weekly', version: 2 });
  const all = {
    cron: '0 7 * * *',
    timeZone: 'Asia/Tokyo',
    report: { ...report, format: 'pdf' },
    enabled: false,
  };
  expect(await change(all)).toMatchObject({ ...all, name: 'Weekly', version: 3 });
  expect(await change({})).toMatchObject({ ...all, name: 'Weekly', version: 4 });
  await remove(own1.id);
  expect(await findReportSchedule(pool, own, beside.id)).toEqual(beside);
  const { rows } = await pool.query('select version from report_schedules where deleted_at is not null');
  expect(rows).toEqual([{ version: 5 }]);
});

test('a due schedule is there with its owner as they are now, until it is deleted', async () => {
  const schedule = await given();
  await given(other);
  const due = () => inTx((tx) => lockDueSchedule(tx, schedule.id));
  const { name, enabled } = daily;
  expect(await due()).toEqual({
    name,
    report,
    enabled,
    ownerId: own.userId,
    ownerRole: 'ANALYST',
    ownerIsActive: true,
  });
  const theirs = await given(other);
  expect(await inTx((tx) => lockDueSchedule(tx, theirs.id))).toMatchObject({ ownerId: other.userId });
  await database.pool.query('update users set is_active = false where id = $1', [other.userId]);
  expect(await inTx((tx) => lockDueSchedule(tx, theirs.id))).toMatchObject({ ownerIsActive: false });
  expect(await due()).toMatchObject({ ownerIsActive: true });
  await database.pool.query('update users set is_active = true where id = $1', [other.userId]);
  await remove(schedule.id);
  expect(await due()).toBeUndefined();
});

test('a firing is found by its schedule and its moment, and firings by hand are others', async () => {
  const { pool } = database;
  const [schedule, beside] = [await given(), await given()];
  const [at, later] = ['2026-03-10T06:00:00Z', '2026-03-11T06:00:00Z'];
  const [run, byHand] = [await givenRun(pool, own), await givenRun(pool, own)];
  const skipped = { code: 'still_running', message: 'it runs' };
  await inTx(async (tx) => {
    await insertFiring(tx, {
      scheduleId: schedule.id,
      scheduledAt: later,
      cause: 'person',
      result: { runId: byHand.id },
    });
    await insertFiring(tx, {
      scheduleId: schedule.id,
      scheduledAt: at,
      cause: 'schedule',
      result: { runId: run.id },
    });
    await insertFiring(tx, {
      scheduleId: beside.id,
      scheduledAt: at,
      cause: 'schedule',
      result: { skipped },
    });
  });
  const find = (id: string, moment: string) => inTx((tx) => findFiring(tx, id, moment));
  expect(await find(schedule.id, at)).toEqual({ runId: run.id, skipped: null });
  expect(await find(beside.id, at)).toEqual({ runId: null, skipped });
  expect(await find(schedule.id, later)).toBeUndefined();
  await endRun(pool, byHand.id);
  const list = (page = pageOf(9)) => withoutIndexes(pool, (tx) => listFirings(tx, schedule.id, page));
  const all = (await list()) as [FiringRow, FiringRow];
  expect(all).toMatchObject([
    { cause: 'schedule', runId: run.id, runStatus: 'queued', skipped: null },
    { cause: 'person', runId: byHand.id, runStatus: 'completed' },
  ]);
  expect(await listFirings(pool, beside.id, pageOf(9))).toMatchObject([
    { runId: null, runStatus: null, skipped },
  ]);
  expect(await list(pageOf(1, { at: all[0].createdAt, id: all[0].id }))).toEqual([all[1]]);
  expect(await list(pageOf(1))).toHaveLength(2);
  const open = () => inTx(async (tx) => [await hasOpenRun(tx, schedule.id), await hasOpenRun(tx, beside.id)]);
  expect(await open()).toEqual([true, false]);
  await pool.query(`update runs set status = 'canceled', finished_at = now()`);
  expect(await open()).toEqual([false, false]);
});

test('skipped firings and deleted schedules that Temporal let go of are kept for their days', async () => {
  const { pool } = database;
  const [kept, gone, young, behind] = [await given(), await given(), await given(), await given()];
  const run = await givenRun(pool, own);
  const skipped = { code: 'still_running', message: 'it runs' };
  const fire = (scheduledAt: string, result: { runId: string } | { skipped: typeof skipped }) =>
    inTx((tx) => insertFiring(tx, { scheduleId: kept.id, scheduledAt, cause: 'schedule', result }));
  await fire('2026-03-10T06:00:00Z', { runId: run.id });
  await fire('2026-03-11T06:00:00Z', { skipped });
  await pool.query(`update report_schedule_firings set created_at = now() - interval '31 days'`);
  await fire('2026-03-12T06:00:00Z', { skipped });
  await set(gone.id, `deleted_at = now() - interval '31 days', synced_version = version`);
  await set(young.id, `deleted_at = now() - interval '29 days', synced_version = version`);
  await set(behind.id, `deleted_at = now() - interval '31 days', synced_version = version - 1`);
  await set(kept.id, 'synced_version = version');
  expect(await deleteExpiredFirings(pool, 30)).toBe(2);
  const left = await pool.query('select id from report_schedules order by id');
  expect(left.rows.map(({ id }) => id as string)).toEqual([kept.id, young.id, behind.id].sort());
  expect((await pool.query('select from report_schedule_firings')).rowCount).toBe(2);
  const atTheMoment = await inTx(async (tx) => {
    await tx.query(
      `update report_schedules set deleted_at = now() - interval '30 days', synced_version = version`,
    );
    await tx.query(`update report_schedule_firings set created_at = now() - interval '30 days'`);
    return deleteExpiredFirings(tx, 30);
  });
  expect(atTheMoment).toBe(0);
});

test('schedules that Temporal lacks come first by their change, then those not compared for an hour', async () => {
  const { pool } = database;
  const [behindLate, behindEarly, old, older, fresh, gone] = [
    await given(),
    await given(),
    await given(),
    await given(),
    await given(),
    await given(),
  ];
  await set(behindEarly.id, `updated_at = now() - interval '1 day'`);
  const synced = (id: string, ago: string) =>
    set(id, `synced_version = version, synced_at = now() - interval '${ago}'`);
  await synced(old.id, '2 hours');
  await synced(older.id, '3 hours');
  await synced(fresh.id, '1 minute');
  await synced(gone.id, '9 hours');
  await set(gone.id, 'deleted_at = now()');
  const ids = async () => (await withoutIndexes(pool, listUnsyncedSchedules)).map(({ id }) => id);
  expect(await ids()).toEqual([behindEarly.id, behindLate.id, older.id, old.id]);
  const atTheHour = await withoutIndexes(pool, async (tx) => {
    await tx.query(`update report_schedules set synced_at = now() - interval '1 hour' where id = $1`, [
      fresh.id,
    ]);
    return (await listUnsyncedSchedules(tx)).length;
  });
  expect(atTheHour).toBe(4);
  await pool.query(
    `insert into report_schedules (id, owner_id, name, cron, time_zone, report, synced_version, synced_at)
     select 'sch_' || n, $1, 'n', 'c', 'z', '{}', n % 2, now() - interval '1 day' from generate_series(1, 102) as n`,
    [own.userId],
  );
  expect(await ids()).toHaveLength(100);
});

test('Temporal is brought to the version of one schedule, once, and again when that is asked', async () => {
  const { pool } = database;
  const [schedule, beside] = [await given(), await given()];
  const told: string[] = [];
  const control = {
    apply: ({ id, name, enabled }: { id: string; name: string; enabled: boolean }) =>
      Promise.resolve(void told.push(`${id} ${name} ${enabled}`)),
    remove: (id: string) => Promise.resolve(void told.push(`${id} removed`)),
    applyNotifications: () => Promise.reject(new Error('not asked')),
  };
  const sync = async (again?: boolean) => {
    told.length = 0;
    await syncReportSchedule(
      pool,
      control,
      again === undefined ? { id: schedule.id } : { id: schedule.id, again },
    );
    return [...told];
  };
  expect(await sync()).toEqual([`${schedule.id} Daily true`]);
  expect(await sync()).toEqual([]);
  expect(await sync(true)).toEqual([`${schedule.id} Daily true`]);
  await remove(schedule.id);
  expect(await sync()).toEqual([`${schedule.id} removed`]);
  const { rows } = await pool.query(
    'select synced_version = version as synced, synced_at is not null as dated from report_schedules order by id = $1',
    [beside.id],
  );
  expect(rows).toEqual([
    { synced: true, dated: true },
    { synced: false, dated: false },
  ]);
  await syncReportSchedule(pool, control, { id: 'sch_nobody', again: true });
  await inTx(async (tx) => {
    await tx.query('select pg_advisory_xact_lock(91021, hashtext($1))', [schedule.id]);
    expect(await sync(true)).toEqual([]);
  });
});
