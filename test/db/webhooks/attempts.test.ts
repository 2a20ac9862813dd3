import { newId } from '../../../src/contracts/ids.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import {
  beginDelivering,
  claimDue,
  endDelivering,
  holdEndpoint,
  isFailingLongerThan,
  recordAttempt,
  type AttemptEnd,
} from '../../../src/db/webhooks/attempts.js';
import { listAttempts } from '../../../src/db/webhooks/deliveries.js';
import { claimWakings, releaseWakings } from '../../../src/db/webhooks/wake.js';
import { countQueries } from '../../support/query-count.js';
import { withoutIndexes } from '../../support/rows/without-indexes.js';
import { useDatabase } from '../../support/servers/database.js';

const database = useDatabase();
afterEach(() => database.pool.query('delete from webhooks'));

async function givenWebhook(): Promise<string> {
  const id = newId('webhook');
  await database.pool.query(
    `insert into webhooks (id, url, events, secret) values ($1, 'https://a.example/' || $1, '{*}', 's')`,
    [id],
  );
  return id;
}

/** A message that is due, or will be. */
async function givenDelivery(webhook: string, due = 'now()'): Promise<string> {
  const { rows } = await database.pool.query<{ id: string }>(
    `insert into webhook_deliveries (webhook_id, event_type, body, next_attempt_at)
     values ($1, 'test', '{"n": 1}', ${due}) returning id`,
    [webhook],
  );
  return rows[0]!.id;
}

const set = (id: string, assignments: string) =>
  database.pool.query(`update webhooks set ${assignments} where id = $1`, [id]);
const endpoint = async (id: string): Promise<unknown> =>
  (
    await database.pool.query(
      `select failing_since is not null as failing, last_success_at is not null as succeeded from webhooks where id = $1`,
      [id],
    )
  ).rows[0];
/** `dueIn`: hundreds of seconds. */
const delivery = async (id: string): Promise<Record<string, unknown> | undefined> =>
  (
    await database.pool.query(
      `select status, attempts, finished_at is not null as ended,
              round(extract(epoch from next_attempt_at - clock_timestamp()) / 100)::integer as "dueIn"
         from webhook_deliveries where id = $1`,
      [id],
    )
  ).rows[0] as Record<string, unknown> | undefined;
const claim = (webhook: string, most = 9) => claimDue(database.pool, webhook, most);

const outcome = { error: null, detail: null, excerpt: 'ok', durationMs: 12, retryAfterMs: null } as const;
const refused = { ...outcome, statusCode: 500, error: 'status', detail: 'it said 500' } as const;
const record = (key: { id: string; attempt: number }, end: AttemptEnd, came: object = outcome) =>
  recordAttempt(database.pool, { webhookId: 'unused', ...key }, { outcome: { ...outcome, ...came }, end });

test('the beginning says how the endpoint stands, and keeps other workers away for a minute', async () => {
  const { pool } = database;
  const [off, deleted] = [await givenWebhook(), await givenWebhook()];
  await set(off, 'is_active = false');
  await set(deleted, 'deleted_at = now()');
  expect(await beginDelivering(pool, off)).toEqual({ isActive: false, deleted: false, interrupted: 0 });
  expect(await beginDelivering(pool, deleted)).toEqual({ isActive: true, deleted: true, interrupted: 0 });
  expect(await beginDelivering(pool, 'whk_nobody')).toBeUndefined();
  const beside = await givenWebhook();
  const busy = await withTransaction(pool, async (tx) => {
    await beginDelivering(tx, off);
    const { rows } = await tx.query<{ seconds: number | null }>(
      `select extract(epoch from busy_until - now())::integer as seconds from webhooks where id = any($1)
        order by id = $2`,
      [[off, beside], beside],
    );
    return rows.map(({ seconds }) => seconds);
  });
  expect(busy).toEqual([60, null]);
});

