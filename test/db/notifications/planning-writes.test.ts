import { newId } from '../../../src/contracts/ids.js';
import { upsertOffices } from '../../../src/db/notifications/import-records.js';
import {
  insertDeliveries,
  replaceDeliveries,
  type NewDelivery,
} from '../../../src/db/notifications/planning-writes.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { seedOffices } from '../../support/notifications/seed.js';
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
