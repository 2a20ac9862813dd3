import type { Explanation } from '../../../src/contracts/notifications/explain.js';
import { useNotificationHouse } from '../../support/houses/notification-house.js';
import { seedOffices } from '../../support/notifications/seed.js';

const house = useNotificationHouse();
const pool = () => house.database.pool;

async function pair(): Promise<{ staff: string; deadline: string }> {
  const { rows } = await pool().query<{ staff: string; deadline: string }>(
    'select staff.id as staff, deadlines.id as deadline from staff join deadlines using (office_id) limit 1',
  );
  return rows[0]!;
}

async function explained(language = 'en'): Promise<Explanation> {
  const { staff, deadline } = await pair();
  const path = `/api/v1/notifications/explain?staff_id=${staff}&deadline_id=${deadline}&language=${language}`;
  const answer = await house.ask('GET', path);
  expect([answer.status, answer.text.slice(0, 300)]).toEqual([200, expect.anything()]);
  return answer.body as unknown as Explanation;
}

const mailNow = async () => (await explained()).now?.channels.find((each) => each.channel === 'email');

test('the answer names what a run would do now, and what each run has done on which facts', async () => {
  await seedOffices(pool(), { offices: 1, staff: 1 });
  await pool().query(`update deadlines set due_on = (now() at time zone 'Asia/Tokyo')::date + 7`);
  expect(await mailNow()).toEqual({ channel: 'email', would_send: true, reason: null, detail: null });
  await house.working(() => house.run({ as_of: new Date().toISOString() }));
  const after = await explained();
  expect(after.summary).toContain('They were told at this threshold before.');
  expect((await explained('ja')).summary).toContain('メール:この通知日の分はすでに通知済みです。');
  expect(after.now).toMatchObject({ days_left: 7, threshold: 7 });
  expect(after.runs).toMatchObject([
    {
      dry_run: false,
      office_status: 'done',
      standing: { days_left: 7, threshold: 7 },
      told: [
        { channel: 'push', outcome: 'excluded', reason: 'no_subscription' },
        { channel: 'email', outcome: 'delivery', status: 'sent', threshold: 7 },
      ],
    },
  ]);
  expect(after.runs[0]?.told[1]?.sent_at).toMatch(/^20\d\d-/);
});

test.each([
  ['deadline_closed', `update deadlines set state = 'closed'`],
  ['person_inactive', 'update staff set is_active = false'],
  ['office_inactive', 'update offices set is_active = false'],
  ['no_threshold', `update deadlines set due_on = current_date + 90`],
  ['channel_disabled', 'update staff set notify_email = false'],
  ['address_suppressed', `update staff set suppressed = '550 no such user'`],
  ['muted', `update staff set email_mute_until = now() + interval '1 day'`],
  ['quiet_hours', `update staff set quiet_from = '00:00', quiet_to = '23:59'`],
])('it says %s where that is the reason', async (reason, change) => {
  await seedOffices(pool(), { offices: 1, staff: 1 });
  await pool().query(`update deadlines set due_on = (now() at time zone 'Asia/Tokyo')::date + 7`);
  await pool().query(change);
  expect(await mailNow()).toMatchObject({ would_send: false, reason });
});

test('an office with a broken time zone is said to be the reason, and strangers are no pair', async () => {
  await seedOffices(pool(), { offices: 2, staff: 1 });
  await pool().query(`update offices set time_zone = 'Mars/Olympus'`);
  expect(await explained()).toMatchObject({ now: null });
  const { rows } = await pool().query<{ staff: string; deadline: string }>(
    `select staff.id as staff, deadlines.id as deadline from staff, deadlines
      where staff.office_id <> deadlines.office_id limit 1`,
  );
  const path = `/api/v1/notifications/explain?staff_id=${rows[0]!.staff}&deadline_id=${rows[0]!.deadline}`;
  expect((await house.ask('GET', path)).status).toBe(404);
});
