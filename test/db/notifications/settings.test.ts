import { newId } from '../../../src/contracts/ids.js';
import { withTransaction, type Tx } from '../../../src/db/base/transaction.js';
import {
  findCaughtMail,
  insertCaughtMail,
  listCaughtMails,
} from '../../../src/db/notifications/caught-mails.js';
import { deadlines } from '../../../src/db/notifications/deadlines.js';
import { findDelivery, listDeliveries, lockDelivery } from '../../../src/db/notifications/deliveries.js';
import {
  lockDueSchedule,
  noteFired,
  readSchedule,
  SCHEDULE_TAG,
  syncNotificationSchedule,
  updateSchedule,
} from '../../../src/db/notifications/schedule.js';
import { lockSettings, readSettings, updateSettings } from '../../../src/db/notifications/settings.js';
import {
  findPreferences,
  lockPreferences,
  staff,
  suppressAddress,
  updatePreferences,
} from '../../../src/db/notifications/staff.js';
import { givenDeadline, givenDelivery, givenOffice, givenStaff } from '../../support/notifications/given.js';
import { givenUser } from '../../support/people.js';
import { pageOf } from '../../support/rows/page.js';
import { withoutIndexes } from '../../support/rows/without-indexes.js';
import { givenRun } from '../../support/runs.js';
import { useDatabase } from '../../support/servers/database.js';

const database = useDatabase();
afterEach(() =>
  database.pool.query(
    'delete from runs; delete from notification_deliveries; delete from offices; delete from caught_mails',
  ),
);

const inTx = <Result>(work: (tx: Tx) => Promise<Result>) => withTransaction(database.pool, work);

test('a daily run is due in the name of an active administrator, once for a moment, and not beside an open one', async () => {
  const { pool } = database;
  const [admin, analyst] = [await givenUser(pool, 'ADMIN'), await givenUser(pool)];
  const due = (at = '2026-03-10T09:00:00Z') => inTx((tx) => lockDueSchedule(tx, at));
  expect(await due()).toMatchObject({ enabled: false, ownerId: null, ownerIsActive: false, wasFired: false });
  const wanted = { cron: '0 8 * * *', time_zone: 'Asia/Tokyo', enabled: true };
  const own = (ownerId: string) => inTx((tx) => updateSchedule(tx, { ...wanted, ownerId }));
  expect(await own(analyst.userId)).toMatchObject({ ...wanted, version: 2, synced_version: 1 });
  expect(await due()).toMatchObject({ ownerId: analyst.userId, ownerIsActive: false });
  await own(admin.userId);
  const free = { enabled: true, ownerId: admin.userId, ownerIsActive: true, wasFired: false, isOpen: false };
  expect(await due()).toEqual(free);
  await pool.query('update users set is_active = false where id = $1', [admin.userId]);
  expect(await due()).toEqual({ ...free, ownerIsActive: false });
  await pool.query('update users set is_active = true where id = $1', [admin.userId]);
  await inTx((tx) => noteFired(tx, '2026-03-10T09:00:00Z'));
  expect(await due()).toEqual({ ...free, wasFired: true });
  expect(await due('2026-03-11T09:00:00Z')).toEqual(free);
  const { id } = await givenRun(pool, admin, { kind: 'deadline-run', tags: [SCHEDULE_TAG] });
  const next = () => due('2026-03-11T09:00:00Z');
  expect(await next()).toEqual({ ...free, isOpen: true });
  await pool.query(`update runs set tags = '{other}'`);
  expect(await next()).toEqual(free);
  await pool.query(`update runs set tags = array[$1], kind = 'report'`, [SCHEDULE_TAG]);
  expect(await next()).toEqual(free);
  await pool.query(
    `update runs set kind = 'deadline-run', status = 'completed', finished_at = now() where id = $1`,
    [id],
  );
  expect(await next()).toEqual(free);
});

test('Temporal is brought to the wanted schedule once, by the one that has the turn', async () => {
  const { pool } = database;
  const owner = await givenUser(pool, 'ADMIN');
  const told: unknown[] = [];
  const unasked = () => Promise.reject(new Error('not asked'));
  const control = {
    apply: unasked,
    remove: unasked,
    applyNotifications: (schedule: object) => Promise.resolve(void told.push(schedule)),
  };
  await inTx((tx) =>
    updateSchedule(tx, { cron: '0 7 * * *', time_zone: 'UTC', enabled: true, ownerId: owner.userId }),
  );
  await inTx(async (tx) => {
    await tx.query('select pg_advisory_xact_lock(91040)');
    expect(await syncNotificationSchedule(pool, control)).toBe(false);
  });
  expect(await syncNotificationSchedule(pool, control)).toBe(true);
  expect(await syncNotificationSchedule(pool, control)).toBe(false);
  expect(told).toEqual([{ cron: '0 7 * * *', timeZone: 'UTC', enabled: true }]);
  const { version, synced_version } = await readSchedule(pool);
  expect(synced_version).toBe(version);
});

