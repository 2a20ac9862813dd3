import { fastPolicy, useWebhookHouse } from '../../support/houses/webhook-house.js';
import { storeHistory } from '../../support/store-history.js';
import { waitUntil } from '../../support/wait-until.js';
import { policiesOf } from '../../support/workers/scheduled-activities.js';
import { detailsOf } from '../../support/workers/seen-activities.js';
import { answerWith, hang, verify } from '../../support/webhooks/receiver.js';

const house = useWebhookHouse();
const { database, send, working, until } = house;
const PATH = '/api/v1/webhooks';

interface LoggedAttempt {
  readonly statusCode: number | null;
  readonly error: string | null;
  readonly excerpt: string | null;
}
const logOf = (delivery: Record<string, unknown>): LoggedAttempt[] => delivery['log'] as LoggedAttempt[];

test('a test event arrives signed, is answered, and its workflow ends when nothing waits', async () => {
  const receiver = await house.receiver(answerWith(200, {}, 'thank you'));
  const { id, secret } = await house.webhook(receiver.url);
  await working(async () => {
    const deliveryId = await house.test(id);
    const done = await until(id, deliveryId, 'delivered');
    expect(logOf(done)).toMatchObject([{ attempt: 1, statusCode: 200, error: null, excerpt: 'thank you' }]);
    const [received] = receiver.received;
    expect(received?.id).toBe(deliveryId);
    expect(verify(secret, received!)).toEqual(done['body']);
    expect(received?.body).toMatchObject({ type: 'webhook.test', data: { webhookId: id } });
    expect(() => verify('whsec_bm90IHRoZSBzZWNyZXQgb2YgdGhpcyB3ZWJob29r', received!)).toThrow();
    const handle = house.temporal.client.workflow.getHandle(`webhook:${id}`);
    await handle.result();
    expect(Object.values(await policiesOf(handle))).toEqual([
      '60 s, a beat in 5 s; 30 tries, 1 s × 2 up to 60 s',
    ]);
    await storeHistory(house.temporal.client, `webhook:${id}`, 'deliverWebhooks');
  });
  const { body } = await send(`${PATH}/${id}`);
  expect(body).toMatchObject({ failingSince: null, lastSuccessAt: expect.any(String) });
});

test('every failed attempt is retried under the same id until one succeeds', async () => {
  const receiver = await house.receiver((response, nth) =>
    answerWith(nth < 3 ? 500 : 204, {}, nth < 3 ? 'not now' : '')(response, nth),
  );
  const { id, secret } = await house.webhook(receiver.url);
  await working(async () => {
    const deliveryId = await house.test(id);
    const done = await until(id, deliveryId, 'delivered');
    expect(logOf(done).map((each) => [each.statusCode, each.error])).toEqual([
      [500, 'status'],
      [500, 'status'],
      [204, null],
    ]);
    expect(receiver.received.map((each) => each.id)).toEqual([deliveryId, deliveryId, deliveryId]);
    for (const each of receiver.received) verify(secret, each);
    const handle = house.temporal.client.workflow.getHandle(`webhook:${id}`);
    await handle.result();
    expect(await detailsOf(handle)).toBe('**1** delivered, **0** failed attempts, **0** waiting');
    await storeHistory(house.temporal.client, `webhook:${id}`, 'deliverWebhooks', 'retries');
  });
});

test('attempts that are used up leave a dead letter with each of them, and the webhook stays on', async () => {
  const receiver = await house.receiver(answerWith(503));
  const { id } = await house.webhook(receiver.url);
  await working(async () => {
    const deliveryId = await house.test(id);
    const done = await until(id, deliveryId, 'failed');
    expect(done).toMatchObject({ attempts: 4, nextAttemptAt: null, statusCode: 503 });
    const { rows } = await database.pool.query(
      'select kind, run_id, input, errors from dead_letters where delivery_id = $1',
      [deliveryId],
    );
    expect(rows).toMatchObject([
      {
        kind: 'webhook-delivery',
        run_id: null,
        input: { webhookId: id, deliveryId, url: receiver.url, event: 'webhook.test' },
        errors: [1, 2, 3, 4].map((attempt) => ({ step: 'deliver', try: attempt, type: 'status' })),
      },
    ]);
  });
  expect((await send(`${PATH}/${id}`)).body).toMatchObject({
    isActive: true,
    failingSince: expect.any(String),
  });
});

