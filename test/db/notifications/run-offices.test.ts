import { newId } from '../../../src/contracts/ids.js';
import type { Principal } from '../../../src/contracts/users/principal.js';
import { withTransaction, type Tx } from '../../../src/db/base/transaction.js';
import { countExclusions, listExclusions } from '../../../src/db/notifications/exclusions.js';
import {
  cancelRunGates,
  findRunGate,
  insertRunGate,
  settleRunGate,
} from '../../../src/db/notifications/run-gates.js';
import {
  abandonRun,
  failOffices,
  findOfficeCounts,
  findSampleHtml,
  finishOffice,
  listDrift,
  listFailedOffices,
  listRunOffices,
  listSamples,
  noteOfficeError,
  readTotals,
} from '../../../src/db/notifications/run-offices.js';
import { readShownPlans } from '../../../src/db/notifications/shown-plans.js';
import {
  givenDeadline,
  givenDeadlineRun,
  givenDelivery,
  givenOffice,
  givenRunOffice,
  givenStaff,
} from '../../support/notifications/given.js';
import { givenUser } from '../../support/people.js';
import { countQueries } from '../../support/query-count.js';
import { withoutIndexes } from '../../support/rows/without-indexes.js';
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
const newRun = () => givenDeadlineRun(database.pool, owner);
const rowsOf = async (text: string, values: unknown[] = []) =>
  (await database.pool.query(text, values)).rows as unknown[];

/** Each ending has a message more than the one before. Another run and another office have others. */
async function givenEndings(run: string, office: string, beside: string): Promise<object> {
  const { pool } = database;
  const endings = [
    ['email', 'sent'],
    ['email', 'failed'],
    ['push', 'sent'],
    ['push', 'failed'],
    ['email', 'unknown'],
  ] as const;
  for (const [index, [channel, status]] of endings.entries()) {
    for (let count = 0; count <= index; count += 1)
      await givenDelivery(pool, { run, office, channel, status });
    await givenDelivery(pool, { run: 'another', office, channel, status });
    await givenDelivery(pool, { run, office: beside, channel, status });
  }
  return { email_sent: 1, email_failed: 2, push_sent: 3, push_failed: 4, unknown: 5 };
}

test('an office is finished once, by the try that has it, with the messages that it counts', async () => {
  const { pool } = database;
  const [run, another] = [await newRun(), await newRun()];
  const counts = await givenEndings(run, 'a', 'b');
  for (const [of, office] of [
    [run, 'a'],
    [run, 'b'],
    [another, 'a'],
  ] as const)
    await givenRunOffice(pool, of, office);
  await pool.query(`update notification_run_offices set claim = 'first', error = 'before'`);
  const finish = (claim: string) => inTx((tx) => finishOffice(tx, { runId: run, officeId: 'a', claim }));
  expect(await finish('second')).toBeUndefined();
  expect(await finish('first')).toEqual(counts);
  expect(await finish('first')).toBeUndefined();
  expect(await findOfficeCounts(pool, { runId: run, officeId: 'a' })).toEqual(counts);
  const none = { email_sent: 0, email_failed: 0, push_sent: 0, push_failed: 0, unknown: 0 };
  expect(await findOfficeCounts(pool, { runId: run, officeId: 'b' })).toEqual(none);
  expect(await findOfficeCounts(pool, { runId: another, officeId: 'a' })).toEqual(none);
  expect(await findOfficeCounts(pool, { runId: 'nobody', officeId: 'a' })).toBeUndefined();
  expect(
    await rowsOf('select status, error from notification_run_offices where run_id = $1 order by office_id', [
      run,
    ]),
  ).toEqual([
    { status: 'done', error: null },
    { status: 'planned', error: 'before' },
  ]);
});

