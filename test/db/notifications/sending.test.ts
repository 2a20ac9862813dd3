import { newId } from '../../../src/contracts/ids.js';
import { listDuePushes } from '../../../src/db/notifications/sending.js';
import { useDatabase } from '../../support/servers/database.js';

const database = useDatabase();

test('a device that belongs to somebody else now gets no push that was planned for the person before', async () => {
  const { pool } = database;
  const [officeId, aya, ben, device, delivery] = [
    newId('office'),
    newId('staff'),
    newId('staff'),
    newId('pushSubscription'),
    newId('delivery'),
  ];
  await pool.query(`insert into offices (id, name, time_zone) values ($1, 'Nakano', 'UTC')`, [officeId]);
  await pool.query(
    `insert into staff (id, office_id, name, email)
     values ($1, $3, 'Aya', 'aya@example.test'), ($2, $3, 'Ben', 'ben@example.test')`,
    [aya, ben, officeId],
  );
  await pool.query(
    `insert into push_subscriptions (id, staff_id, endpoint, p256dh, auth)
     values ($1, $2, 'https://push.example.test/1', 'key', 'auth')`,
    [device, aya],
  );
  await pool.query(
    `insert into notification_deliveries (id, run_id, office_id, staff_id, channel, recipient, status, message_id, facts,
                                          content)
     values ($1, 'job', $2, $3, 'push', $4, 'planned', '<m@example.test>', '{"items":[]}', '{}')`,
    [delivery, officeId, aya, device],
  );
  const claim = { runId: 'job', officeId, claim: 'a try' };
  expect(await listDuePushes(pool, claim, '')).toMatchObject([
    { id: delivery, endpoint: 'https://push.example.test/1' },
  ]);
  await pool.query('update push_subscriptions set staff_id = $2 where id = $1', [device, ben]);
  expect(await listDuePushes(pool, claim, '')).toMatchObject([{ id: delivery, endpoint: null, auth: null }]);
});
