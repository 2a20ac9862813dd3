import type { Principal } from '../../../src/contracts/users/principal.js';
import { withTransaction, type Tx } from '../../../src/db/base/transaction.js';
import {
  findPair,
  listKeysOfPair,
  listOutcomesOfPair,
  listRunsOfPair,
} from '../../../src/db/notifications/explain.js';
import { listDueHolds } from '../../../src/db/notifications/holds.js';
import { readChunk } from '../../../src/db/notifications/planning-reads.js';
import { dropOutlivedHolds } from '../../../src/db/notifications/planning-writes.js';
import {
  givenDeadline,
  givenDeadlineRun,
  givenDelivery,
  givenOffice,
  givenRunOffice,
  givenStaff,
} from '../../support/notifications/given.js';
import { givenUser } from '../../support/people.js';
import { withoutIndexes } from '../../support/rows/without-indexes.js';
import { endRun, givenRun } from '../../support/runs.js';
import { useDatabase } from '../../support/servers/database.js';

const database = useDatabase();
let owner: Principal;
beforeAll(async () => {
  owner = await givenUser(database.pool);
});
afterEach(() =>
  database.pool.query('delete from runs; delete from notification_deliveries; delete from offices'),
);

const inTx = <Result>(work: (tx: Tx) => Promise<Result>) => withTransaction(database.pool, work);
const newRun = (more = {}) => givenDeadlineRun(database.pool, owner, more);
const device = (staff: string, id: string) =>
  database.pool.query(
    `insert into push_subscriptions (id, staff_id, endpoint, p256dh, auth) values ($2, $1, $2, '', '')`,
    [staff, id],
  );

test('a person is planned for as their row says, with their devices in order', async () => {
  const { pool } = database;
  const office = await givenOffice(pool);
  const [second, first] = [await givenStaff(pool, office), await givenStaff(pool, office)];
  await pool.query(`update staff set id = case when id = $1 then 'stf_2' else 'stf_1' end`, [second]);
  await pool.query(
    `update staff set quiet_from = '22:00', quiet_to = '07:00', email_mute_until = '2026-01-01', suppressed = 'refused'
      where id = 'stf_2'`,
  );
  await pool.query(`update staff set name = name where id = 'stf_1'`);
  for (const id of ['p2', 'p1']) await device('stf_2', id);
  const chunk = await withoutIndexes(pool, (tx) => readChunk(tx, { runId: 'job', after: '', limit: 9 }));
  const common = { name: 'Aya', language: 'en', digest: true };
  const staff = [
    {
      ...common,
      id: 'stf_1',
      address: `${first}@example.test`,
      quietHours: null,
      email: { enabled: true, muteUntil: null },
      push: { enabled: true, muteUntil: null },
      suppressed: null,
      subscriptionIds: [],
    },
    {
      ...common,
      id: 'stf_2',
      address: `${second}@example.test`,
      quietHours: { from: '22:00', to: '07:00' },
      email: { enabled: true, muteUntil: '2026-01-01T00:00:00.000000Z' },
      push: { enabled: true, muteUntil: null },
      suppressed: 'refused',
      subscriptionIds: ['p1', 'p2'],
    },
  ];
  expect(chunk.offices).toMatchObject([{ id: office, name: office, timeZone: 'Asia/Tokyo', staff }]);
  await pool.query(`update staff set quiet_from = null, quiet_to = null`);
  expect(
    (await inTx((tx) => readChunk(tx, { runId: 'job', after: '', limit: 9 }))).offices[0]?.staff[1],
  ).toMatchObject({
    quietHours: null,
  });
});

test('a run plans for the active offices that its request names, or for all, and holds them', async () => {
  const { pool } = database;
  const [first, second, off] = [
    await givenOffice(pool),
    await givenOffice(pool),
    await givenOffice(pool, false),
  ];
  const read = (runId: string, after = '') => inTx((tx) => readChunk(tx, { runId, after, limit: 1 }));
  const [named, all] = [await newRun({ input: { office_ids: [second, off] } }), await newRun()];
  await newRun({ input: { office_ids: [first] } });
  const nothing = { staff: [], deadlines: [], earlier: [] };
  expect(await read(named)).toMatchObject({
    totalOffices: 1,
    hasMore: false,
    offices: [{ id: second, ...nothing }],
  });
  expect(await read(all)).toMatchObject({ totalOffices: 2, hasMore: true, offices: [{ id: first }] });
  expect(await read(all, first)).toMatchObject({
    totalOffices: 2,
    hasMore: false,
    offices: [{ id: second }],
  });
  expect(await read(all, second)).toEqual({ totalOffices: 0, hasMore: false, offices: [] });
  const ordered = await withoutIndexes(pool, async (tx) => {
    await tx.query(`update offices set name = 'moved' where id = $1`, [first]);
    return readChunk(tx, { runId: all, after: '', limit: 2 });
  });
  expect(ordered.offices.map(({ id }) => id)).toEqual([first, second]);
  await inTx(async (tx) => {
    await readChunk(tx, { runId: named, after: '', limit: 1 });
    const { rows } = await pool.query('select id from offices order by id for no key update skip locked');
    expect(rows).toEqual([{ id: first }, { id: off }]);
  });
});

