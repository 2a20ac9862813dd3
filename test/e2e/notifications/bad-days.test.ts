import { useNotificationHouse } from '../../support/houses/notification-house.js';
import { seedOffices } from '../../support/notifications/seed.js';
import { storeHistory } from '../../support/store-history.js';
import { policiesOf } from '../../support/workers/scheduled-activities.js';
import { waitUntil } from '../../support/wait-until.js';

const house = useNotificationHouse();
const pool = () => house.database.pool;
const deliveries = async (status: string): Promise<Record<string, unknown>[]> =>
  (await house.ask('GET', `/api/v1/notifications/deliveries?status=${status}&limit=100`)).body[
    'items'
  ] as Record<string, unknown>[];

const firstMails = (): Promise<unknown> =>
  waitUntil(() => Promise.resolve(house.smtp.mails.length >= 2), { what: 'the first mails' });

test('an office that throws is tried again by itself, named and left to the dead letters; the others are served', async () => {
  const { officeIds } = await seedOffices(pool(), { offices: 12, staff: 2 });
  const seventh = officeIds[6]!;
  await pool().query(`
    create function break_office() returns trigger language plpgsql as $$
      begin raise exception 'office 7 is broken'; end $$;
    create trigger break_office before update on notification_deliveries
      for each row when (old.office_id = '${seventh}' and new.status = 'sending') execute function break_office()`);
  try {
    await house.working(async () => {
      const id = await house.start();
      const job = await house.ended(id);
      expect(job.body['status']).toBe('success');
      const result = await house.result(id);
      await storeHistory(house.temporal.client, `deadline-run:${id}`, 'notifyDeadlines', 'failed-office');
      expect(result).toMatchObject({ email_sent: 22, offices_processed: 11 });
      expect(result.offices_failed).toEqual([{ office_id: seventh, error: 'office 7 is broken' }]);
      const { rows } = await pool().query(
        `select data from run_events where run_id = $1 and type = 'job.progress' order by pos desc limit 1`,
        [id],
      );
      expect(rows[0]).toMatchObject({
        data: { offices_processed: 12, offices_failed: 1, offices_total: 12 },
      });
      const letters = await house.ask('GET', '/api/v1/dead-letters?kind=deadline-run');
      const [letter] = letters.body['items'] as { id: string; errors: { step: string; try: number }[] }[];
      const detail = await house.ask('GET', `/api/v1/dead-letters/${letter!.id}`);
      expect(
        (detail.body['errors'] as { step: string; try: number }[]).map((e) => `${e.step} ${e.try}`),
      ).toEqual([`office:${seventh} 1`, `office:${seventh} 2`, `office:${seventh} 3`]);
      // Mended and replayed, the run sends what is missing and nothing else.
      await pool().query('drop trigger break_office on notification_deliveries');
      const replay = await house.ask('POST', `/api/v1/dead-letters/${letter!.id}/replay`);
      const replayed = String(replay.body['jobId']);
      await house.ended(replayed);
      expect(await house.result(replayed)).toMatchObject({ email_sent: 2, offices_failed: [] });
      expect(house.smtp.mails).toHaveLength(24);
    });
  } finally {
    await pool().query('drop function if exists break_office cascade');
  }
});

test('an office whose time zone is broken is named, and the others are served', async () => {
  const { officeIds } = await seedOffices(pool(), { offices: 3, staff: 1 });
  await pool().query(`update offices set time_zone = 'Mars/Olympus' where id = $1`, [officeIds[1]]);
  await house.working(async () => {
    const result = await house.run();
    expect(result).toMatchObject({ email_sent: 2, offices_processed: 2 });
    expect(result.offices_failed).toEqual([
      { office_id: officeIds[1], error: expect.stringContaining('Mars/Olympus') as string },
    ]);
  });
});