test('an office that could not be served fails with its last error, and gives back what it had not begun', async () => {
  const { pool } = database;
  const [run, another] = [await newRun(), await newRun()];
  await givenRunOffice(pool, another, 'a');
  const counts = await givenEndings(run, 'a', 'b');
  for (const [office, status] of [
    ['a', 'planned'],
    ['b', 'planned'],
    ['c', 'done'],
  ] as const)
    await givenRunOffice(pool, run, office, status);
  const [begun, waiting, elsewhere] = [
    await givenDelivery(pool, { run, office: 'a', status: 'sending', deadlines: ['d1'] }),
    await givenDelivery(pool, { run, office: 'a', deadlines: ['d1'] }),
    await givenDelivery(pool, { run, office: 'b', deadlines: ['d1'] }),
  ];
  const others = await givenDelivery(pool, { run: 'another', office: 'a', deadlines: ['d1'] });
  await givenDelivery(pool, { run, office: 'c', status: 'sent' });
  for (const office of ['a', 'c'])
    await noteOfficeError(pool, { runId: run, officeId: office }, 'no mail server');
  await pool.query(`update notification_run_offices set claim = 'a try'`);
  const failed = [{ office_id: 'a', error: 'no mail server' }];
  expect(await inTx((tx) => failOffices(tx, run, ['a', 'c']))).toEqual(failed);
  expect(await listFailedOffices(pool, run)).toEqual(failed);
  expect(await findOfficeCounts(pool, { runId: run, officeId: 'a' })).toEqual({ ...counts, unknown: 6 });
  expect(
    await rowsOf(
      'select office_id, status, error, claim from notification_run_offices where run_id = $1 order by office_id',
      [run],
    ),
  ).toEqual([
    { office_id: 'a', status: 'failed', error: 'no mail server', claim: null },
    { office_id: 'b', status: 'planned', error: null, claim: 'a try' },
    { office_id: 'c', status: 'done', error: null, claim: 'a try' },
  ]);
  expect(
    await rowsOf('select status, error from notification_run_offices where run_id = $1', [another]),
  ).toEqual([{ status: 'planned', error: null }]);
  const ends = await rowsOf(
    `select id, status, reason, void from notification_deliveries join notification_keys on delivery_id = id order by id`,
  );
  expect(ends).toEqual([
    { id: begun, status: 'unknown', reason: 'worker_lost', void: false },
    { id: waiting, status: 'skipped', reason: 'office_failed', void: true },
    { id: elsewhere, status: 'planned', reason: null, void: false },
    { id: others, status: 'planned', reason: null, void: false },
  ]);
  expect(await inTx((tx) => failOffices(tx, run, ['b']))).toEqual([
    { office_id: 'b', error: 'it could not be served' },
  ]);
  const unordered = await withoutIndexes(pool, (tx) => listFailedOffices(tx, run));
  expect(unordered.map(({ office_id }) => office_id)).toEqual(['a', 'b']);
});

test('a run that ends before its time leaves nothing planned, and other runs as they were', async () => {
  const { pool } = database;
  const [run, another] = [await newRun(), await newRun()];
  for (const each of [run, another]) {
    await givenRunOffice(pool, each, 'a');
    await givenRunOffice(pool, each, 'b', 'done');
    await givenDelivery(pool, { run: each, office: 'a' });
    await insertRunGate(pool, { id: newId('gate'), runId: each, title: 'Canary', digest: 'd' });
  }
  await pool.query(`update notification_run_offices set claim = 'a try'`);
  await inTx((tx) => abandonRun(tx, run));
  const state = (of: string) =>
    rowsOf(
      `select office_id, offices.status, offices.claim, (select reason from notification_deliveries where run_id = $1) as reason,
              (select status from gates where run_id = $1) as gate
         from notification_run_offices offices where run_id = $1 order by office_id`,
      [of],
    );
  expect(await state(run)).toEqual([
    { office_id: 'a', status: 'canceled', claim: null, reason: 'run_canceled', gate: 'canceled' },
    { office_id: 'b', status: 'done', claim: 'a try', reason: 'run_canceled', gate: 'canceled' },
  ]);
  expect(await state(another)).toEqual([
    { office_id: 'a', status: 'planned', claim: 'a try', reason: null, gate: 'waiting' },
    { office_id: 'b', status: 'done', claim: 'a try', reason: null, gate: 'waiting' },
  ]);
});