test('a run holds no office beyond those that it plans for and the next one', async () => {
  const { pool } = database;
  const ids = [await givenOffice(pool), await givenOffice(pool), await givenOffice(pool)];
  await inTx(async (tx) => {
    await readChunk(tx, { runId: 'job', after: '', limit: 1 });
    const { rows } = await pool.query('select id from offices for no key update skip locked');
    expect(rows).toEqual([{ id: ids[2] }]);
  });
});

test('deadlines of one day come by their ids', async () => {
  const { pool } = database;
  const office = await givenOffice(pool);
  const [b, a] = [await givenDeadline(pool, office), await givenDeadline(pool, office)];
  await pool.query(`update deadlines set id = case when id = $1 then 'ddl_b' else 'ddl_a' end`, [b]);
  const chunk = await withoutIndexes(pool, (tx) => readChunk(tx, { runId: 'job', after: '', limit: 9 }));
  expect(chunk.offices[0]?.deadlines.map(({ id, title }) => [id, title])).toEqual([
    ['ddl_a', `Tax ${a}`],
    ['ddl_b', `Tax ${b}`],
  ]);
});

test('messages of before count while their keys do, and say whether anybody will still send them', async () => {
  const { pool } = database;
  const [office, another] = [await givenOffice(pool), await givenOffice(pool)];
  const [open, ended] = [await newRun(), await newRun()];
  await endRun(pool, ended);
  const [aya, ben] = [await givenStaff(pool, office), await givenStaff(pool, office)];
  const [tax, rent] = [await givenDeadline(pool, office), await givenDeadline(pool, office)];
  const closed = await givenDeadline(pool, office, '2026-03-17', 'closed');
  const elsewhere = await givenDeadline(pool, another);
  const deliver = (run: string, staff: string, deadline: string, of = office) =>
    givenDelivery(pool, { run, office: of, staff, deadlines: [deadline] });
  const [going, over, lost] = [
    await deliver(open, aya, tax),
    await deliver(ended, aya, tax),
    await deliver('job_gone', aya, tax),
  ];
  const other = await deliver(open, ben, tax);
  await deliver(open, aya, rent);
  await deliver(open, aya, closed);
  await deliver(open, aya, elsewhere, another);
  const voided = await deliver(open, aya, tax);
  await pool.query('update notification_keys set void = true where delivery_id = $1', [voided]);
  const keys = (await listKeysOfPair(pool, aya, tax)).map(({ deliveryId, abandoned }) => [
    deliveryId,
    abandoned,
  ]);
  expect(keys.sort()).toEqual(
    [
      [going, false],
      [over, true],
      [lost, true],
    ].sort(),
  );
  expect(await listKeysOfPair(pool, ben, tax)).toEqual([
    {
      deadlineId: tax,
      recipient: other,
      channel: 'email',
      threshold: 7,
      dueOn: '2026-03-17',
      deliveryId: other,
      status: 'planned',
      abandoned: false,
    },
  ]);
  const chunk = await inTx((tx) => readChunk(tx, { runId: 'job', after: '', limit: 9 }));
  const earlier = new Map(chunk.offices.map(({ id, earlier: of }) => [id, of]));
  expect(earlier.get(another)).toHaveLength(1);
  const [alone] = (await inTx((tx) => readChunk(tx, { runId: 'job', after: '', limit: 1 }))).offices;
  expect(alone?.earlier).toHaveLength(5);
  const own = earlier.get(office) ?? [];
  expect(own).toHaveLength(5);
  expect(
    own
      .filter(({ abandoned }) => abandoned)
      .map(({ deliveryId }) => deliveryId)
      .sort(),
  ).toEqual([over, lost].sort());
});