test('what a dead worker left is due again, and nothing of another endpoint or attempt is touched', async () => {
  const { pool } = database;
  const [own, other] = [await givenWebhook(), await givenWebhook()];
  const [lost, waiting] = [await givenDelivery(own), await givenDelivery(own, `now() + interval '1 hour'`)];
  const others = await givenDelivery(other);
  await claim(own);
  await claim(other);
  await pool.query(
    `insert into webhook_attempts (delivery_id, attempt, finished_at, error)
     values ($1, -1, null, null), ($1, 0, now(), 'status')`,
    [lost],
  );
  await pool.query('insert into webhook_attempts (delivery_id, attempt) values ($1, 0)', [waiting]);
  expect(await beginDelivering(pool, own)).toMatchObject({ interrupted: 1 });
  expect(await delivery(lost)).toEqual({ status: 'pending', attempts: 1, ended: false, dueIn: 0 });
  expect(await delivery(waiting)).toEqual({ status: 'pending', attempts: 0, ended: false, dueIn: 36 });
  expect(await delivery(others)).toMatchObject({ status: 'delivering' });
  const errorsOf = async (id: string) => (await listAttempts(pool, id)).map(({ error }) => error);
  expect(await errorsOf(lost)).toEqual([null, 'status', 'interrupted']);
  expect([await errorsOf(waiting), await errorsOf(others)]).toEqual([[null], [null]]);
  expect((await listAttempts(pool, lost))[2]).toMatchObject({
    attempt: 1,
    finishedAt: expect.any(String) as string,
    detail: 'the worker died before the end of this request was known',
  });
});

test('an attempt whose end is known keeps it', async () => {
  const own = await givenWebhook();
  const id = await givenDelivery(own);
  await claim(own);
  await database.pool.query(`update webhook_attempts set finished_at = now(), error = 'status'`);
  expect(await beginDelivering(database.pool, own)).toMatchObject({ interrupted: 1 });
  expect(await listAttempts(database.pool, id)).toMatchObject([{ error: 'status', detail: null }]);
});

test('the deliveries of an endpoint begin in the order in which they are due, so many at once', async () => {
  const { pool } = database;
  const [own, other] = [await givenWebhook(), await givenWebhook()];
  const third = await givenDelivery(own, `now() - interval '1 minute'`);
  const first = await givenDelivery(own, `now() - interval '3 minutes'`);
  const second = await givenDelivery(own, `now() - interval '2 minutes'`);
  await givenDelivery(own, `now() + interval '1 hour'`);
  await givenDelivery(other);
  const begun = await withoutIndexes(pool, (tx) => claimDue(tx, own, 2));
  expect(begun.map(({ id }) => id)).toEqual([first, second]);
  const claimed = await claim(own);
  expect(claimed).toEqual([
    {
      id: third,
      messageId: third,
      attempt: 1,
      webhookId: own,
      stuckMs: 0,
      url: `https://a.example/${own}`,
      secret: Buffer.from('s'),
      previousSecret: null,
      body: { n: 1 },
      event: 'test',
      at: null,
      data: null,
      kind: null,
      runId: null,
      pos: null,
    },
  ]);
  const { rows } = await pool.query('select delivery_id, attempt from webhook_attempts order by delivery_id');
  expect(rows).toHaveLength(3);
  expect(rows).toContainEqual({ delivery_id: third, attempt: 1 });
  expect(await claim(own)).toEqual([]);
});

test('deliveries of one moment begin in the order of their ids', async () => {
  const own = await givenWebhook();
  const moment = `timestamptz '2026-01-01'`;
  for (let count = 0; count < 3; count += 1) await givenDelivery(own, moment);
  await database.pool.query(
    `update webhook_deliveries set id = 'dlv_' || case when id = (select min(id) from webhook_deliveries) then 'z' else id end`,
  );
  const ids = [...(await claim(own, 1)), ...(await claim(own))].map(({ id }) => id);
  expect(ids).toEqual([...ids].sort());
  expect(ids[2]).toBe('dlv_z');
});

test('a delivery that another worker has is left to it', async () => {
  const own = await givenWebhook();
  const [held, free] = [await givenDelivery(own), await givenDelivery(own)];
  await withTransaction(database.pool, async (tx) => {
    await tx.query('select from webhook_deliveries where id = $1 for update', [held]);
    expect((await claim(own)).map(({ id }) => id)).toEqual([free]);
  });
});