test('settings are one row, changed under its lock', async () => {
  const { pool } = database;
  const before = await readSettings(pool);
  const wanted = { thresholds: [9, 2], overdue: false, canary_offices: 3, pause_error_rate: 20 };
  await inTx(async (tx) => {
    expect(await lockSettings(tx)).toEqual(before);
    const { rowCount } = await pool.query('select from notification_settings for update skip locked');
    expect(rowCount).toBe(0);
    await updateSettings(tx, wanted);
  });
  expect(await readSettings(pool)).toMatchObject({ ...wanted, version: before.version + 1 });
});

test('a person has their own preferences, and an address that was refused keeps the first reason', async () => {
  const { pool } = database;
  const office = await givenOffice(pool);
  const [aya, ben] = [await givenStaff(pool, office), await givenStaff(pool, office)];
  const before = await findPreferences(pool, ben);
  const wanted = {
    email: { enabled: false, mute_until: '2030-01-02T03:04:05.000678Z' },
    push: { enabled: false, mute_until: '2030-01-03T00:00:00.000000Z' },
    digest: false,
    language: 'ja',
    quiet_hours: { from: '22:00', to: '07:00' },
  } as const;
  await inTx(async (tx) => {
    await lockPreferences(tx, aya);
    const { rows } = await pool.query('select id from staff for update skip locked');
    expect(rows).toEqual([{ id: ben }]);
    expect(await updatePreferences(tx, aya, wanted)).toEqual(wanted);
  });
  expect([await findPreferences(pool, aya), await findPreferences(pool, ben)]).toEqual([wanted, before]);
  expect(
    (await inTx((tx) => updatePreferences(tx, aya, { ...wanted, quiet_hours: null }))).quiet_hours,
  ).toBeNull();
  expect(await findPreferences(pool, 'stf_nobody')).toBeUndefined();
  for (const why of ['first', 'second']) await suppressAddress(pool, aya, why);
  const { rows } = await pool.query(
    'select suppressed, suppressed_at is not null as dated, version from staff order by id = $1',
    [ben],
  );
  expect(rows).toEqual([
    { suppressed: 'first', dated: true, version: 4 },
    { suppressed: null, dated: false, version: 1 },
  ]);
});

test('a new address makes a refused one good, and other changes do not', async () => {
  const { pool } = database;
  const office = await givenOffice(pool);
  const [aya, ben] = [await givenStaff(pool, office), await givenStaff(pool, office)];
  await pool.query(`update staff set suppressed = 'refused', quiet_from = '22:00', quiet_to = '07:00'`);
  const change = (changed: object) => inTx((tx) => staff.update(tx, aya, changed));
  const quiet = { quiet_hours: { from: '22:00', to: '07:00' } };
  expect(await change({ name: 'A' })).toMatchObject({
    name: 'A',
    suppressed: 'refused',
    version: 2,
    ...quiet,
  });
  expect(await change({ email: 'new@x.test' })).toMatchObject({
    email: 'new@x.test',
    suppressed: null,
    ...quiet,
  });
  expect(await change({ quiet_hours: null })).toMatchObject({ quiet_hours: null });
  expect(await change({ quiet_hours: { from: '21:00', to: '06:00' } })).toMatchObject({
    quiet_hours: { from: '21:00', to: '06:00' },
  });
  expect(await staff.find(pool, ben)).toMatchObject({ name: 'Aya', suppressed: 'refused', version: 1 });
});

test('people and deadlines are listed by each of their filters, the newest first', async () => {
  const { pool } = database;
  const [office, another] = [await givenOffice(pool), await givenOffice(pool)];
  const [aya, ben, cho] = [
    await givenStaff(pool, office),
    await givenStaff(pool, office),
    await givenStaff(pool, another),
  ];
  await pool.query(`update staff set name = 'Ben', email = 'Ben@x.test', is_active = false where id = $1`, [
    ben,
  ]);
  await pool.query(`update staff set name = 'Cho' where id = $1`, [cho]);
  const people = async (filters: object, page = pageOf(9)) =>
    (await withoutIndexes(pool, (tx) => staff.list(tx, filters, page))).map(({ id }) => id);
  expect(await people({})).toEqual([cho, ben, aya]);
  expect(await people({}, pageOf(1))).toHaveLength(2);
  expect(await people({ office_id: office })).toEqual([ben, aya]);
  expect(await people({ email: 'bEN@x.test' })).toEqual([ben]);
  expect([await people({ is_active: false }), await people({ is_active: true })]).toEqual([
    [ben],
    [cho, aya],
  ]);
  expect([await people({ q: 'bE' }), await people({ q: 'en' }), await people({ q: cho })]).toEqual([
    [ben],
    [],
    [cho],
  ]);
  const [first, second, third] = [
    await givenDeadline(pool, office, '2026-03-01'),
    await givenDeadline(pool, office, '2026-03-02', 'closed'),
    await givenDeadline(pool, another, '2026-03-03'),
  ];
  const due = async (filters: object) => (await deadlines.list(pool, filters, pageOf(9))).map(({ id }) => id);
  expect(await due({})).toEqual([third, second, first]);
  expect(await due({ office_id: office })).toEqual([second, first]);
  expect(await due({ state: 'closed' })).toEqual([second]);
  expect(await due({ due_from: '2026-03-02' })).toEqual([third, second]);
  expect(await due({ due_to: '2026-03-02' })).toEqual([second, first]);
  expect((await deadlines.find(pool, third))?.office_name).toBe(another);
  expect(await inTx((tx) => deadlines.remove(tx, third))).toBe(1);
  expect(await due({})).toEqual([second, first]);
});