test('a refused recipient is tried once, counted and not written to again; a recipient with a temporary refusal is tried again', async () => {
  await seedOffices(pool(), { offices: 1, staff: 4 });
  house.smtp.onRecipient = (address, tries) => {
    if (address === 's1-1@example.test') return { code: 550 };
    if (address === 's1-2@example.test' && tries === 1) return { code: 450 };
    return address === 's1-3@example.test' ? { code: 451 } : 'take';
  };
  await house.working(async () => {
    const first = await house.run();
    expect(first).toMatchObject({ email_sent: 2, email_failed: 2, offices_failed: [] });
    const failed = await deliveries('failed');
    expect(failed).toHaveLength(2);
    const refused = failed.find((each) => each['reason'] === 'refused');
    expect(refused).toMatchObject({ attempts: 1, error: 'RCPT TO: 550 test says 550' });
    expect(failed.find((each) => each !== refused)).toMatchObject({
      reason: 'retries_used_up',
      attempts: 3,
      error: 'RCPT TO: 451 test says 451',
    });
    house.smtp.onRecipient = () => 'take';
    // The day after, or when somebody asks: what only failed for the moment goes out, what was refused does not.
    const second = await house.run();
    expect(second.email_sent).toBe(1);
    expect(second.excluded).toContainEqual({ reason: 'address_suppressed', channel: 'email', count: 1 });
    // With a new address a person decides to send it once more.
    await house.ask('PATCH', `/api/v1/staff/${String(refused?.['staff_id'])}`, { email: 'new@example.test' });
    const resend = `/api/v1/notifications/deliveries/${String(refused?.['id'])}/resend`;
    await house.ended(String((await house.ask('POST', resend)).body['jobId']));
    expect(house.smtp.countOf('new@example.test')).toBe(1);
  });
});

test('a connection that breaks before the message has left is used again; after it the message is unknown, not sent twice', async () => {
  await seedOffices(pool(), { offices: 1, staff: 3 });
  house.smtp.onRecipient = (address, tries) =>
    address === 's1-1@example.test' && tries === 1 ? 'drop_before' : 'take';
  house.smtp.onMail = (address) => (address === 's1-2@example.test' ? 'drop_after' : 'take');
  await house.working(async () => {
    const result = await house.run();
    expect(result).toMatchObject({ email_sent: 2, unknown: 1, email_failed: 0 });
    for (const n of [1, 2, 3]) expect(house.smtp.countOf(`s1-${n}@example.test`)).toBe(1);
    const [unknown] = await deliveries('unknown');
    expect(unknown).toMatchObject({ reason: 'no_answer' });
    expect((await house.run()).excluded).toContainEqual({
      reason: 'outcome_unknown',
      channel: 'email',
      count: 1,
    });
    // Only a person sends it once more.
    house.smtp.onMail = () => 'take';
    const resent = await house.ask(
      'POST',
      `/api/v1/notifications/deliveries/${String(unknown?.['id'])}/resend`,
    );
    await house.ended(String(resent.body['jobId']));
    expect(house.smtp.countOf('s1-2@example.test')).toBe(2);
  });
});

test('a mail server that is away for a while delays the mails and loses none', async () => {
  await seedOffices(pool(), { offices: 6, staff: 2 });
  house.smtp.latencyMs = 30;
  await house.working(async () => {
    const id = await house.start();
    await firstMails();
    await house.smtp.away();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await house.smtp.back();
    await house.ended(id);
    const result = await house.result(id);
    expect(result.offices_failed).toEqual([]);
    expect(result.email_sent + result.unknown).toBe(12);
    // A mail in flight at the break may have left: its state is unknown, and it arrives at most once.
    expect(new Set(house.smtp.mails.map((mail) => mail.to)).size).toBe(house.smtp.mails.length);
    expect(house.smtp.mails.length).toBeGreaterThanOrEqual(result.email_sent);
  });
});

test('devices that are gone are removed, busy push services are waited for, and failures are counted', async () => {
  await seedOffices(pool(), { offices: 1, staff: 4, pushUrl: house.push.url });
  await pool().query('update staff set notify_email = false');
  const { rows } = await pool().query<{ id: string }>('select id from staff order by email');
  const [gone, busy, broken] = rows.map((row) => `/${row.id}`);
  let asked = 0;
  house.push.answer = (push, response) => {
    if (push.path === gone) return void response.writeHead(410).end();
    if (push.path === busy && (asked += 1) === 1)
      return void response.writeHead(429, { 'Retry-After': '1' }).end();
    response.writeHead(push.path === broken ? 413 : 201).end();
  };
  await house.working(async () => {
    const startedAt = Date.now();
    expect(await house.run()).toMatchObject({ push_sent: 2, push_failed: 2, email_sent: 0 });
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(1_000);
    const left = await pool().query('select id from push_subscriptions');
    expect(left.rows).toHaveLength(3);
    const [first] = house.push.pushes;
    expect(first?.headers).toMatchObject({
      'content-encoding': 'aes128gcm',
      ttl: '86400',
      urgency: 'normal',
    });
    expect(first?.headers.authorization).toMatch(/^vapid t=/);
    expect(first?.headers['topic']).toMatch(/^[\w-]{1,32}$/);
  });
});

