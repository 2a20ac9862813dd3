import PostalMime from 'postal-mime';
import { storeHistory } from '../../support/store-history.js';
import { AS_OF, useNotificationHouse } from '../../support/houses/notification-house.js';
import { seedOffices } from '../../support/notifications/seed.js';

const house = useNotificationHouse();
const statuses = async (): Promise<Record<string, number>> => {
  const { rows } = await house.database.pool.query<{ status: string; count: number }>(
    'select status, count(*) from notification_deliveries group by status',
  );
  return Object.fromEntries(rows.map((row) => [row.status, Number(row.count)]));
};

test('every person of every office gets one mail and one push, and the result counts them by office', async () => {
  const { officeIds } = await seedOffices(house.database.pool, {
    offices: 12,
    staff: 5,
    pushUrl: house.push.url,
  });
  house.smtp.latencyMs = 20;
  await house.working(async () => {
    const id = await house.start();
    await house.ended(id);
    const result = await house.result(id);
    await storeHistory(house.temporal.client, `deadline-run:${id}`, 'notifyDeadlines');
    expect(result).toMatchObject({
      dry_run: false,
      email_sent: 60,
      push_sent: 60,
      push_failed: 0,
      email_failed: 0,
      offices_processed: 12,
      offices_failed: [],
      unknown: 0,
    });
    expect(result.queries).toBeLessThanOrEqual(7);
    expect(result.offices.map((office) => office.office_id)).toEqual([...officeIds].sort());
    for (const office of result.offices) expect(office).toMatchObject({ email_sent: 5, push_sent: 5 });
    expect(new Set(house.smtp.mails.map((mail) => mail.to)).size).toBe(60);
    expect(house.smtp.mails).toHaveLength(60);
    expect(house.push.pushes).toHaveLength(60);
    expect(house.smtp.mostAtOnce).toBe(5);
    // A connection carries many mails.
    expect(house.smtp.connections).toBe(5);
  });
});

test('a second run of the same day sends nobody anything, and counts them as already sent', async () => {
  await seedOffices(house.database.pool, { offices: 3, staff: 2 });
  await house.working(async () => {
    expect((await house.run()).email_sent).toBe(6);
    const askedMs = Date.now();
    const again = await house.run();
    expect(again.duration_ms).toBeGreaterThanOrEqual(0);
    expect(again.duration_ms).toBeLessThanOrEqual(Date.now() - askedMs);
    expect(again).toMatchObject({ email_sent: 0, offices_processed: 3 });
    expect(again.excluded).toContainEqual({ reason: 'already_sent', channel: 'email', count: 6 });
    expect(house.smtp.mails).toHaveLength(6);
  });
});

test('two runs at once send each person one mail', async () => {
  await seedOffices(house.database.pool, { offices: 8, staff: 3 });
  await house.working(async () => {
    const ids = await Promise.all([house.start(), house.start()]);
    const jobs = await Promise.all(ids.map((id) => house.ended(id)));
    expect(jobs.map((job) => job.body['status'])).toEqual(['success', 'success']);
    const results = await Promise.all(ids.map((id) => house.result(id)));
    expect(results[0]!.email_sent + results[1]!.email_sent).toBe(24);
    expect(house.smtp.mails).toHaveLength(24);
    expect(new Set(house.smtp.mails.map((mail) => mail.to)).size).toBe(24);
  });
});

test('a dry run sends nothing, writes no delivery and gives the counts of the run that follows it', async () => {
  await seedOffices(house.database.pool, { offices: 4, staff: 3, pushUrl: house.push.url });
  await house.database.pool.query(`update staff set notify_email = false where email like 's1-%'`);
  await house.working(async () => {
    const plan = await house.run({ dry_run: true });
    expect(await statuses()).toEqual({});
    expect(house.smtp.mails).toHaveLength(0);
    expect(plan.samples[0]).toMatchObject({ subject: 'Deadline 1: due in 7 days' });
    expect(plan.excluded).toEqual([{ reason: 'channel_disabled', channel: 'email', count: 3 }]);
    const real = await house.run();
    const counts = ({
      email_sent,
      push_sent,
      push_failed,
      email_failed,
      held,
      offices,
      excluded,
    }: typeof real) => ({
      email_sent,
      push_sent,
      push_failed,
      email_failed,
      held,
      offices,
      excluded,
    });
    expect(counts(real)).toEqual(counts(plan));
  });
});

