import { newId } from '../../../src/contracts/ids.js';
import { webhooksDueChannel } from '../../../src/contracts/names.js';
import { announce } from '../../../src/db/base/announcer.js';
import { withTransaction, type Tx } from '../../../src/db/base/transaction.js';
import {
  findDelivery,
  listAttempts,
  listDeliveries,
  makeAllDue,
  messageOf,
  publishMessage,
  queueMessage,
  redeliverWebhook,
} from '../../../src/db/webhooks/deliveries.js';
import { closePending, disableWebhook, insertDeliveryDeadLetters } from '../../../src/db/webhooks/disable.js';
import { webhookRetention } from '../../../src/db/webhooks/retention.js';
import { countQueries } from '../../support/query-count.js';
import { pageOf } from '../../support/rows/page.js';
import { withoutIndexes } from '../../support/rows/without-indexes.js';
import { useDatabase } from '../../support/servers/database.js';
import { waitUntil } from '../../support/wait-until.js';

const database = useDatabase();
afterEach(() => database.pool.query('delete from webhooks'));

const inTx = <Result>(work: (tx: Tx) => Promise<Result>) => withTransaction(database.pool, work);

async function givenWebhook(more = ''): Promise<string> {
  const id = newId('webhook');
  await database.pool.query(
    `insert into webhooks (id, url, events, secret) values ($1, 'https://a.example/', '{*}', 's')`,
    [id],
  );
  if (more !== '') await database.pool.query(`update webhooks set ${more} where id = $1`, [id]);
  return id;
}

interface Given {
  readonly status?: string;
  readonly hoursAgo?: number;
}

async function givenDelivery(
  webhook: string,
  { status = 'pending', hoursAgo = 0 }: Given = {},
): Promise<string> {
  const { rows } = await database.pool.query<{ id: string }>(
    `insert into webhook_deliveries (webhook_id, event_type, body, status, created_at, finished_at, next_attempt_at)
     select $1, 'test', '{"type": "test"}', $2, now() - make_interval(hours => $3),
            case when $2 not in ('pending', 'delivering') then now() end, now() + interval '1 hour'
     returning id`,
    [webhook, status, hoursAgo],
  );
  return rows[0]!.id;
}

const attempt = (delivery: string, number: number, error: string | null, finished = 'now()') =>
  database.pool.query(
    `insert into webhook_attempts (delivery_id, attempt, status_code, error, finished_at)
     values ($1, $2::integer, 500 + $2::integer, $3, ${finished})`,
    [delivery, number, error],
  );

/** Endpoints that a transaction wakes, in order. */
async function woken(work: (tx: Tx) => Promise<unknown>): Promise<string[]> {
  const listener = await database.pool.connect();
  const heard: string[] = [];
  listener.on('notification', ({ payload }) => void heard.push(payload ?? ''));
  try {
    await listener.query(`listen ${webhooksDueChannel}`);
    await inTx(work);
    announce(database.pool, [{ channel: webhooksDueChannel, payload: 'end' }]);
    await waitUntil(() => Promise.resolve(heard.includes('end')), { what: 'the end of the news' });
  } finally {
    listener.release(true);
  }
  return heard.slice(0, -1);
}

test('the deliveries of a webhook come the newest first, a page at a time, with the end of their last attempt', async () => {
  const { pool } = database;
  const [own, other] = [await givenWebhook(), await givenWebhook()];
  const middle = await givenDelivery(own, { status: 'failed', hoursAgo: 2 });
  const newest = await givenDelivery(own, { hoursAgo: 1 });
  const oldest = await givenDelivery(own, { hoursAgo: 3 });
  await givenDelivery(other);
  for (const number of [2, 1]) await attempt(newest, number, `e${number}`);
  await attempt(newest, 3, null, 'null');
  await attempt(middle, 9, 'e9');
  const list = (limit: number, status?: 'failed', after?: { at: string; id: string }) =>
    withoutIndexes(pool, (tx) => listDeliveries(tx, { webhookId: own, status }, pageOf(limit, after)));
  const all = await list(9);
  expect(all.map(({ id }) => id)).toEqual([newest, middle, oldest]);
  expect(all).toMatchObject([
    { messageId: newest, statusCode: 502, error: 'e2', nextAttemptAt: expect.any(String) as string },
    { status: 'failed', statusCode: 509, nextAttemptAt: null },
    { statusCode: null, error: null },
  ]);
  expect(await list(1)).toHaveLength(2);
  expect((await list(9, 'failed')).map(({ id }) => id)).toEqual([middle]);
  const { createdAt: at, id } = all[0]!;
  expect(await list(9, undefined, { at, id })).toHaveLength(2);
});