test('the totals of a run are the sums over its own offices', async () => {
  const { pool } = database;
  const [run, another] = [await newRun(), await newRun()];
  const none = await readTotals(pool, run);
  expect(new Set(Object.values(none))).toEqual(new Set([0]));
  for (const [office, status] of [
    ['a', 'done'],
    ['b', 'done'],
    ['c', 'planned'],
  ] as const)
    await givenRunOffice(pool, run, office, status);
  await givenRunOffice(pool, another, 'a', 'done');
  await pool.query(
    `update notification_run_offices set email_sent = 1, email_failed = 2, push_sent = 3, push_failed = 4, unknown = 5,
            held = 6, planned_email = 7, planned_push = 8`,
  );
  expect(await readTotals(pool, run)).toEqual({
    offices: 2,
    email_sent: 3,
    email_failed: 6,
    push_sent: 9,
    push_failed: 12,
    unknown: 15,
    held: 18,
    planned_email: 21,
    planned_push: 24,
  });
});

test('the offices of a run come by their ids, a part at a time, with their drift and samples', async () => {
  const { pool } = database;
  const [run, another] = [await newRun(), await newRun()];
  for (const office of ['c', 'a', 'b', 'd']) await givenRunOffice(pool, run, office);
  await givenRunOffice(pool, another, 'a');
  await pool.query(
    `update notification_run_offices
        set facts = case office_id when 'd' then '{}' when 'b' then '{"drift": []}' else '{"drift": [1]}' end::jsonb,
            plan = case office_id when 'b' then '{"sample": null, "messages": [2]}'
                                  when 'd' then null else '{"sample": {"html": "<p>"}, "messages": [1]}' end::jsonb`,
  );
  const offices = (after: string, limit: number) =>
    withoutIndexes(pool, (tx) => listRunOffices(tx, run, { after, limit }));
  expect((await offices('a', 2)).map(({ office_id }) => office_id)).toEqual(['b', 'c']);
  expect((await offices('', 9)).map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd']);
  expect(await withoutIndexes(pool, (tx) => listDrift(tx, run))).toEqual([
    { office_id: 'a', drift: [1] },
    { office_id: 'c', drift: [1] },
  ]);
  expect(await listSamples(pool, run, 9)).toEqual([{ sample: { html: '<p>' } }, { sample: { html: '<p>' } }]);
  await pool.query(
    `update notification_run_offices set plan = '{"sample": {"html": "<b>"}}' where office_id = 'a'`,
  );
  expect(await withoutIndexes(pool, (tx) => listSamples(tx, run, 1))).toEqual([{ sample: { html: '<b>' } }]);
  expect(await findSampleHtml(pool, run, 'c')).toEqual({ html: '<p>' });
  expect(await findSampleHtml(pool, run, 'd')).toEqual({ html: null });
  expect(await findSampleHtml(pool, another, 'c')).toBeUndefined();
});

test('a shown plan is that of its dry run, by office, and none is asked for without one', async () => {
  const { pool } = database;
  const [run, another] = [await newRun(), await newRun()];
  for (const office of ['a', 'b', 'c']) await givenRunOffice(pool, run, office);
  await givenRunOffice(pool, another, 'a');
  await pool.query(
    `update notification_run_offices set plan = case when run_id <> $1 then '{"messages": [9]}'
       when office_id = 'b' then null else '{"messages": [1]}' end::jsonb`,
    [run],
  );
  expect([...(await readShownPlans(pool, run, ['a', 'b']))]).toEqual([['a', [1]]]);
  const { result, queries } = await countQueries(() => readShownPlans(pool, undefined, ['a']));
  expect([result.size, queries]).toEqual([0, 0]);
});

test('a gate of a run is opened once, and decided once, and those of other runs stay open', async () => {
  const { pool } = database;
  const [run, another] = [await newRun(), await newRun()];
  const [id, beside] = [newId('gate'), newId('gate')];
  const gate = { id, runId: run, title: 'Canary', digest: 'd' };
  await insertRunGate(pool, gate);
  await insertRunGate(pool, gate);
  await insertRunGate(pool, { ...gate, id: beside, runId: another });
  expect(await findRunGate(pool, id, owner)).toMatchObject({
    id,
    runId: run,
    status: 'waiting',
    outputDigest: 'd',
  });
  expect(await findRunGate(pool, id, { userId: 'usr_nobody', role: 'ANALYST' })).toBeUndefined();
  const decision = { id, status: 'approved', userId: owner.userId, via: 'api', comment: 'fine' } as const;
  expect([await settleRunGate(pool, decision), await settleRunGate(pool, decision)]).toEqual([1, 0]);
  const gates = () =>
    rowsOf(
      `select status, decided_at is not null as dated, decided_by, decided_via, comment, phase, attempt, phase_title
         from gates order by id = $1`,
      [beside],
    );
  const opened = { phase: 1, attempt: 1, phase_title: 'Canary' };
  const open = {
    status: 'waiting',
    dated: false,
    decided_by: null,
    decided_via: null,
    comment: null,
    ...opened,
  };
  const approved = { dated: true, decided_by: owner.userId, decided_via: 'api', comment: 'fine', ...opened };
  expect(await gates()).toEqual([{ status: 'approved', ...approved }, open]);
  await cancelRunGates(pool, run);
  expect(await gates()).toEqual([{ status: 'approved', ...approved }, open]);
  await cancelRunGates(pool, another);
  expect(await gates()).toMatchObject([{ status: 'approved' }, { status: 'canceled', dated: true }]);
  await pool.query(`update runs set kind = 'report' where id = $1`, [run]);
  expect(await findRunGate(pool, id, owner)).toBeUndefined();
});

test('exclusions are counted by reason and channel, and listed with the names of their own', async () => {
  const { pool } = database;
  const [run, another] = [await newRun(), await newRun()];
  const office = await givenOffice(pool);
  const [aya, ben] = [await givenStaff(pool, office), await givenStaff(pool, office)];
  const [tax, rent] = [await givenDeadline(pool, office), await givenDeadline(pool, office)];
  await pool.query(`update staff set name = 'Ben' where id = $1`, [ben]);
  const exclude = (of: string, ...[staff, deadline, channel, reason]: readonly string[]) =>
    pool.query(
      `insert into notification_exclusions (run_id, office_id, staff_id, deadline_id, channel, threshold, reason)
       values ($1, $2, $3, $4, $5, 7, $6)`,
      [of, office, staff, deadline, channel, reason],
    );
  await exclude(run, ben, tax, 'email', 'muted');
  await exclude(run, aya, rent, 'push', 'muted');
  await exclude(run, aya, rent, 'email', 'opted_out');
  await exclude(run, aya, tax, 'email', 'opted_out');
  await exclude(another, aya, tax, 'email', 'muted');
  expect(await countExclusions(pool, run)).toEqual([
    { reason: 'opted_out', channel: 'email', count: 2 },
    { reason: 'muted', channel: 'email', count: 1 },
    { reason: 'muted', channel: 'push', count: 1 },
  ]);
  const listed = (await listExclusions(pool, run, 3)).map((row) => [
    row.staff_name,
    row.deadline_title,
    row.channel,
  ]);
  expect(listed).toEqual([
    ['Aya', `Tax ${tax}`, 'email'],
    ['Aya', `Tax ${rent}`, 'email'],
    ['Aya', `Tax ${rent}`, 'push'],
  ]);
  expect((await listExclusions(pool, run, 9))[3]).toMatchObject({
    staff_name: 'Ben',
    deadline_title: `Tax ${tax}`,
  });
});
