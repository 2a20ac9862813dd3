import { newId } from '../../../src/contracts/ids.js';
import { upsertOffices } from '../../../src/db/notifications/import-records.js';
import {
  insertDeliveries,
  insertExclusions,
  insertPlannedOffices,
  replaceDeliveries,
  type NewDelivery,
} from '../../../src/db/notifications/planning-writes.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { seedOffices } from '../../support/notifications/seed.js';
import { givenUser } from '../../support/people.js';
import { countQueries } from '../../support/query-count.js';
import { givenRun } from '../../support/runs.js';
import { useDatabase } from '../../support/servers/database.js';

const database = useDatabase();

async function planned(): Promise<NewDelivery> {
  const { rows } = await database.pool.query<{ office: string; staff: string; deadline: string }>(
    `select offices.id as office, staff.id as staff, deadlines.id as deadline
       from offices join staff on staff.office_id = offices.id join deadlines on deadlines.office_id = offices.id
      limit 1`,
  );
  const { office, staff, deadline } = rows[0]!;
  const id = newId('delivery');
  const item = {
    deadlineId: deadline,
    title: 'Deadline 1',
    dueOn: '2026-03-17',
    daysLeft: 7,
    threshold: 7,
    critical: false,
  };
  return {
    id,
    runId: 'job',
    officeId: office,
    staffId: staff,
    channel: 'email',
    recipient: id,
    status: 'planned',
    nextEligibleAt: null,
    messageId: `<${id}@example.test>`,
    localDate: '2026-03-10',
    items: [item],
    facts: { items: [item] },
    content: { address: 'a@example.test' },
  };
}

const stateOf = async (id: string): Promise<unknown> =>
  (
    await database.pool.query(
      `select status, reason, void from notification_deliveries join notification_keys on delivery_id = id
        where id = $1`,
      [id],
    )
  ).rows;

test('a planned delivery has a key, and gives it back when another message replaces it', async () => {
  await seedOffices(database.pool, { offices: 1, staff: 1 });
  const [replaced, other] = [await planned(), await planned()];
  await withTransaction(database.pool, (tx) => insertDeliveries(tx, [replaced, other]));
  expect(await stateOf(replaced.id)).toEqual([{ status: 'planned', reason: null, void: false }]);
  await withTransaction(database.pool, (tx) => replaceDeliveries(tx, [replaced.id], 'replaced'));
  expect(await stateOf(replaced.id)).toEqual([{ status: 'skipped', reason: 'replaced', void: true }]);
  expect(await stateOf(other.id)).toEqual([{ status: 'planned', reason: null, void: false }]);
});

test('a held message waits for the end of quiet hours, and nothing is written for nothing', async () => {
  const { pool } = database;
  const held: NewDelivery = { ...(await planned()), status: 'held', nextEligibleAt: '2026-03-11T07:00:00Z' };
  await withTransaction(pool, (tx) => insertDeliveries(tx, [held]));
  const { rows } = await pool.query(
    `select run_id, office_id, staff_id, keys.channel, status, reason, next_eligible_at = $2::timestamptz as same, message_id,
            facts, content, deadline_id, threshold, due_on::text, local_date::text
       from notification_deliveries join notification_keys keys on delivery_id = id where id = $1`,
    [held.id, held.nextEligibleAt],
  );
  expect(rows).toEqual([
    {
      run_id: 'job',
      office_id: held.officeId,
      staff_id: held.staffId,
      channel: 'email',
      status: 'held',
      reason: 'quiet_hours',
      same: true,
      message_id: held.messageId,
      facts: held.facts,
      content: held.content,
      deadline_id: held.items[0]?.deadlineId,
      threshold: 7,
      due_on: '2026-03-17',
      local_date: '2026-03-10',
    },
  ]);
  const { queries } = await countQueries(() =>
    withTransaction(pool, async (tx) => {
      await insertDeliveries(tx, []);
      await replaceDeliveries(tx, [], 'replaced');
      await insertExclusions(tx, 'job', []);
      await insertPlannedOffices(tx, 'job', []);
    }),
  );
  expect(queries).toBe(2);
});

test('the plan of a run is written with its exclusions and offices as it was made', async () => {
  const { pool } = database;
  const { id: run } = await givenRun(pool, await givenUser(pool), { kind: 'deadline-run' });
  const exclusion = {
    officeId: 'o',
    staffId: 's',
    deadlineId: 'd',
    channel: 'push',
    threshold: 3,
    reason: 'muted',
    detail: 'until',
  } as const;
  const counts = { email: 1, push: 2, held: 3 };
  const plan = { facts: { today: '2026-03-10' }, plan: { messages: [] } };
  await withTransaction(pool, async (tx) => {
    await insertExclusions(tx, run, [exclusion as never]);
    await insertPlannedOffices(tx, run, [
      { officeId: 'o', name: 'Nakano', status: 'failed', ...counts, error: 'what', ...plan },
    ]);
  });
  const exclusions = await pool.query('select * from notification_exclusions');
  expect(exclusions.rows).toMatchObject([
    {
      run_id: run,
      office_id: 'o',
      staff_id: 's',
      deadline_id: 'd',
      channel: 'push',
      threshold: 3,
      reason: 'muted',
      detail: 'until',
    },
  ]);
  const offices = await pool.query('select * from notification_run_offices');
  expect(offices.rows).toMatchObject([
    {
      run_id: run,
      office_id: 'o',
      office_name: 'Nakano',
      status: 'failed',
      planned_email: 1,
      planned_push: 2,
      held: 3,
      error: 'what',
      ...plan,
    },
  ]);
});

test('an office that is imported again has its new name and the next version', async () => {
  const office = async (name: string) =>
    withTransaction(database.pool, (tx) =>
      upsertOffices(tx, [{ external_id: 'again', name, time_zone: 'UTC' }]),
    );
  await office('Nakano');
  await office('Ueno');
  const { rows } = await database.pool.query(
    `select name, version::integer as version from offices where external_id = 'again'`,
  );
  expect(rows).toEqual([{ name: 'Ueno', version: 2 }]);
});
