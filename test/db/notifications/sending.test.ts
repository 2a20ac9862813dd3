import { newId } from '../../../src/contracts/ids.js';
import { claimOffice, listDuePushes } from '../../../src/db/notifications/sending.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { seedOffices } from '../../support/notifications/seed.js';
import { givenUser } from '../../support/people.js';
import { givenRun } from '../../support/runs.js';
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

test('an office is claimed while it is planned and its run goes on, and a later try finds what was being sent', async () => {
  const { pool } = database;
  const run = await givenRun(pool, await givenUser(pool), { kind: 'notification' });
  const [office = '', done = ''] = (await seedOffices(pool, { offices: 2, staff: 1 })).officeIds;
  await pool.query(
    `insert into notification_run_offices (run_id, office_id, office_name, status)
     values ($1, $2, 'Nakano', 'planned'), ($1, $3, 'Ueno', 'done')`,
    [run.id, office, done],
  );
  const claim = (officeId: string, name: string) =>
    withTransaction(pool, (tx) => claimOffice(tx, { runId: run.id, officeId, claim: name }));
  expect(await claim(office, 'first')).toEqual({ lost: 0 });
  await pool.query(
    `insert into notification_deliveries (id, run_id, office_id, staff_id, channel, recipient, status, message_id, facts,
                                          content)
     select $1, $2, $3, staff.id, 'email', email, 'sending', '<n@example.test>', '{"items":[]}', '{}'
       from staff where office_id = $3`,
    [newId('delivery'), run.id, office],
  );
  expect(await claim(office, 'second')).toEqual({ lost: 1 });
  expect(await claim(done, 'first')).toBeUndefined();
  await pool.query(`update runs set status = 'canceled', finished_at = now() where id = $1`, [run.id]);
  expect(await claim(office, 'third')).toBeUndefined();
  const { rows } = await pool.query(
    `select status, reason, (select claim from notification_run_offices where office_id = $1) as claim
       from notification_deliveries where office_id = $1`,
    [office],
  );
  expect(rows).toEqual([{ status: 'unknown', reason: 'worker_lost', claim: 'second' }]);
});
