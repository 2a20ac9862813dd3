import { newId } from '../../../src/contracts/ids.js';
import { insertCaughtMail } from '../../../src/db/notifications/caught-mails.js';
import { notificationRetention } from '../../../src/db/notifications/retention.js';
import { seedOffices } from '../../support/notifications/seed.js';
import { useDatabase } from '../../support/servers/database.js';

const database = useDatabase();

interface Given {
  readonly status: string;
  readonly deadline: string;
  readonly daysAgo: number;
}

async function givenDelivery({ status, deadline, daysAgo }: Given): Promise<string> {
  const id = newId('delivery');
  await database.pool.query(
    `insert into notification_deliveries (id, run_id, office_id, staff_id, channel, recipient, status, message_id,
                                          facts, content, updated_at)
     values ($1, 'job', 'office', 'staff', 'email', $1, $2, $1, '{"items":[]}', '{"address":"a@example.test"}',
             now() - make_interval(days => $3))`,
    [id, status, daysAgo],
  );
  await database.pool.query(
    `insert into notification_keys (delivery_id, deadline_id, recipient, channel, threshold, due_on, local_date)
     select $1, id, $1, 'email', 7, due_on, due_on from deadlines where title = $2`,
    [id, deadline],
  );
  return id;
}

async function retain(): Promise<void> {
  const batches = notificationRetention(database.pool, { deliveries: 90, caughtMails: 14 });
  for (const batch of Object.values(batches)) await batch();
}

test('old messages of closed deadlines go; those of open ones lose what they said, and keep their keys', async () => {
  const { pool } = database;
  await seedOffices(pool, { offices: 1, staff: 1, deadlines: ['2030-01-01', '2030-01-02'] });
  await pool.query(`update deadlines set state = 'closed' where title = 'Deadline 2'`);
  const [open, closed] = ['Deadline 1', 'Deadline 2'];
  const kept = await givenDelivery({ status: 'sent', deadline: open, daysAgo: 100 });
  const gone = await givenDelivery({ status: 'sent', deadline: closed, daysAgo: 100 });
  const young = await givenDelivery({ status: 'failed', deadline: closed, daysAgo: 10 });
  const waiting = await givenDelivery({ status: 'held', deadline: closed, daysAgo: 100 });
  await retain();
  const { rows } = await pool.query<{ id: string; content: object }>(
    'select id, content from notification_deliveries',
  );
  const content = { address: 'a@example.test' };
  expect(new Map(rows.map((row) => [row.id, row.content]))).toEqual(
    new Map<string, object>([
      [kept, {}],
      [young, content],
      [waiting, content],
    ]),
  );
  expect(rows.map(({ id }) => id)).not.toContain(gone);
  const keys = await pool.query('select from notification_keys where delivery_id = $1', [kept]);
  expect(keys.rowCount).toBe(1);
});

test('only messages of open deadlines lose what they said, and so many go at a time', async () => {
  const { pool } = database;
  await pool.query('delete from notification_deliveries');
  const batches = notificationRetention(pool, { deliveries: 90, caughtMails: 14 });
  const closed = await givenDelivery({ status: 'sent', deadline: 'Deadline 2', daysAgo: 100 });
  const open = await givenDelivery({ status: 'sent', deadline: 'Deadline 1', daysAgo: 100 });
  expect([await batches['notificationContents']!(), await batches['notificationContents']!()]).toEqual([
    1, 0,
  ]);
  const { rows } = await pool.query<{ id: string }>(
    `select id from notification_deliveries where content = '{}'`,
  );
  expect(rows).toEqual([{ id: open }]);
  expect(closed).not.toBe(open);
  const copies = (deadline: string) =>
    pool.query(
      `with made as (
         insert into notification_deliveries (id, run_id, office_id, staff_id, channel, recipient, status, message_id, facts, content, updated_at)
         select $1 || n, 'job', 'o', 's', 'email', '', 'skipped', '', '{}', '{"a": 1}', now() - interval '91 days' from generate_series(1, 501) as n
         returning id)
       insert into notification_keys (delivery_id, deadline_id, recipient, channel, threshold, due_on, local_date)
       select made.id, deadlines.id, made.id, 'email', 7, due_on, due_on from made, deadlines where title = $1`,
      [deadline],
    );
  for (const deadline of ['Deadline 1', 'Deadline 2']) await copies(deadline);
  expect([await batches['notificationContents']!(), await batches['notificationContents']!()]).toEqual([
    500, 1,
  ]);
  expect([await batches['notificationDeliveries']!(), await batches['notificationDeliveries']!()]).toEqual([
    500, 2,
  ]);
  await pool.query(
    `insert into caught_mails (id, mail_from, rcpt_to, raw, received_at)
     select 'mail_' || n, '', '{}', '', now() - interval '15 days' from generate_series(1, 501) as n`,
  );
  expect([await batches['caughtMails']!(), await batches['caughtMails']!()]).toEqual([500, 1]);
});

test('caught mails are kept for their days', async () => {
  const { pool } = database;
  const mail = { from: 'a@x.test', to: ['b@x.test'], raw: Buffer.from('Subject: one\r\n\r\nhello') };
  await insertCaughtMail(pool, mail);
  await pool.query(`update caught_mails set received_at = now() - interval '15 days'`);
  await insertCaughtMail(pool, mail);
  await retain();
  expect((await pool.query('select from caught_mails')).rowCount).toBe(1);
});
