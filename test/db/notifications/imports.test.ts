import { withTransaction, type Tx } from '../../../src/db/base/transaction.js';
import {
  officeIdsByExternalId,
  staffIdsByAddress,
  upsertDeadlines,
  upsertOffices,
  upsertPushSubscriptions,
  upsertStaff,
} from '../../../src/db/notifications/import-records.js';
import {
  ensurePermits,
  renewPermit,
  returnPermit,
  takePermit,
} from '../../../src/db/notifications/mail-permits.js';
import { removeSubscription } from '../../../src/db/notifications/push-subscriptions.js';
import { givenOffice, givenStaff } from '../../support/notifications/given.js';
import { useDatabase } from '../../support/servers/database.js';

const database = useDatabase();
afterEach(() =>
  database.pool.query('delete from offices; delete from mail_permits; delete from mail_permit_waiters'),
);

const inTx = <Result>(work: (tx: Tx) => Promise<Result>) => withTransaction(database.pool, work);
const rowsOf = async (text: string, values: unknown[] = []) =>
  (await database.pool.query(text, values)).rows as unknown[];

test('imported offices are made or changed, and others are as they were', async () => {
  const beside = await givenOffice(database.pool);
  const line = (id: string, name: string) => ({ external_id: id, name, time_zone: 'UTC' });
  expect(await inTx((tx) => upsertOffices(tx, [line('a', 'A'), line('b', 'B')]))).toEqual({
    created: 2,
    updated: 0,
  });
  expect(await inTx((tx) => upsertOffices(tx, [line('a', 'AA'), line('c', 'C')]))).toEqual({
    created: 1,
    updated: 1,
  });
  expect(
    await rowsOf(
      'select external_id, name, time_zone, version from offices order by length(external_id), external_id',
    ),
  ).toEqual([
    { external_id: 'a', name: 'AA', time_zone: 'UTC', version: 2 },
    { external_id: 'b', name: 'B', time_zone: 'UTC', version: 1 },
    { external_id: 'c', name: 'C', time_zone: 'UTC', version: 1 },
    { external_id: beside, name: beside, time_zone: 'Asia/Tokyo', version: 1 },
  ]);
  expect([...(await officeIdsByExternalId(database.pool, ['a', beside, 'x'])).keys()].sort()).toEqual([
    'a',
    beside,
  ]);
});

test('imported people are known by office and address in any case, and keep what a line does not say', async () => {
  const [office, another] = [await givenOffice(database.pool), await givenOffice(database.pool)];
  const silent = { name: null, language: null, notify_email: null, notify_push: null };
  const aya = { office_id: office, email: 'Aya@x.test', ...silent };
  const ben = {
    office_id: office,
    email: 'ben@x.test',
    name: 'Ben',
    language: 'ja',
    notify_email: false,
    notify_push: false,
  };
  expect(await inTx((tx) => upsertStaff(tx, [aya, ben]))).toEqual({ created: 2, updated: 0 });
  const there = { ...aya, office_id: another };
  expect(await inTx((tx) => upsertStaff(tx, [there]))).toEqual({ created: 1, updated: 0 });
  const again = [
    { ...aya, email: 'aya@X.test', name: 'Aya A.', language: 'ja', notify_email: false, notify_push: false },
    { ...ben, ...silent },
    { ...there, email: 'cho@x.test' },
  ];
  expect(await inTx((tx) => upsertStaff(tx, again))).toEqual({ created: 1, updated: 2 });
  const changed = { language: 'ja', notify_email: false, notify_push: false, version: 2 };
  const fresh = { language: 'en', notify_email: true, notify_push: true, version: 1 };
  expect(
    await rowsOf(
      'select email, name, language, notify_email, notify_push, version from staff order by office_id = $1, lower(email)',
      [another],
    ),
  ).toEqual([
    { email: 'Aya@x.test', name: 'Aya A.', ...changed },
    { email: 'ben@x.test', name: 'Ben', ...changed },
    { email: 'Aya@x.test', name: 'Aya', ...fresh },
    { email: 'cho@x.test', name: 'cho', ...fresh },
  ]);
  const asked = ['cho@x.test', 'nobody@x.test', 'AYA@x.test'].map((email) => ({
    office_external_id: another,
    email,
  }));
  const ids = await staffIdsByAddress(database.pool, [
    ...asked,
    { office_external_id: 'gone', email: 'ben@x.test' },
  ]);
  const emails = new Map(
    (
      (await rowsOf('select id, email from staff where office_id = $1', [another])) as {
        id: string;
        email: string;
      }[]
    ).map(({ id, email }) => [id, email]),
  );
  expect(ids.map((id) => id && emails.get(id))).toEqual(['cho@x.test', null, 'Aya@x.test', null]);
});