test('a pause and the secret before hold to their very moment', async () => {
  const own = await givenWebhook();
  await givenDelivery(own, `now() - interval '1 hour'`);
  await givenDelivery(own, `now() - interval '1 hour'`);
  await set(own, `hold_until = now() + interval '1 hour'`);
  expect(await claim(own)).toEqual([]);
  await set(
    own,
    `previous_secret = 'p', previous_secret_until = now() + interval '1 hour', hold_until = null`,
  );
  const [before] = await claim(own, 1);
  expect(before?.previousSecret).toEqual(Buffer.from('p'));
  const [at] = await withTransaction(database.pool, async (tx) => {
    await tx.query('update webhooks set hold_until = now(), previous_secret_until = now()');
    return claimDue(tx, own, 1);
  });
  expect(at).toMatchObject({ previousSecret: null });
});

test('a delivery is stuck since its endpoint fails, or since it is there', async () => {
  const own = await givenWebhook();
  for (const hours of [2, 9])
    await database.pool.query(
      `update webhook_deliveries set created_at = now() - make_interval(hours => $2) where id = $1`,
      [await givenDelivery(own), hours],
    );
  const stuck: number[] = [];
  await withTransaction(database.pool, async (tx) => {
    await tx.query(
      `update webhook_deliveries set created_at = now() - make_interval(hours => case when created_at < now() - interval '5 hours' then 9 else 2 end)`,
    );
    await tx.query(`update webhooks set failing_since = now() - interval '4 hours'`);
    for (let count = 0; count < 2; count += 1)
      stuck.push(...(await claimDue(tx, own, 5)).map(({ stuckMs }) => stuckMs / 3_600_000));
  });
  expect(stuck).toEqual([2, 4]);
});

test('an attempt that succeeded ends its delivery, and its endpoint fails no more', async () => {
  const { pool } = database;
  const [own, other] = [await givenWebhook(), await givenWebhook()];
  const [id, beside] = [await givenDelivery(own), await givenDelivery(own)];
  await claim(own);
  await pool.query('update webhooks set failing_since = now()');
  expect(await record({ id, attempt: 1 }, { status: 'delivered' }, { statusCode: 204 })).toBe(true);
  expect(await delivery(id)).toEqual({ status: 'delivered', attempts: 1, ended: true, dueIn: null });
  expect(await delivery(beside)).toMatchObject({ status: 'delivering', ended: false });
  expect(await endpoint(own)).toEqual({ failing: false, succeeded: true });
  expect(await endpoint(other)).toEqual({ failing: true, succeeded: false });
  expect(await listAttempts(pool, id)).toEqual([
    {
      attempt: 1,
      startedAt: expect.any(String) as string,
      finishedAt: expect.any(String) as string,
      durationMs: 12,
      statusCode: 204,
      error: null,
      detail: null,
      excerpt: 'ok',
    },
  ]);
  expect(await listAttempts(pool, beside)).toMatchObject([{ finishedAt: null, statusCode: null }]);
  expect(await record({ id, attempt: 1 }, { status: 'failed' })).toBe(false);
});

test('an attempt that failed gives its delivery a wait, and says since when its endpoint fails', async () => {
  const { pool } = database;
  const [own, other] = [await givenWebhook(), await givenWebhook()];
  const id = await givenDelivery(own);
  await claim(own);
  const wait: AttemptEnd = { status: 'pending', delayMs: 360_000_000 };
  expect(await record({ id, attempt: 2 }, wait, refused)).toBe(false);
  expect(await listAttempts(pool, id)).toMatchObject([{ finishedAt: null, error: null }]);
  expect(await record({ id, attempt: 1 }, wait, refused)).toBe(true);
  expect(await delivery(id)).toEqual({ status: 'pending', attempts: 1, ended: false, dueIn: 3_600 });
  expect(await endpoint(own)).toEqual({ failing: true, succeeded: false });
  expect(await endpoint(other)).toEqual({ failing: false, succeeded: false });
  expect(await listAttempts(pool, id)).toMatchObject([
    { statusCode: 500, error: 'status', detail: 'it said 500' },
  ]);
  await set(own, `failing_since = '2026-01-01'`);
  await pool.query('update webhook_deliveries set next_attempt_at = now()');
  await claim(own);
  expect(await record({ id, attempt: 1 }, wait)).toBe(false);
  expect(await listAttempts(pool, id)).toMatchObject([{ error: 'status' }, { error: null }]);
  expect(await record({ id, attempt: 2 }, { status: 'failed' }, refused)).toBe(true);
  expect(await delivery(id)).toEqual({ status: 'failed', attempts: 2, ended: true, dueIn: null });
  const { rows } = await pool.query(
    `select failing_since = '2026-01-01' as same from webhooks where id = $1`,
    [own],
  );
  expect(rows).toEqual([{ same: true }]);
});

