import { useNotificationHouse } from '../../support/houses/notification-house.js';
import { seedOffices } from '../../support/notifications/seed.js';
import { testActivities } from '../../support/workers/worker.js';
import { storeHistory } from '../../support/store-history.js';
import { testSenders } from '../../support/notifications/parts.js';
import { waitUntil } from '../../support/wait-until.js';
import { detailsOf } from '../../support/workers/seen-activities.js';
import { policiesOf } from '../../support/workers/scheduled-activities.js';

const house = useNotificationHouse();
const PATH = '/api/v1/notifications/schedule';
const daily = { cron: '30 8 * * *', time_zone: 'Asia/Tokyo' };
const handle = () => house.temporal.client.schedule.getHandle('notification-schedule');

const due = async (words: RegExp): Promise<unknown> => {
  const workflowId = `notification-schedule-${Math.random()}`;
  const started = await house.temporal.client.workflow.start('startScheduledNotifications', {
    taskQueue: 'flow',
    workflowId,
    args: [],
  });
  const firing: unknown = await started.result();
  expect(await detailsOf(started)).toMatch(words);
  expect(Object.values(await policiesOf(started))).toEqual([
    '30 s, 86400 s in all; any number of tries, 1 s × 2 up to 60 s',
  ]);
  await storeHistory(house.temporal.client, workflowId, 'startScheduledNotifications');
  return firing;
};

test('the schedule is paused until somebody sets it, then Temporal has it and the next times are shown', async () => {
  expect((await house.ask('GET', PATH)).body).toMatchObject({
    enabled: false,
    next_runs: [],
    sync: 'applied',
  });
  const set = await house.ask('PUT', PATH, { ...daily, reason: 'every morning' });
  expect(set.status).toBe(200);
  expect(set.body).toMatchObject({ ...daily, enabled: true });
  expect((set.body['next_runs'] as string[])[0]).toMatch(/T23:30:00.000Z$/);
  await waitUntil(async () => (await house.ask('GET', PATH)).body['sync'] === 'applied', {
    what: 'Temporal knows',
  });
  const described = await handle().describe();
  expect(described.policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 86_400_000 });
  expect(described.state.paused).toBe(false);
  expect(described.info.nextActionTimes[0]?.toISOString()).toBe((set.body['next_runs'] as string[])[0]);
  const stale = await house.ask('PUT', PATH, { ...daily, enabled: false }, { 'If-Match': '"1"' });
  expect(stale.status).toBe(412);
  await house.ask('PUT', PATH, { ...daily, enabled: false });
  await waitUntil(async () => (await handle().describe()).state.paused, { what: 'Temporal is paused' });
  expect((await house.ask('PUT', PATH, { ...daily, cron: 'often' })).status).toBe(400);
});

test('what is due makes a run as whoever set the schedule, once, and none while it is paused', async () => {
  await seedOffices(house.database.pool, { offices: 2, staff: 1 });
  await house.database.pool.query('update deadlines set due_on = current_date + 7');
  await house.ask('PUT', PATH, daily);
  await house.working(async () => {
    const firing = (await due(/^\*\*started\*\* job_/)) as { outcome: string; jobId: string };
    expect(firing.outcome).toBe('started');
    await house.ended(firing.jobId);
    expect(house.smtp.mails).toHaveLength(2);
    await house.ask('PUT', PATH, { ...daily, enabled: false });
    expect(await due(/^\*\*skipped\*\*: The schedule is paused/)).toEqual({
      outcome: 'skipped',
      reason: 'The schedule is paused.',
    });
    const triggered = await house.ask('POST', `${PATH}/trigger`);
    expect(triggered.status).toBe(202);
    const id = String(triggered.body['jobId']);
    await house.ended(id);
    expect(await house.result(id)).toMatchObject({ email_sent: 0 });
  });
});

test('a message whose quiet hours have ended goes out by itself, and nothing else does', async () => {
  const { pool } = house.database;
  await seedOffices(pool, { offices: 1, staff: 2 });
  await pool.query(`update staff set quiet_from = '00:00', quiet_to = '23:59' where email like 's1-1%'`);
  await pool.query(`update staff set notify_email = false where email like 's1-2%'`);
  await pool.query('update deadlines set due_on = current_date + 7');
  await house.working(async () => {
    expect(await house.run({ as_of: new Date().toISOString().slice(0, 10) })).toMatchObject({
      held: 1,
      email_sent: 0,
    });
    await pool.query(`update staff set quiet_from = null, quiet_to = null, notify_email = true`);
    await pool.query(`update notification_deliveries set next_eligible_at = now() - interval '1 second'`);
    const senders = testSenders(house.database, house.smtp.url);
    const { sweepRuns } = testActivities(pool, house.temporal.client, { notifications: senders.parts })
      .flow as { sweepRuns(): Promise<Record<string, number>> };
    expect(await sweepRuns()).toMatchObject({ holds: 1 });
    await waitUntil(() => Promise.resolve(house.smtp.mails.length === 1), { what: 'the held mail' });
    expect(house.smtp.mails[0]?.to).toBe('s1-1@example.test');
    await waitUntil(async () => (await sweepRuns())['holds'] === 0, { what: 'nothing is left' });
    senders.close();
  });
  expect(house.smtp.mails).toHaveLength(1);
});