test('a pair is a person and a deadline of one office, as they are now', async () => {
  const { pool } = database;
  const [another, office] = [await givenOffice(pool), await givenOffice(pool)];
  const [aya, ben] = [await givenStaff(pool, office), await givenStaff(pool, office)];
  const [tax, elsewhere] = [await givenDeadline(pool, office), await givenDeadline(pool, another)];
  await givenDeadline(pool, office);
  await pool.query(`update staff set quiet_from = '22:00', quiet_to = '07:00' where id = $1`, [ben]);
  for (const [staff, id] of [
    [ben, 'p2'],
    [ben, 'p1'],
    [aya, 'p3'],
  ] as const)
    await device(staff, id);
  const pair = await withoutIndexes(pool, (tx) => findPair(tx, ben, tax));
  expect(pair).toMatchObject({
    officeId: office,
    officeIsActive: true,
    timeZone: 'Asia/Tokyo',
    title: `Tax ${tax}`,
    dueOn: '2026-03-17',
    state: 'open',
    critical: false,
    personIsActive: true,
    staff: { id: ben, quietHours: { from: '22:00', to: '07:00' }, subscriptionIds: ['p1', 'p2'] },
  });
  expect((await withoutIndexes(pool, (tx) => findPair(tx, aya, tax)))?.staff).toMatchObject({
    id: aya,
    quietHours: null,
    subscriptionIds: ['p3'],
  });
  expect(await findPair(pool, ben, elsewhere)).toBeUndefined();
});

test('the runs over an office come the newest first, thirty at most, with the standing of the deadline', async () => {
  const { pool } = database;
  await pool.query(
    `insert into runs (id, kind, owner_id, workflow_id, workflow_type, task_queue, created_at)
     select 'job_' || n, 'deadline-run', $1, 'w' || n, 't', 'q', now() - make_interval(hours => n) from generate_series(30, 1, -1) as n`,
    [owner.userId],
  );
  const newest = await newRun({ input: { dry_run: true } });
  for (let n = 30; n >= 1; n -= 1) await givenRunOffice(pool, `job_${n}`, 'a');
  await givenRunOffice(pool, newest, 'a', 'done');
  await givenRunOffice(pool, newest, 'b');
  await pool.query(
    `update notification_run_offices set error = 'e', facts = '{"today": "2026-03-10", "standings": [{"deadlineId": "d2", "n": 2}, {"deadlineId": "d1", "n": 1}]}'
      where run_id = $1`,
    [newest],
  );
  const runs = await withoutIndexes(pool, (tx) => listRunsOfPair(tx, 'a', 'd1'));
  expect(runs.map(({ job_id }) => job_id).slice(0, 3)).toEqual([newest, 'job_1', 'job_2']);
  expect([runs.length, runs[29]?.job_id]).toEqual([30, 'job_29']);
  expect(runs[0]).toMatchObject({
    dry_run: true,
    office_status: 'done',
    error: 'e',
    today: '2026-03-10',
    standing: { deadlineId: 'd1', n: 1 },
  });
  expect(runs[1]).toMatchObject({ dry_run: false, today: null, standing: null });
});

test('the outcomes of a pair are its messages and its exclusions, the newest first', async () => {
  const { pool } = database;
  const run = await newRun();
  const message = await givenDelivery(pool, { run, office: 'o', staff: 's1', deadlines: ['d1', 'd2'] });
  await givenDelivery(pool, { run, office: 'o', staff: 's2', deadlines: ['d1'] });
  await givenDelivery(pool, { run, office: 'o', staff: 's1', deadlines: ['d2'] });
  for (const [staff, deadline, hours] of [
    ['s1', 'd1', 1],
    ['s1', 'd1', -1],
    ['s2', 'd1', 0],
    ['s1', 'd2', 0],
  ] as const)
    await pool.query(
      `insert into notification_exclusions (run_id, office_id, staff_id, deadline_id, channel, threshold, reason, detail, created_at)
       values ($1, 'o', $2, $3, 'push', 3, 'muted', $4::text, now() + make_interval(hours => $4::text::integer))`,
      [run, staff, deadline, hours],
    );
  const excluded = {
    run_id: run,
    channel: 'push',
    outcome: 'excluded',
    status: null,
    reason: 'muted',
    detail: '1',
    delivery_id: null,
    threshold: 3,
    next_eligible_at: null,
    sent_at: null,
  };
  const sent = {
    ...excluded,
    channel: 'email',
    outcome: 'delivery',
    status: 'planned',
    reason: null,
    detail: null,
  };
  expect(await listOutcomesOfPair(pool, 's1', 'd1')).toEqual([
    excluded,
    { ...sent, delivery_id: message, threshold: 7 },
    { ...excluded, detail: '-1' },
  ]);
  await pool.query(
    `insert into notification_exclusions (run_id, office_id, staff_id, deadline_id, channel, threshold, reason, created_at)
     select $1, 'o', 's1', 'd1', 'push', 3, 'muted', now() from generate_series(1, 500)`,
    [run],
  );
  expect(await listOutcomesOfPair(pool, 's1', 'd1')).toHaveLength(500);
});