test('a delivery is found at its own webhook while that is there, with its message and its attempts in order', async () => {
  const { pool } = database;
  const [own, other] = [await givenWebhook(), await givenWebhook()];
  const [id, beside] = [await givenDelivery(own), await givenDelivery(own)];
  for (const number of [2, 1]) await attempt(id, number, `e${number}`);
  await attempt(beside, 1, 'other');
  await pool.query(`update webhook_deliveries set body = '{"type": "other"}' where id = $1`, [beside]);
  const found = await findDelivery(pool, own, id);
  expect(found).toMatchObject({ id, webhookId: own, statusCode: 502, message: { body: { type: 'test' } } });
  expect(found?.log.map(({ error }) => error)).toEqual(['e1', 'e2']);
  const unordered = await withoutIndexes(pool, (tx) => listAttempts(tx, id));
  expect(unordered.map((each) => each.attempt)).toEqual([1, 2]);
  expect(await findDelivery(pool, other, id)).toBeUndefined();
  await pool.query('update webhooks set deleted_at = now() where id = $1', [own]);
  expect(await findDelivery(pool, own, id)).toBeUndefined();
});

test('a message of its own is sent as it is, and an event of a run with its place', () => {
  const none = { at: null, data: null, kind: null, runId: null, pos: null };
  const body = { type: 'test', at: '2026-01-01T00:00:00Z', data: {} };
  expect(messageOf({ ...none, event: 'other', body })).toBe(body);
  const place = { at: '2026-01-01T00:00:00Z', runId: 'job_1', kind: 'report', pos: 3 };
  expect(messageOf({ ...place, body: null, event: 'job.started', data: { state: 'PROCESSING' } })).toEqual({
    type: 'job.started',
    at: place.at,
    data: { state: 'PROCESSING', ...place },
  });
  expect(messageOf({ ...none, body: null, event: 'job.started' })).toEqual({
    type: 'job.started',
    at: '',
    data: { pos: 0, at: '', runId: '', kind: '' },
  });
});

test('a message is queued for its own webhook, or for each active one that subscribed to it, and wakes them', async () => {
  const { pool } = database;
  const [all, some] = [await givenWebhook(), await givenWebhook(`events = '{news}'`)];
  await givenWebhook(`events = '{other}'`);
  await givenWebhook('is_active = false');
  const message = { type: 'news', at: '2026-01-01T00:00:00Z', data: { n: 1 } };
  const queued = async () =>
    (await pool.query('select webhook_id, event_type, body from webhook_deliveries order by webhook_id'))
      .rows;
  expect(await woken((tx) => queueMessage(tx, some, message))).toEqual([some]);
  expect(await queued()).toEqual([{ webhook_id: some, event_type: 'news', body: message }]);
  await pool.query('delete from webhook_deliveries');
  expect((await woken((tx) => publishMessage(tx, message))).sort()).toEqual([all, some].sort());
  expect((await queued()).map(({ webhook_id }) => webhook_id)).toEqual([all, some].sort());
});