test.each([
  ['a redirect inward', answerWith(302, { location: 'http://127.0.0.1:1/' }), 'redirect', 302],
  ['an answer that never ends', hang, 'timeout', null],
  [
    'a connection that is cut',
    (response: { destroy(): unknown }) => void response.destroy(),
    'network',
    null,
  ],
])('%s is a failure that is tried again', async (_what, answer, error, statusCode) => {
  const receiver = await house.receiver((response, nth) =>
    nth === 1 ? answer(response, nth) : answerWith(204)(response, nth),
  );
  const { id } = await house.webhook(receiver.url);
  await working(async () => {
    const done = await until(id, await house.test(id), 'delivered');
    expect(logOf(done)[0]).toMatchObject({ error, statusCode });
    expect(receiver.received).toHaveLength(2);
  });
});

test('an answer is read up to its cap, and its beginning is kept as harmless text', async () => {
  const receiver = await house.receiver((response) => {
    response.writeHead(200);
    response.on('error', () => undefined);
    response.end(`\u0000\u001b[31m<script>${'x'.repeat(400_000)}`);
  });
  const { id } = await house.webhook(receiver.url);
  await working(async () => {
    const [logged] = logOf(await until(id, await house.test(id), 'delivered'));
    expect(logged?.excerpt).toHaveLength(1_024);
    expect(logged?.excerpt).toMatch(/^\uFFFD\uFFFD\[31m<script>x+$/);
  });
});

test('Retry-After of 429 holds back everything for the endpoint until then', async () => {
  const receiver = await house.receiver((response, nth) =>
    answerWith(nth === 1 ? 429 : 204, nth === 1 ? { 'retry-after': '600' } : {})(response, nth),
  );
  const { id } = await house.webhook(receiver.url);
  await working(async () => {
    const first = await house.test(id);
    const held = await waitUntil(
      async () => {
        const found = await house.delivery(id, first);
        return found['attempts'] === 1 && found['status'] === 'pending' && found;
      },
      { what: 'the answer 429' },
    );
    expect(Date.parse(String(held['nextAttemptAt'])) - Date.now()).toBeGreaterThan(500_000);
    const second = await house.test(id);
    await waitUntil(
      async () => {
        const { rows } = await database.pool.query<{ held: boolean }>(
          `select hold_until > now() + interval '500 seconds' as held from webhooks where id = $1 and busy_until is null`,
          [id],
        );
        return rows[0]?.held;
      },
      { what: 'the hold' },
    );
    expect(await house.delivery(id, second)).toMatchObject({ attempts: 0, status: 'pending' });
    expect(receiver.received).toHaveLength(1);
    // A new address, or switching it on again, resolves the failures.
    expect((await send(`${PATH}/${id}`, 'PATCH', { url: `${receiver.url}?moved` })).status).toBe(200);
    await until(id, first, 'delivered');
    await until(id, second, 'delivered');
  });
});

test('410 Gone switches the endpoint off, with an audit entry and an event for its subscribers', async () => {
  const gone = await house.receiver(answerWith(410));
  const watcher = await house.receiver();
  const { id } = await house.webhook(gone.url);
  const watching = await house.webhook(watcher.url, { events: ['webhook.disabled'] });
  await working(async () => {
    const deliveryId = await house.test(id);
    await until(id, deliveryId, 'failed');
    await waitUntil(() => Promise.resolve(watcher.received.length === 1), { what: 'the event' });
    verify(watching.secret, watcher.received[0]!);
    expect(watcher.received[0]?.body).toMatchObject({
      type: 'webhook.disabled',
      data: { webhookId: id, reason: 'the receiver answered 410 Gone' },
    });
  });
  expect((await send(`${PATH}/${id}`)).body).toMatchObject({
    isActive: false,
    disabledReason: 'the receiver answered 410 Gone',
  });
  const log = await send(`/api/v1/audit-logs?resourceId=${id}&action=disabled`);
  expect(log.body['items']).toMatchObject([{ resourceType: 'webhook', actor: { role: 'SYSTEM' } }]);
  expect((await send(`${PATH}/${id}/test`, 'POST')).body['code']).toBe('conflict');
});

test('an endpoint that nothing got through to for days is switched off, and nothing that waited is lost', async () => {
  const receiver = await house.receiver(answerWith(500));
  const { id } = await house.webhook(receiver.url);
  await database.pool.query(`update webhooks set failing_since = now() - interval '6 days' where id = $1`, [
    id,
  ]);
  const [first, second] = [await house.test(id), await house.test(id)];
  await database.pool.query(
    `update webhook_deliveries set next_attempt_at = now() + interval '1 hour' where id = $1`,
    [second],
  );
  await working(() => until(id, second, 'failed'));
  expect((await house.delivery(id, first))['attempts']).toBe(4);
  expect((await house.delivery(id, second))['attempts']).toBe(0);
  const { rows } = await database.pool.query(
    'select delivery_id from dead_letters where delivery_id = any($1)',
    [[first, second]],
  );
  expect(rows).toHaveLength(2);
  expect((await send(`${PATH}/${id}`)).body).toMatchObject({ isActive: false });
});

test('a delivery that waited for days at a dead endpoint ends with its next attempt, however many it has left', async () => {
  const receiver = await house.receiver(answerWith(500));
  const { id } = await house.webhook(receiver.url);
  await database.pool.query(`update webhooks set failing_since = now() - interval '4 days' where id = $1`, [
    id,
  ]);
  const old = await house.test(id);
  await database.pool.query(
    `update webhook_deliveries set created_at = now() - interval '4 days' where id = $1`,
    [old],
  );
  const fresh = await house.test(id);
  await working(async () => {
    expect(await until(id, old, 'failed')).toMatchObject({ attempts: 1 });
    expect(await until(id, fresh, 'failed')).toMatchObject({ attempts: 4 });
  });
  expect((await send(`${PATH}/${id}`)).body).toMatchObject({ isActive: true });
});

test('a name that resolves to a private address is never connected to', async () => {
  const receiver = await house.receiver();
  const { id } = await house.webhook('https://receiver.example.test/hook');
  for (const address of ['10.0.0.1', '::ffff:169.254.169.254']) {
    await working(
      async () => {
        const failed = await until(id, await house.test(id), 'failed');
        expect(logOf(failed).map((each) => each.error)).toEqual(Array(2).fill('forbidden'));
      },
      {
        webhooks: { policy: { delaysMs: [10] }, resolve: () => Promise.resolve(['93.184.216.34', address]) },
      },
    );
  }
  expect(receiver.received).toHaveLength(0);
});

test('after a rotation both secrets verify for a day, and then only the new one', async () => {
  const receiver = await house.receiver();
  const { id, secret: old } = await house.webhook(receiver.url);
  const rotated = await send(`${PATH}/${id}/rotate-secret`, 'POST');
  const fresh = String(rotated.body['secret']);
  expect(fresh).not.toBe(old);
  await working(async () => {
    await until(id, await house.test(id), 'delivered');
    const both = receiver.received[0]!;
    expect(both.headers['webhook-signature']?.split(' ')).toHaveLength(2);
    verify(old, both);
    verify(fresh, both);
    await database.pool.query('update webhooks set previous_secret_until = now() where id = $1', [id]);
    await until(id, await house.test(id), 'delivered');
    verify(fresh, receiver.received[1]!);
    expect(() => verify(old, receiver.received[1]!)).toThrow();
  });
});

test('a delivery that is sent again keeps its webhook-id, and the first one stays as it was', async () => {
  const receiver = await house.receiver();
  const { id } = await house.webhook(receiver.url);
  await working(async () => {
    const first = await house.test(id);
    const before = await until(id, first, 'delivered');
    const again = await send(`${PATH}/${id}/deliveries/${first}/redeliver`, 'POST');
    expect(again.status).toBe(202);
    const second = String(again.body['deliveryId']);
    const done = await until(id, second, 'delivered');
    expect(second).not.toBe(first);
    expect(done).toMatchObject({ messageId: first, redeliveryOf: first, body: before['body'] });
    expect(receiver.received.map((each) => each.id)).toEqual([first, first]);
    expect(await house.delivery(id, first)).toEqual(before);
  });
});

test('an endpoint that hangs has one request in flight, and another one is served meanwhile', async () => {
  const dead = await house.receiver(hang);
  const alive = await house.receiver();
  const slow = await house.webhook(dead.url);
  const quick = await house.webhook(alive.url);
  await database.pool.query('update webhooks set failing_since = now() where id = $1', [slow.id]);
  for (let count = 0; count < 10; count += 1) await house.test(slow.id);
  await working(
    async () => {
      await waitUntil(() => Promise.resolve(dead.received.length > 0), { what: 'a request that hangs' });
      for (let count = 0; count < 10; count += 1) await house.test(quick.id);
      await waitUntil(() => Promise.resolve(alive.received.length === 10), { what: 'the others' });
      expect([dead.received.length, dead.mostAtOnce()]).toEqual([1, 1]);
    },
    { webhooks: { policy: { ...fastPolicy, timeoutMs: 2_000 } } },
  );
  expect(alive.mostAtOnce()).toBeLessThanOrEqual(5);
});

test('the sweeper finds what no wake-up announced', async () => {
  const receiver = await house.receiver();
  const { id } = await house.webhook(receiver.url);
  const { client } = house.temporal;
  await working(async () => {
    // Once this one has arrived, the waker has asked for what there was when it began to listen.
    await until(id, await house.test(id), 'delivered');
    await client.workflow.getHandle(`webhook:${id}`).result();
    await database.pool.query(
      `insert into webhook_deliveries (webhook_id, event_type, body)
       values ($1, 'webhook.test', '{"type":"webhook.test","at":"","data":{}}')`,
      [id],
    );
    await client.workflow.execute('sweepUnstartedRuns', { taskQueue: 'flow', workflowId: `sweep-${id}` });
    await waitUntil(() => Promise.resolve(receiver.received.length === 2), { what: 'the second one' });
  });
});

test('a history that has grown large begins anew between two attempts, and the delivery goes on', async () => {
  const receiver = await house.receiver((response, nth) => answerWith(nth === 1 ? 500 : 204)(response, nth));
  const { id } = await house.webhook(receiver.url);
  const deliveryId = await house.test(id);
  const started = await house.temporal.client.workflow.start('deliverWebhooks', {
    taskQueue: 'flow',
    workflowId: `webhook:${id}`,
    args: [{ webhookId: id }],
  });
  // Together above the four megabytes from which on the server suggests it.
  for (let count = 0; count < 3; count += 1) await started.signal('webhookDue', 'x'.repeat(1_500_000));
  await working(() => until(id, deliveryId, 'delivered'));
  expect(receiver.received.map((each) => each.id)).toEqual([deliveryId, deliveryId]);
  const first = house.temporal.client.workflow.getHandle(`webhook:${id}`, started.firstExecutionRunId);
  expect((await first.describe()).status.name).toBe('CONTINUED_AS_NEW');
});

test('a replaying worker delivers the same', async () => {
  const receiver = await house.receiver((response, nth) => answerWith(nth === 1 ? 500 : 204)(response, nth));
  const { id } = await house.webhook(receiver.url);
  await working(async () => void (await until(id, await house.test(id), 'delivered')), {
    limits: { maxCachedWorkflows: 0 },
  });
  expect(receiver.received).toHaveLength(2);
});