test('imported deadlines are known by their id, or by office, title and day', async () => {
  const [office, another] = [await givenOffice(database.pool), await givenOffice(database.pool)];
  const named = { office_id: office, external_id: 'd1', title: 'Tax', due_on: '2026-03-17' };
  const free = { ...named, external_id: null };
  expect(await inTx((tx) => upsertDeadlines(tx, [named]))).toEqual({ created: 1, updated: 0 });
  expect(await inTx((tx) => upsertDeadlines(tx, [free]))).toEqual({ created: 0, updated: 1 });
  const others = [
    { ...free, title: 'Rent' },
    { ...free, due_on: '2026-03-18' },
    { ...free, office_id: another },
    { ...named, office_id: another, title: 'Taxes', due_on: '2026-03-19' },
    free,
  ];
  expect(await inTx((tx) => upsertDeadlines(tx, others))).toEqual({ created: 3, updated: 2 });
  expect(
    await rowsOf(
      'select office_id, external_id, title, due_on::text, version from deadlines order by external_id, title, due_on, office_id = $1',
      [another],
    ),
  ).toEqual([
    { office_id: another, external_id: 'd1', title: 'Taxes', due_on: '2026-03-19', version: 2 },
    { office_id: office, external_id: null, title: 'Rent', due_on: '2026-03-17', version: 1 },
    { office_id: another, external_id: null, title: 'Tax', due_on: '2026-03-17', version: 1 },
    { office_id: office, external_id: null, title: 'Tax', due_on: '2026-03-18', version: 1 },
  ]);
});

test('a device is known by its endpoint, follows the last line, and goes by itself', async () => {
  const office = await givenOffice(database.pool);
  const [aya, ben] = [await givenStaff(database.pool, office), await givenStaff(database.pool, office)];
  const line = (endpoint: string, staff: string, key: string) => ({
    staff_id: staff,
    endpoint,
    p256dh: key,
    auth: key,
  });
  const first = [line('https://p.test/1', aya, 'k'), line('https://p.test/2', aya, 'k')];
  expect(await inTx((tx) => upsertPushSubscriptions(tx, first))).toEqual({ created: 2, updated: 0 });
  const second = [line('https://p.test/1', ben, 'n'), line('https://p.test/3', ben, 'n')];
  expect(await inTx((tx) => upsertPushSubscriptions(tx, second))).toEqual({ created: 1, updated: 1 });
  const devices = () =>
    rowsOf('select staff_id, p256dh, auth, version from push_subscriptions order by endpoint');
  const moved = { staff_id: ben, p256dh: 'n', auth: 'n' };
  expect(await devices()).toEqual([
    { ...moved, version: 2 },
    { staff_id: aya, p256dh: 'k', auth: 'k', version: 1 },
    { ...moved, version: 1 },
  ]);
  const [{ id }] = (await rowsOf('select id from push_subscriptions order by endpoint')) as [{ id: string }];
  await removeSubscription(database.pool, id);
  expect(await devices()).toHaveLength(2);
});

test('mails at once have so many places, given from the first on, and again when a lease ran out', async () => {
  const { pool } = database;
  await ensurePermits(pool, 2);
  await ensurePermits(pool, 3);
  const take = (holder: string, count = 2, leaseMs = 3_600_000) =>
    takePermit(pool, holder, { count, leaseMs });
  expect([await take('a'), await take('b'), await take('c')]).toEqual([1, 2, undefined]);
  expect(await take('c', 3)).toBe(3);
  await returnPermit(pool, 'a', 2);
  await returnPermit(pool, 'b', 1);
  expect(await take('d', 3)).toBeUndefined();
  await returnPermit(pool, 'b', 2);
  expect(
    await rowsOf('select slot, holder, leased_until is null as free from mail_permits order by slot'),
  ).toEqual([
    { slot: 1, holder: 'a', free: false },
    { slot: 2, holder: null, free: true },
    { slot: 3, holder: 'c', free: false },
  ]);
  await pool.query(`update mail_permits set leased_until = now() - interval '1 second' where slot = 1`);
  expect([await take('d', 3), await take('e', 3), await take('f', 3)]).toEqual([1, 2, undefined]);
  expect(
    await rowsOf(
      `select holder, round(extract(epoch from leased_until - clock_timestamp()) / 60)::integer as minutes
         from mail_permits where slot = 1`,
    ),
  ).toEqual([{ holder: 'd', minutes: 60 }]);
});

test('a place that another worker is about to take is left to it', async () => {
  const { pool } = database;
  await ensurePermits(pool, 2);
  await inTx(async (tx) => {
    await tx.query('select from mail_permits where slot = 1 for update');
    expect(await takePermit(pool, 'a', { count: 2, leaseMs: 60_000 })).toBe(2);
  });
});

test('a place is renewed by its holder, who hears of others that wait now', async () => {
  const { pool } = database;
  await ensurePermits(pool, 2);
  for (const holder of ['a', 'b', 'c', 'c']) await takePermit(pool, holder, { count: 2, leaseMs: 60_000 });
  const waits = (holder: string, ago: string) =>
    pool.query(`update mail_permit_waiters set holder = $1, seen_at = clock_timestamp() - $2::interval`, [
      holder,
      ago,
    ]);
  const renew = (holder: string, slot: number) => renewPermit(pool, holder, { slot, leaseMs: 3_600_000 });
  await waits('c', '-1 hour');
  expect([await renew('a', 1), await renew('a', 2), await renew('b', 1)]).toEqual(['wanted', 'lost', 'lost']);
  await waits('c', '2 seconds');
  expect(await renew('a', 1)).toBe('kept');
  await waits('a', '-1 hour');
  expect(await renew('a', 1)).toBe('kept');
  expect(
    await rowsOf(
      `select slot, round(extract(epoch from leased_until - clock_timestamp()) / 600)::integer as tens from mail_permits order by slot`,
    ),
  ).toEqual([
    { slot: 1, tens: 6 },
    { slot: 2, tens: 0 },
  ]);
});