test('the row of a busy endpoint is written at its first success, after a failure, and after five seconds', async () => {
  const { pool } = database;
  const own = await givenWebhook();
  const versionAfter = async (assignments: string, came: object = outcome) => {
    const id = await givenDelivery(own);
    await set(own, assignments);
    await claim(own);
    const before = await pool.query<{ xmin: string }>('select xmin::text from webhooks where id = $1', [own]);
    await record({ id, attempt: 1 }, { status: 'delivered' }, came);
    const after = await pool.query<{ xmin: string }>('select xmin::text from webhooks where id = $1', [own]);
    return before.rows[0]?.xmin === after.rows[0]?.xmin ? 'as it was' : 'written';
  };
  expect(await versionAfter('last_success_at = null')).toBe('written');
  expect(await versionAfter('last_success_at = now()')).toBe('as it was');
  expect(await versionAfter('failing_since = now()')).toBe('written');
  expect(await versionAfter(`last_success_at = now() - interval '6 seconds'`)).toBe('written');
  expect(await versionAfter(`last_success_at = now() - interval '6 seconds'`, refused)).toBe('written');
  expect(await versionAfter(`last_success_at = now() - interval '6 seconds'`, refused)).toBe('as it was');
});

test('the row of a busy endpoint is as it was five seconds to the moment after a success', async () => {
  const own = await givenWebhook();
  const id = await givenDelivery(own);
  await claim(own);
  const same = await withTransaction(database.pool, async (tx) => {
    await tx.query(`update webhooks set last_success_at = now() - interval '5 seconds'`);
    await recordAttempt(tx, { id, attempt: 1, webhookId: own }, { outcome, end: { status: 'delivered' } });
    const { rows } = await tx.query<{ same: boolean }>(
      `select last_success_at = now() - interval '5 seconds' as same from webhooks`,
    );
    return rows;
  });
  expect(same).toEqual([{ same: true }]);
});

test('a longer pause of the receiver stands, and pauses nobody else', async () => {
  const { pool } = database;
  const [own, other] = [await givenWebhook(), await givenWebhook()];
  await holdEndpoint(pool, own, 360_000_000);
  await holdEndpoint(pool, own, 1_000);
  const { rows } = await pool.query(
    `select id, round(extract(epoch from hold_until - clock_timestamp()) / 100)::integer as hundreds from webhooks order by id = $1`,
    [other],
  );
  expect(rows).toEqual([
    { id: own, hundreds: 3_600 },
    { id: other, hundreds: null },
  ]);
});

test('an endpoint fails for as long as nothing got through, to the moment', async () => {
  const [own, other] = [await givenWebhook(), await givenWebhook()];
  const failing = await withTransaction(database.pool, async (tx) => {
    await tx.query(`update webhooks set failing_since = now() - interval '1 minute' where id = $1`, [own]);
    return [
      await isFailingLongerThan(tx, own, 60_000),
      await isFailingLongerThan(tx, own, 60_001),
      await isFailingLongerThan(tx, other, 1),
    ];
  });
  expect(failing).toEqual([true, false, false]);
});