test('an ended delivery is sent again as a new one, and a waiting one at once', async () => {
  const { pool } = database;
  const own = await givenWebhook();
  const [ended, waiting] = [await givenDelivery(own, { status: 'failed' }), await givenDelivery(own)];
  const beside = await givenDelivery(own);
  let copy: string | undefined;
  expect(await woken(async (tx) => (copy = (await redeliverWebhook(tx, ended))?.id))).toEqual([own]);
  const copied = await findDelivery(pool, own, copy ?? '');
  expect(copied).toMatchObject({ status: 'pending', redeliveryOf: ended, messageId: ended, attempts: 0 });
  await pool.query(`update webhook_deliveries set status = 'failed', finished_at = now() where id = $1`, [
    copy,
  ]);
  const again = await inTx((tx) => redeliverWebhook(tx, copy ?? ''));
  expect(await findDelivery(pool, own, again?.id ?? '')).toMatchObject({
    redeliveryOf: copy,
    messageId: ended,
  });
  expect(await inTx((tx) => redeliverWebhook(tx, waiting))).toEqual({ id: waiting, webhookId: own });
  const due = async () =>
    (
      await pool.query<{ id: string }>(
        `select id from webhook_deliveries where next_attempt_at <= clock_timestamp() and id = any($1)`,
        [[waiting, beside, ended]],
      )
    ).rows.map(({ id }) => id);
  expect(await due()).toEqual([waiting]);
  await pool.query(`update webhook_deliveries set next_attempt_at = '2026-01-01' where id = $1`, [waiting]);
  await inTx((tx) => redeliverWebhook(tx, waiting));
  expect(await findDelivery(pool, own, waiting)).toMatchObject({
    nextAttemptAt: '2026-01-01T00:00:00.000000Z',
  });
  await pool.query(
    `update webhook_deliveries set status = 'delivering', next_attempt_at = now() + interval '1 hour' where id = $1`,
    [waiting],
  );
  await inTx((tx) => redeliverWebhook(tx, waiting));
  expect(await due()).toEqual([]);
});

test('nothing is sent again to a webhook that is off, or gone, and a delivery that is sent again is locked', async () => {
  const [off, gone, own] = [
    await givenWebhook('is_active = false'),
    await givenWebhook('deleted_at = now()'),
    await givenWebhook(),
  ];
  const [atOff, atGone, id] = [await givenDelivery(off), await givenDelivery(gone), await givenDelivery(own)];
  await expect(inTx((tx) => redeliverWebhook(tx, atOff))).rejects.toMatchObject({
    code: 'conflict',
    message: 'The webhook is switched off.',
  });
  expect(await inTx((tx) => redeliverWebhook(tx, atGone))).toBeUndefined();
  expect(await inTx((tx) => redeliverWebhook(tx, 'dlv_nobody'))).toBeUndefined();
  const ended = await givenDelivery(own, { status: 'failed' });
  await inTx(async (tx) => {
    await redeliverWebhook(tx, ended);
    const { rows } = await database.pool.query<{ id: string }>(
      'select id from webhook_deliveries where webhook_id = $1 for key share skip locked',
      [own],
    );
    expect(rows.map((row) => row.id)).toEqual([id]);
  });
});

test('what waits for a moved endpoint is due at once, and nothing else', async () => {
  const [own, other] = [await givenWebhook(), await givenWebhook()];
  const [waiting, early] = [await givenDelivery(own), await givenDelivery(own)];
  await givenDelivery(own, { status: 'delivering' });
  await givenDelivery(other);
  await database.pool.query(`update webhook_deliveries set next_attempt_at = '2026-01-01' where id = $1`, [
    early,
  ]);
  expect(await woken((tx) => makeAllDue(tx, own))).toEqual([own]);
  const { rows } = await database.pool.query(
    `select id, next_attempt_at = '2026-01-01' as same from webhook_deliveries
      where next_attempt_at <= clock_timestamp() order by same desc`,
  );
  expect(rows).toEqual([
    { id: early, same: true },
    { id: waiting, same: false },
  ]);
});

test('a disabled endpoint says why and since when, others hear of it, and no other is touched', async () => {
  const { pool } = database;
  const [own, other] = [await givenWebhook(), await givenWebhook()];
  await givenDelivery(own);
  const sent = await givenDelivery(own, { status: 'delivering' });
  await givenDelivery(other);
  expect(await inTx((tx) => disableWebhook(tx, own, 'gone'))).toBe(true);
  const { rows } = await pool.query(
    `select is_active, disabled_reason, disabled_at is not null as dated, version from webhooks order by id = $1`,
    [other],
  );
  expect(rows).toEqual([
    { is_active: false, disabled_reason: 'gone', dated: true, version: 2 },
    { is_active: true, disabled_reason: null, dated: false, version: 1 },
  ]);
  const deliveries = await pool.query(
    `select webhook_id, event_type, status, next_attempt_at is null as undated, body->'data'->>'reason' as reason
       from webhook_deliveries order by webhook_id = $1, event_type, status`,
    [other],
  );
  expect(deliveries.rows).toEqual([
    { webhook_id: own, event_type: 'test', status: 'delivering', undated: false, reason: null },
    { webhook_id: own, event_type: 'test', status: 'failed', undated: true, reason: null },
    { webhook_id: other, event_type: 'test', status: 'pending', undated: false, reason: null },
    { webhook_id: other, event_type: 'webhook.disabled', status: 'pending', undated: false, reason: 'gone' },
  ]);
  const audit = await pool.query(
    'select actor_name, action, resource_id, before, after, reason from audit_logs',
  );
  expect(audit.rows).toEqual([
    {
      actor_name: 'webhook delivery',
      action: 'disabled',
      resource_id: own,
      before: { isActive: true },
      after: { isActive: false },
      reason: 'gone',
    },
  ]);
  await pool.query(`update webhook_deliveries set status = 'pending' where id = $1`, [sent]);
  expect(await inTx((tx) => closePending(tx, other))).toBe(0);
  expect(await inTx((tx) => closePending(tx, own))).toBe(1);
});