test('messages are listed by each of their filters, the newest first, and locked for a change', async () => {
  const { pool } = database;
  const [first, second, third] = [
    await givenDelivery(pool, { office: 'a', staff: 's', run: 'r' }),
    await givenDelivery(pool, { office: 'b', staff: 't', run: 'q', channel: 'push', status: 'sent' }),
    await givenDelivery(pool, { office: 'a', staff: 't', run: 'r' }),
  ];
  await pool.query(
    `update notification_deliveries set facts = '{"items": [{"deadlineId": "d", "title": "Tax", "dueOn": "2026-03-17", "threshold": 7, "daysLeft": 7}]}'
      where id = $1`,
    [first],
  );
  const list = async (filters: object, page = pageOf(9)) =>
    (await withoutIndexes(pool, (tx) => listDeliveries(tx, filters, page))).map(({ id }) => id);
  const all = await listDeliveries(pool, {}, pageOf(9));
  expect(await list({})).toEqual([third, second, first]);
  expect(await list({}, pageOf(1, { at: all[0]!.created_at, id: third }))).toEqual([second, first]);
  expect(await list({}, pageOf(1))).toHaveLength(2);
  expect([await list({ office: 'b' }), await list({ staff: 's' })]).toEqual([[second], [first]]);
  expect([await list({ status: 'sent' }), await list({ channel: 'push' }), await list({ run: 'q' })]).toEqual(
    [[second], [second], [second]],
  );
  const deadlines = [{ deadline_id: 'd', title: 'Tax', due_on: '2026-03-17', threshold: 7 }];
  expect(await findDelivery(pool, first)).toMatchObject({
    id: first,
    deadlines,
    content: { address: 'a@example.test' },
  });
  await inTx(async (tx) => {
    expect(await lockDelivery(tx, second)).toMatchObject({ id: second, deadlines: null });
    const { rows } = await pool.query(
      'select id from notification_deliveries order by id for update skip locked',
    );
    expect(rows).toEqual([{ id: first }, { id: third }]);
  });
});

test('a caught mail keeps its message id, shows its first 4096 bytes, and is listed by whom it went to', async () => {
  const { pool } = database;
  const catchMail = (to: string, raw: string) =>
    insertCaughtMail(pool, { from: 'a@x.test', to: [to, 'all@x.test'], raw: Buffer.from(raw) });
  await catchMail('b@x.test', `Subject: one\r\nMESSAGE-ID:  <m1@x.test>\r\n\r\n${'x'.repeat(5_000)}`);
  await catchMail('c@x.test', `${'x'.repeat(16_370)}\r\nMessage-Id: <late@x.test>\r\n`);
  const all = await withoutIndexes(pool, (tx) => listCaughtMails(tx, {}, pageOf(9)));
  expect(all.map(({ message_id }) => message_id)).toEqual([null, '<m1@x.test>']);
  expect(all.map(({ head }) => head.length)).toEqual([4_096, 4_096]);
  expect(all[1]).toMatchObject({ from: 'a@x.test', to: ['b@x.test', 'all@x.test'], bytes: 5_042 });
  const { received_at: at, id } = all[0]!;
  expect(await listCaughtMails(pool, {}, pageOf(9, { at, id }))).toHaveLength(1);
  expect(await listCaughtMails(pool, {}, pageOf(1))).toHaveLength(2);
  await catchMail('d@x.test', 'x');
  expect(await listCaughtMails(pool, {}, pageOf(1))).toHaveLength(2);
  expect(await listCaughtMails(pool, { to: 'b@x.test' }, pageOf(9))).toMatchObject([
    { message_id: '<m1@x.test>' },
  ]);
  expect((await findCaughtMail(pool, all[1]!.id))?.raw.length).toBe(5_042);
  expect(await findCaughtMail(pool, newId('mail'))).toBeUndefined();
});