test('the end says how many wait, and when the first of them is due', async () => {
  const { pool } = database;
  const [own, other] = [await givenWebhook(), await givenWebhook()];
  await beginDelivering(pool, own);
  await beginDelivering(pool, other);
  expect(await endDelivering(pool, own)).toEqual({ waiting: 0, nextInMs: null });
  expect((await pool.query('select id from webhooks where busy_until is null')).rows).toEqual([{ id: own }]);
  const delivered = await givenDelivery(own);
  await pool.query(`update webhook_deliveries set status = 'delivered', finished_at = now() where id = $1`, [
    delivered,
  ]);
  await givenDelivery(other);
  const hours = async () => {
    const end = await endDelivering(pool, own);
    return [end?.waiting, Math.round((end?.nextInMs ?? NaN) / 360_000) / 10];
  };
  await givenDelivery(own, `now() + interval '2000 hours'`);
  expect(await hours()).toEqual([1, 2_000]);
  await givenDelivery(own, `now() + interval '1000 hours'`);
  expect(await hours()).toEqual([2, 1_000]);
  await set(own, `hold_until = now() + interval '1500 hours'`);
  expect(await hours()).toEqual([2, 1_500]);
  expect((await endDelivering(pool, own))?.nextInMs).toEqual(expect.any(Number));
  await set(own, 'is_active = false');
  expect(await endDelivering(pool, own)).toEqual({ waiting: 2, nextInMs: 0 });
  expect(await endDelivering(pool, 'whk_nobody')).toBeUndefined();
});

test('a waker is given an endpoint with something due, unless it is busy or paused, so many at a time', async () => {
  const { pool } = database;
  const [due, free] = [await givenWebhook(), await givenWebhook()];
  const wakings = async (most = 9) => (await claimWakings(pool, most)).map(({ id }) => id);
  await givenDelivery(due, `now() + interval '1 hour'`);
  const ended = await givenDelivery(free);
  await pool.query(`update webhook_deliveries set status = 'delivered', finished_at = now() where id = $1`, [
    ended,
  ]);
  expect(await wakings()).toEqual([]);
  await pool.query('update webhook_deliveries set next_attempt_at = now()');
  await set(due, `hold_until = now() + interval '1 hour'`);
  expect(await wakings()).toEqual([]);
  await set(due, 'is_active = false');
  expect(await claimWakings(pool, 9)).toEqual([{ id: due, url: `https://a.example/${due}` }]);
  expect(await wakings()).toEqual([]);
  expect((await countQueries(() => releaseWakings(pool, []))).queries).toBe(0);
  await releaseWakings(pool, [free]);
  expect(await wakings()).toEqual([]);
  await releaseWakings(pool, [due]);
  expect(await wakings()).toEqual([due]);
  await givenDelivery(free);
  await set(due, `is_active = true, hold_until = null, busy_until = now() - interval '1 second'`);
  expect(await wakings(1)).toHaveLength(1);
  expect(await wakings()).toHaveLength(1);
});

test('a claimed endpoint is claimed for ten seconds, to the moment', async () => {
  const own = await givenWebhook();
  await givenDelivery(own, `now() - interval '1 hour'`);
  const claims = await withTransaction(database.pool, async (tx) => {
    await tx.query('update webhooks set hold_until = now()');
    const first = await claimWakings(tx, 9);
    const { rows } = await tx.query<{ seconds: number }>(
      'select extract(epoch from busy_until - now())::integer as seconds from webhooks',
    );
    await tx.query('update webhooks set busy_until = now()');
    return [first.length, rows[0]?.seconds, (await claimWakings(tx, 9)).length];
  });
  expect(claims).toEqual([1, 10, 0]);
});

test('of an endpoint that is off what waits is woken, also before it is due', async () => {
  const own = await givenWebhook();
  await givenDelivery(own, `now() + interval '1 hour'`);
  await set(own, 'is_active = false');
  expect(await claimWakings(database.pool, 9)).toHaveLength(1);
});

test('a waker leaves an endpoint to the waker that has its row', async () => {
  const [held, free] = [await givenWebhook(), await givenWebhook()];
  for (const id of [held, free]) await givenDelivery(id);
  await withTransaction(database.pool, async (tx) => {
    await tx.query('select from webhooks where id = $1 for no key update', [held]);
    expect((await claimWakings(database.pool, 9)).map(({ id }) => id)).toEqual([free]);
  });
});
