import { useNotificationHouse } from '../../support/houses/notification-house.js';
import { seedOffices } from '../../support/notifications/seed.js';
import { withGatedDatabase } from '../../support/servers/gated-database.js';
import { waitUntil } from '../../support/wait-until.js';

const house = useNotificationHouse();
const pool = () => house.database.pool;

const mailed = (count: number): Promise<unknown> =>
  waitUntil(() => Promise.resolve(house.smtp.mails.length >= count), {
    what: `${count} mails`,
    timeoutMs: 60_000,
  });

function expectNobodyTwice(): void {
  const arrived = house.smtp.mails.map((mail) => mail.to);
  expect(arrived.filter((to, place) => arrived.indexOf(to) !== place)).toEqual([]);
}

test('a run whose database goes away in the middle goes on when it is back: no mail twice, none missing', async () => {
  await seedOffices(pool(), { offices: 8, staff: 4 });
  house.smtp.latencyMs = 50;
  await withGatedDatabase(house.database, (reached, gate) =>
    house.working(
      async () => {
        const id = await house.start();
        await mailed(8);
        await gate.close();
        // Mails in flight arrive, and no other begins: its state could not be stored.
        await waitUntil(() => Promise.resolve(house.smtp.underWay === 0), { what: 'no mail is under way' });
        const meanwhile = house.smtp.mails.length;
        expect(meanwhile).toBeLessThan(32);
        await gate.open();
        await house.ended(id);
        expect(await house.result(id)).toMatchObject({ email_sent: 32, unknown: 0, offices_failed: [] });
        expect(house.smtp.mails).toHaveLength(32);
        expectNobodyTwice();
      },
      { reached },
    ),
  );
}, 180_000);

test('a mail server that stays away fails its offices, which are named, and a replay sends all of it', async () => {
  await seedOffices(pool(), { offices: 4, staff: 3 });
  await house.working(
    async () => {
      await house.smtp.away();
      const id = await house.start();
      await house.ended(id);
      const result = await house.result(id);
      expect(result).toMatchObject({ email_sent: 0, email_failed: 0, unknown: 0 });
      expect(result.offices_failed).toHaveLength(4);
      expect(result.offices_failed[0]?.error).toContain('the mail server is away');
      await house.smtp.back();
      const letters = await house.ask('GET', '/api/v1/dead-letters?kind=deadline-run');
      const [letter] = letters.body['items'] as { id: string }[];
      const replay = await house.ask('POST', `/api/v1/dead-letters/${letter?.id ?? ''}/replay`);
      const replayed = String(replay.body['jobId']);
      await house.ended(replayed);
      expect(await house.result(replayed)).toMatchObject({ email_sent: 12, offices_failed: [] });
      expectNobodyTwice();
    },
    { sending: { patienceMs: 200 } },
  );
}, 180_000);

test('a mail server that slows down delays its mails; one that answers too late leaves its mail unknown', async () => {
  await seedOffices(pool(), { offices: 2, staff: 3 });
  await house.working(
    async () => {
      // The server takes one mail, and says so long after everybody has stopped waiting for it.
      house.smtp.latencyOf = (address) => (address === 's1-2@example.test' ? 6_000 : 300);
      const result = await house.run();
      expect(result).toMatchObject({ email_sent: 5, unknown: 1, email_failed: 0, offices_failed: [] });
      const { rows } = await pool().query<{ email: string }>(
        `select email from notification_deliveries join staff on staff.id = staff_id where status = 'unknown'`,
      );
      expect(rows).toEqual([{ email: 's1-2@example.test' }]);
      expect(house.smtp.mostAtOnce).toBeLessThanOrEqual(5);
    },
    { mailMs: 3_000 },
  );
}, 180_000);