test('a deadline that closes after the planning is left out, and a digest goes out without it', async () => {
  await seedOffices(pool(), { offices: 2, staff: 2, deadlines: ['2026-03-17', '2026-03-11'] });
  house.smtp.latencyMs = 300;
  await house.working(
    async () => {
      const id = await house.start();
      await waitUntil(() => Promise.resolve(house.smtp.connections > 0), { what: 'the first mail' });
      await pool().query(`update deadlines set state = 'closed' where title = 'Deadline 2'`);
      await house.ended(id);
      const late = house.smtp.mails.filter((mail) => !mail.raw.includes('Deadline 2'));
      expect(house.smtp.mails).toHaveLength(4);
      expect(late.length).toBeGreaterThanOrEqual(2);
      for (const mail of late) expect(mail.raw).toContain('Deadline 1');
    },
    { emails: 1 },
  );
});

test('a canceled run stops, gives back what it had planned, and the next one sends it', async () => {
  await seedOffices(pool(), { offices: 4, staff: 5 });
  house.smtp.latencyMs = 100;
  await house.working(async () => {
    const id = await house.start();
    await firstMails();
    await house.ask('DELETE', `/jobs/${id}`);
    expect((await house.ended(id)).body['status']).toBe('canceled');
    expect(await deliveries('planned')).toEqual([]);
    expect(house.smtp.mails.length).toBeLessThan(20);
    house.smtp.latencyMs = 0;
    await house.run();
    // A mail in flight at the cancellation still arrives.
    await waitUntil(async () => (await deliveries('sent')).length === 20, { what: 'all messages' });
    expect(new Set(house.smtp.mails.map((mail) => mail.to)).size).toBe(20);
    expect(house.smtp.mails).toHaveLength(20);
  });
});

test('a run whose offices another try has taken ends, and gives back what it had planned', async () => {
  await seedOffices(pool(), { offices: 40, staff: 3 });
  house.smtp.latencyMs = 100;
  await house.working(async () => {
    const id = await house.start();
    await firstMails();
    await pool().query('update notification_run_offices set claim = null where run_id = $1', [id]);
    expect(await house.temporal.client.workflow.getHandle(`deadline-run:${id}`).result()).toEqual({
      status: 'canceled',
      reason: 'the run was ended from outside',
    });
    expect(await deliveries('planned')).toEqual([]);
    expect(house.smtp.mails.length).toBeLessThan(120);
    house.smtp.latencyMs = 0;
    await house.run();
    // A mail in flight at the end still arrives.
    await waitUntil(() => Promise.resolve(house.smtp.mails.length >= 120), { what: 'all mails' });
    expect(new Set(house.smtp.mails.map((mail) => mail.to)).size).toBe(120);
    expect(house.smtp.mails).toHaveLength(120);
  });
});

test('a dry run that is canceled while it plans gives back nothing, for it planned nothing', async () => {
  await seedOffices(pool(), { offices: 1, staff: 1 });
  const holder = await pool().connect();
  try {
    await holder.query('begin');
    await holder.query('lock table deadlines in access exclusive mode');
    await house.working(async () => {
      const id = await house.start({ dry_run: true });
      const workflow = house.temporal.client.workflow.getHandle(`deadline-run:${id}`);
      await waitUntil(
        async () => {
          const described = await workflow.describe().catch(() => undefined);
          return described?.raw.pendingActivities?.some((each) => each.activityType?.name === 'planChunk');
        },
        { what: 'the planning' },
      );
      await workflow.cancel();
      await holder.query('rollback');
      expect(await workflow.result()).toMatchObject({ status: 'canceled' });
      expect(Object.keys(await policiesOf(workflow))).toEqual(['planChunk']);
    });
  } finally {
    holder.release();
  }
});
