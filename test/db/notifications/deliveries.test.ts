import { newId } from '../../../src/contracts/ids.js';
import { listDeliveries, releaseDelivery } from '../../../src/db/notifications/deliveries.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { useDatabase } from '../../support/servers/database.js';

const database = useDatabase();

interface Given {
  readonly delivery: string;
  readonly officeId: string;
}

/** A planned message to `staff` in `office`, with the key that keeps it from being sent twice. */
async function givenDelivery(office: string, staff: string): Promise<Given> {
  const { pool } = database;
  const [officeId, staffId, deadline, delivery] = [
    newId('office'),
    newId('staff'),
    newId('deadline'),
    newId('delivery'),
  ];
  await pool.query(`insert into offices (id, name, time_zone) values ($1, $2, 'UTC')`, [officeId, office]);
  await pool.query(`insert into staff (id, office_id, name, email) values ($1, $2, $3, $4)`, [
    staffId,
    officeId,
    staff,
    `${staffId}@example.test`,
  ]);
  await pool.query(
    `insert into deadlines (id, office_id, title, due_on) values ($1, $2, 'Tax', '2030-01-01')`,
    [deadline, officeId],
  );
  await pool.query(
    `insert into notification_deliveries (id, run_id, office_id, staff_id, channel, recipient, status, message_id,
                                          facts, content)
     values ($1, 'job', $2, $3, 'email', $1, 'planned', $1, '{"items":[]}', '{"address":"a@example.test"}')`,
    [delivery, officeId, staffId],
  );
  await pool.query(
    `insert into notification_keys (delivery_id, deadline_id, recipient, channel, threshold, due_on, local_date)
     values ($1, $2, $1, 'email', 7, '2030-01-01', '2029-12-25')`,
    [delivery, deadline],
  );
  return { delivery, officeId };
}

test('each delivery has the name of its own office and of its own recipient', async () => {
  const [nakano, ueno] = [await givenDelivery('Nakano', 'Aya'), await givenDelivery('Ueno', 'Ben')];
  const listed = async (office: string): Promise<unknown> =>
    listDeliveries(database.pool, { office }, { limit: 10, position: undefined });
  expect(await listed(nakano.officeId)).toMatchObject([
    { id: nakano.delivery, office_name: 'Nakano', staff_name: 'Aya' },
  ]);
  expect(await listed(ueno.officeId)).toMatchObject([
    { id: ueno.delivery, office_name: 'Ueno', staff_name: 'Ben' },
  ]);
});

test('a released delivery is skipped and its keys are void, and those of another one are as they were', async () => {
  const [released, other] = [await givenDelivery('Nakano', 'Aya'), await givenDelivery('Ueno', 'Ben')];
  await withTransaction(database.pool, (tx) => releaseDelivery(tx, released.delivery, 'by hand'));
  const { rows } = await database.pool.query(
    `select id, status, reason, void from notification_deliveries join notification_keys on delivery_id = id
      where id = any($1) order by id = $2 desc`,
    [[released.delivery, other.delivery], released.delivery],
  );
  expect(rows).toEqual([
    { id: released.delivery, status: 'skipped', reason: 'by hand', void: true },
    { id: other.delivery, status: 'planned', reason: null, void: false },
  ]);
});