test('a dead letter holds its delivery and each attempt that failed, in order, and there is one', async () => {
  const { pool } = database;
  await givenWebhook(`url = 'https://b.example/'`);
  const own = await givenWebhook();
  const [id, beside] = [
    await givenDelivery(own, { status: 'failed' }),
    await givenDelivery(own, { status: 'failed' }),
  ];
  for (const number of [2, 1]) await attempt(id, number, `e${number}`, `'2026-01-02 03:04:05.678+00'`);
  await attempt(id, 3, null);
  await attempt(beside, 1, 'other');
  await withoutIndexes(pool, (tx) => insertDeliveryDeadLetters(tx, [id]));
  await inTx((tx) => insertDeliveryDeadLetters(tx, [id]));
  const letters = async () =>
    (await pool.query('select delivery_id, kind, input, errors from dead_letters order by created_at')).rows;
  const failed = (number: number) => ({
    step: 'deliver',
    try: number,
    type: `e${number}`,
    message: '',
    at: '2026-01-02T03:04:05.678000Z',
  });
  expect(await letters()).toEqual([
    {
      delivery_id: id,
      kind: 'webhook-delivery',
      input: { webhookId: own, deliveryId: id, url: 'https://a.example/', event: 'test' },
      errors: [failed(1), failed(2)],
    },
  ]);
  await pool.query('delete from webhook_attempts where delivery_id = $1', [beside]);
  await inTx((tx) => insertDeliveryDeadLetters(tx, [beside]));
  expect((await letters())[1]).toMatchObject({ delivery_id: beside, errors: [] });
  expect((await countQueries(() => inTx((tx) => insertDeliveryDeadLetters(tx, [])))).queries).toBe(2);
});

test('ended deliveries and removed webhooks are kept to the last moment of their days', async () => {
  const { pool } = database;
  const [removed, fresh, kept] = [
    await givenWebhook(`deleted_at = now() - interval '31 days'`),
    await givenWebhook(`deleted_at = now() - interval '29 days'`),
    await givenWebhook(),
  ];
  const [old, young] = [
    await givenDelivery(removed, { status: 'failed' }),
    await givenDelivery(kept, { status: 'failed' }),
  ];
  await pool.query(
    `update webhook_deliveries set finished_at = now() - make_interval(days => case when id = $1 then 31 else 29 end)
      where finished_at is not null`,
    [old],
  );
  const retention = webhookRetention(pool, 30);
  const left = async () =>
    (await pool.query('select id from webhooks order by id')).rows.map(({ id }) => id as string);
  expect(await retention['webhooks']!()).toBe(0);
  expect(await retention['webhookDeliveries']!()).toBe(1);
  expect(await retention['webhooks']!()).toBe(1);
  expect(await left()).toEqual([fresh, kept].sort());
  expect((await pool.query('select id from webhook_deliveries')).rows).toEqual([{ id: young }]);
});

test('ended deliveries go five hundred at a time', async () => {
  const own = await givenWebhook();
  await database.pool.query(
    `insert into webhook_deliveries (webhook_id, event_type, body, status, finished_at)
     select $1, 'test', '{}', 'delivered', now() - interval '31 days' from generate_series(1, 501)`,
    [own],
  );
  const { webhookDeliveries } = webhookRetention(database.pool, 30);
  expect([await webhookDeliveries!(), await webhookDeliveries!()]).toEqual([500, 1]);
});
