import { useNotificationHouse } from '../../support/houses/notification-house.js';
import { seedOffices } from '../../support/notifications/seed.js';
import { storeHistory } from '../../support/store-history.js';
import { policiesOf, summariesOf } from '../../support/workers/scheduled-activities.js';
import { detailsOf, seeingActivities, type SeenActivity } from '../../support/workers/seen-activities.js';

const house = useNotificationHouse();
const progressOf = async (jobId: string): Promise<Record<string, unknown>[]> => {
  const { rows } = await house.database.pool.query<{ data: Record<string, unknown> }>(
    `select data from run_events where run_id = $1 and type = 'job.progress' order by pos`,
    [jobId],
  );
  return rows.map(({ data }) => data);
};

test('a run counts its offices and messages as they go out, and the Web UI says what it does', async () => {
  const { officeIds } = await seedOffices(house.database.pool, { offices: 6, staff: 3 });
  // Nothing falls due here: it is looked at, and nobody is told.
  // An id of an import may come before all of ours.
  await house.database.pool.query(
    `insert into offices (id, name, time_zone) values ('first', 'Nothing due', 'UTC')`,
  );
  house.smtp.onRecipient = (address) => (address.includes('-1@') ? { code: 550 } : 'take');
  const seen: SeenActivity[] = [];
  const activities = seeingActivities(house.temporal.client, seen);
  await house.working(
    async () => {
      const id = await house.start();
      await house.ended(id);
      const handle = house.temporal.client.workflow.getHandle(`deadline-run:${id}`);
      await handle.result();
      expect(await detailsOf(handle)).toBe('**completed**');
      await storeHistory(house.temporal.client, `deadline-run:${id}`, 'notifyDeadlines', 'told-in-order');
      const planning = '600 s, 7200 s in all; any number of tries, 0.5 s × 2 up to 30 s';
      expect(await policiesOf(handle)).toEqual({
        planChunk: planning,
        notifyOffice: '43200 s, 86400 s in all, a beat in 5 s; any number of tries, 0.5 s × 2 up to 10 s',
        finishNotifications: planning,
      });
      expect(await summariesOf(handle)).toEqual(expect.arrayContaining(officeIds));
      const progress = await progressOf(id);
      expect(progress.map((each) => each['offices_processed'])).toEqual([2, 3, 4, 5, 6, 7]);
      const { email_sent: sent, email_failed: failed } = await house.result(id);
      expect(progress.at(-1)).toEqual({
        percent: 95,
        phase: 'notify',
        offices_processed: 7,
        offices_failed: 0,
        offices_total: 7,
        sent,
        failed,
      });
      expect([sent, failed]).toEqual([12, 6]);
    },
    { activities },
  );
  expect(seen[0]).toMatchObject({
    name: 'planChunk',
    details: '**Planning** the offices after the first 0',
  });
  expect(seen[1]).toMatchObject({
    name: 'notifyOffice',
    details: '**1** of 7 offices; 0 messages sent, 0 failed',
    heartbeatMs: 5_000,
  });
  expect(seen.at(-1)).toMatchObject({ name: 'finishNotifications', details: '**Writing** the result' });
});

test('a chunk of many offices tells its progress some twenty times at most', async () => {
  await seedOffices(house.database.pool, { offices: 41, staff: 1 });
  await house.working(async () => {
    const id = await house.start();
    await house.ended(id);
    const told = (await progressOf(id)).map((each) => each['offices_processed']);
    expect(told).toEqual([...Array.from({ length: 13 }, (_, index) => 3 * (index + 1)), 41]);
  });
});

test('a run without offices tells that there are none', async () => {
  await house.working(async () => {
    const id = await house.start();
    await house.ended(id);
    expect(await progressOf(id)).toMatchObject([{ offices_processed: 0, offices_total: 0, percent: 0 }]);
  });
});