test('a dry run is executed as it was shown, and what drifted since is named and not sent', async () => {
  const { pool } = house.database;
  await seedOffices(pool, { offices: 3, staff: 2 });
  await house.working(async () => {
    await pool.query(`update deadlines set due_on = current_date + 7`);
    const id = await house.start({ dry_run: true, as_of: `${new Date().toISOString().slice(0, 10)}` });
    await house.ended(id);
    await pool.query(`update staff set notify_email = false where email = 's1-1@example.test'`);
    await pool.query(
      `update deadlines set title = 'Renamed' where office_id = (select max(id) from offices)`,
    );
    const executed = await house.ask('POST', `/api/v1/notifications/deadline-runs/${id}/execute`);
    const job = String(executed.body['jobId']);
    await house.ended(job);
    const result = await house.result(job);
    expect(result.email_sent).toBe(house.smtp.mails.length);
    expect(result.drift.map(({ kind, reason }) => `${kind} ${reason}`).sort()).toEqual([
      'changed changed_since_plan',
      'changed changed_since_plan',
      'dropped channel_disabled',
    ]);
    expect(result.email_sent).toBe(3);
  });
});

test('a dry run as of a chosen day is executed as of that day', async () => {
  await seedOffices(house.database.pool, { offices: 2, staff: 1 });
  await house.working(async () => {
    const id = await house.start({ dry_run: true });
    await house.ended(id);
    const executed = await house.ask('POST', `/api/v1/notifications/deadline-runs/${id}/execute`);
    const job = String(executed.body['jobId']);
    await house.ended(job);
    expect(await house.result(job)).toMatchObject({ email_sent: 2, drift: [] });
    expect(house.smtp.mails[0]?.raw).toContain('due in 7 days');
  });
});

/** As the scanner of a mail server does it. */
async function followEveryLink(mail: string): Promise<void> {
  const paths = new Set(
    Array.from(mail.matchAll(/https:\/\/sluice\.test(\/[^\s"<>]+)/g), ([, path]) => path ?? ''),
  );
  expect([...paths].map((path) => path.slice(0, 3)).sort()).toEqual(['/p/', '/u/']);
  for (const path of paths) {
    for (const method of ['GET', 'HEAD']) expect((await house.api.send(path, { method })).status).toBe(200);
  }
}

test('a mail says what is due in text and HTML, can be unsubscribed from with one click, and has the id of its key', async () => {
  await seedOffices(house.database.pool, {
    offices: 1,
    staff: 1,
    deadlines: ['2026-03-17', '2026-03-11', '2026-03-01'],
  });
  await house.database.pool.query(`update staff set language = 'ja', name = '彩'`);
  await house.working(async () => {
    await house.run();
    const [mail] = house.smtp.mails;
    const parsed = await PostalMime.parse(mail!.raw);
    expect(parsed.subject).toBe('【期限のお知らせ 3件】Deadline 3(期限超過 9日)ほか');
    for (const body of [parsed.text, parsed.html]) {
      expect(body).toContain('彩 様');
      for (const title of ['Deadline 1', 'Deadline 2', 'Deadline 3']) expect(body).toContain(title);
    }
    const header = (name: string) => parsed.headers.find((each) => each.key === name)?.value;
    expect(header('list-unsubscribe')).toMatch(/^<https:\/\/sluice\.test\/u\/stf_.*>$/);
    expect(header('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
    expect(parsed.messageId).toMatch(/^<[0-9a-f]{32}@sluice\.test>$/);
    await followEveryLink([parsed.text, parsed.html, header('list-unsubscribe')].join('\n'));
    const { rows } = await house.database.pool.query('select notify_email, language, digest from staff');
    expect(rows).toEqual([{ notify_email: true, language: 'ja', digest: true }]);
  });
});

test('quiet hours hold a message, and a later run sends it once they are over', async () => {
  await seedOffices(house.database.pool, { offices: 1, staff: 1 });
  await house.database.pool.query(`update staff set quiet_from = '11:00', quiet_to = '13:30'`);
  await house.working(async () => {
    expect(await house.run()).toMatchObject({ email_sent: 0, held: 1 });
    expect(await statuses()).toEqual({ held: 1 });
    expect(await house.run({ as_of: '2026-03-10T05:00:00Z' })).toMatchObject({ email_sent: 1, held: 0 });
    expect(await statuses()).toEqual({ sent: 1, skipped: 1 });
  });
});

test('the run of a cached workflow and of one that is replayed at every step are the same', async () => {
  await seedOffices(house.database.pool, { offices: 15, staff: 1 });
  await house.working(
    async () => {
      expect(await house.run({ as_of: AS_OF })).toMatchObject({ email_sent: 15, offices_processed: 15 });
      expect(house.smtp.mails).toHaveLength(15);
    },
    { limits: { maxCachedWorkflows: 0 } },
  );
});