test('held messages are due at the moment of their hold, at active offices, while no such run is open', async () => {
  const { pool } = database;
  await givenRun(pool, await givenUser(pool), { kind: 'deadline-run' });
  const run = await newRun();
  const [office, off] = [await givenOffice(pool), await givenOffice(pool, false)];
  const hold = async (of: string, status: 'held' | 'planned', due: string) => {
    const id = await givenDelivery(pool, { run, office: of, status });
    await pool.query(`update notification_deliveries set next_eligible_at = ${due} where id = $1`, [id]);
  };
  await hold(office, 'planned', 'now()');
  await hold(off, 'held', 'now()');
  await hold(office, 'held', `now() + interval '1 hour'`);
  expect(await inTx(listDueHolds)).toEqual([]);
  await hold(office, 'held', 'now()');
  await hold(office, 'held', 'now()');
  const due = [{ ownerId: owner.userId, officeIds: [office] }];
  const atTheMoment = await inTx(async (tx) => {
    await tx.query(
      `update notification_deliveries set next_eligible_at = now() where office_id = $1 and status = 'held'`,
      [office],
    );
    return listDueHolds(tx);
  });
  expect(atTheMoment).toEqual(due);
  const release = await newRun({ tags: ['notification-release'] });
  expect(await inTx(listDueHolds)).toEqual([]);
  await pool.query(`update runs set tags = '{other}' where id = $1`, [release]);
  expect(await inTx(listDueHolds)).toEqual(due);
  await pool.query(`update runs set tags = array[$2], kind = 'report' where id = $1`, [
    release,
    'notification-release',
  ]);
  expect(await inTx(listDueHolds)).toEqual(due);
  await pool.query(`update runs set kind = 'deadline-run' where id = $1`, [release]);
  await endRun(pool, release);
  expect(await inTx(listDueHolds)).toEqual(due);
});

test('so many offices with held messages are released at a time', async () => {
  const { pool } = database;
  const run = await newRun();
  await pool.query(
    `insert into offices (id, name, time_zone) select 'o' || n, 'o', 'UTC' from generate_series(1, 501) as n`,
  );
  await pool.query(
    `insert into notification_deliveries (id, run_id, office_id, staff_id, channel, recipient, status, message_id, facts, content, next_eligible_at)
     select 'd' || n, $1, 'o' || n, 's', 'email', '', 'held', '', '{}', '{}', now() from generate_series(1, 501) as n`,
    [run],
  );
  expect((await inTx(listDueHolds))[0]?.officeIds).toHaveLength(500);
});

test('a hold that nothing is due for any more ends, at its office and at its moment', async () => {
  const { pool } = database;
  const hold = async (office: string, status: 'held' | 'planned', due: string) => {
    const id = await givenDelivery(pool, { office, status, deadlines: ['d1'] });
    await pool.query('update notification_deliveries set next_eligible_at = $2 where id = $1', [id, due]);
    return id;
  };
  const [at, before] = ['2026-03-10T00:00:00Z', '2026-03-09T00:00:00Z'];
  const dropped = [await hold('a', 'held', at), await hold('a', 'held', before)];
  await hold('a', 'held', '2026-03-10T00:00:01Z');
  await hold('a', 'planned', before);
  await hold('b', 'held', before);
  await inTx((tx) => dropOutlivedHolds(tx, ['a'], at));
  const { rows } = await pool.query<{ id: string }>(
    `select id from notification_deliveries join notification_keys on delivery_id = id
      where status = 'skipped' and reason = 'no_longer_due' and void order by id`,
  );
  expect(rows.map(({ id }) => id)).toEqual(dropped);
  expect((await pool.query('select from notification_keys where void')).rowCount).toBe(2);
});
