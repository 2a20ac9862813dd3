import { useNotificationHouse } from '../../support/houses/notification-house.js';
import { seedOffices } from '../../support/notifications/seed.js';

const house = useNotificationHouse();
const pool = () => house.database.pool;

test('ten offices and five hundred are planned with the same number of queries, and more go in chunks', async () => {
  await seedOffices(pool(), { offices: 10, staff: 10, pushUrl: house.push.url });
  await house.working(async () => {
    const few = await house.run({ dry_run: true });
    await seedOffices(pool(), { offices: 490, staff: 10, pushUrl: house.push.url });
    const many = await house.run({ dry_run: true });
    expect(many).toMatchObject({ email_sent: 5_000, push_sent: 5_000, offices_processed: 500 });
    expect(many.queries).toBe(few.queries);
    expect(few.queries).toBeGreaterThan(0);
    expect(few.queries).toBeLessThanOrEqual(7);
    await seedOffices(pool(), { offices: 1, staff: 1 });
    const chunked = await house.run({ dry_run: true });
    expect(chunked).toMatchObject({ offices_processed: 501, queries: 2 * few.queries });
    expect(chunked.offices).toHaveLength(501);
  });
});

test('an office of ten thousand is planned, and its messages are read a page at a time', async () => {
  await seedOffices(pool(), { offices: 1, staff: 10_000 });
  await house.working(async () => {
    const plan = await house.run({ dry_run: true });
    expect(plan).toMatchObject({ email_sent: 10_000, offices_processed: 1, offices_failed: [] });
    // Three pages of them want mail.
    await pool().query('update staff set notify_email = id in (select id from staff order by id limit 250)');
    const result = await house.run();
    expect(result.email_sent).toBe(250);
    expect(house.smtp.mails).toHaveLength(250);
  });
}, 90_000);
