import { wakeWebhooks } from '../../../src/activities/webhooks/wake.js';
import { newId } from '../../../src/contracts/ids.js';
import type { Principal } from '../../../src/contracts/users/principal.js';
import { event, type RunEvent } from '../../../src/contracts/event-data.js';
import { projectRun } from '../../../src/db/runs/events.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { countHouse } from '../../../src/db/runs/house-now.js';
import { closePending, disableWebhook } from '../../../src/db/webhooks/disable.js';
import { claimWakings } from '../../../src/db/webhooks/wake.js';
import { beginDelivering, claimDue, endDelivering } from '../../../src/db/webhooks/attempts.js';
import { webhookRetention } from '../../../src/db/webhooks/retention.js';
import { createLogger } from '../../../src/platform/logger.js';
import { startWebhookWaker } from '../../../src/workers/webhook-waker.js';
import { useDatabase } from '../../support/servers/database.js';
import { countQueries } from '../../support/query-count.js';
import { givenRun } from '../../support/runs.js';
import { waitUntil } from '../../support/wait-until.js';
import { givenUser } from '../../support/people.js';

const database = useDatabase();
let owner: Principal;
beforeAll(async () => {
  owner = await givenUser(database.pool);
});
afterEach(() => database.pool.query('delete from webhooks'));

const started = event('job.started', { state: 'PROCESSING' });
const ended = event('job.completed', { state: 'SUCCESS', result: null });

async function givenWebhook(events: string[], isActive = true): Promise<string> {
  const id = newId('webhook');
  await database.pool.query(
    `insert into webhooks (id, url, events, is_active, secret) values ($1, 'https://a.example/', $2, $3, '')`,
    [id, events, isActive],
  );
  return id;
}

const project = (runId: string, dedupKey: string, events: RunEvent[]) =>
  withTransaction(database.pool, (tx) => projectRun(tx, { runId, dedupKey, status: 'running', events }));

async function queued(): Promise<[string, string, number][]> {
  const { rows } = await database.pool.query<{ webhook_id: string; event_type: string; pos: number }>(
    'select webhook_id, event_type, pos from webhook_deliveries order by webhook_id, pos',
  );
  return rows.map((row) => [row.webhook_id, row.event_type, row.pos]);
}

test('an event is queued for whoever subscribed to it, once, by the transaction that commits it', async () => {
  const all = await givenWebhook(['*']);
  const some = await givenWebhook(['job.completed', 'job.failed']);
  await givenWebhook(['job.failed']);
  await givenWebhook(['*'], false);
  const run = await givenRun(database.pool, owner);
  await project(run.id, 'a', [started, ended]);
  await project(run.id, 'a', [started, ended]);
  expect(await queued()).toEqual([
    [all, 'job.started', 1],
    [all, 'job.completed', 2],
    [some, 'job.completed', 2],
  ]);
});

test('an event that is rolled back is queued for nobody', async () => {
  await givenWebhook(['*']);
  const run = await givenRun(database.pool, owner);
  const undone = withTransaction(database.pool, async (tx) => {
    await projectRun(tx, { runId: run.id, dedupKey: 'a', events: [started] });
    throw new Error('undo it');
  });
  await expect(undone).rejects.toThrow('undo it');
  expect(await queued()).toEqual([]);
});

test('queueing costs no statement, with webhooks or without', async () => {
  const run = await givenRun(database.pool, owner);
  const without = await countQueries(() => project(run.id, 'a', [started]));
  for (let count = 0; count < 5; count += 1) await givenWebhook(['*']);
  const withThem = await countQueries(() => project(run.id, 'b', [started]));
  expect([without.queries, withThem.queries]).toEqual([4, 4]);
  expect(await queued()).toHaveLength(5);
});

test('of many wakers at the same time one is given an endpoint, and nobody while somebody is at work on it', async () => {
  const id = await givenWebhook(['*']);
  const run = await givenRun(database.pool, owner);
  await project(run.id, 'a', [started]);
  const wakings = await Promise.all(Array.from({ length: 8 }, () => claimWakings(database.pool, 5)));
  expect(wakings.flat().map((each) => each.id)).toEqual([id]);
  await beginDelivering(database.pool, id);
  expect(await claimWakings(database.pool, 5)).toEqual([]);
  expect(await endDelivering(database.pool, id)).toMatchObject({ waiting: 1 });
  expect((await claimWakings(database.pool, 5)).map((each) => each.id)).toEqual([id]);
});

test('an endpoint whose workflow could not be started is given back, and no other is kept from its turn', async () => {
  const ids = [await givenWebhook(['*']), await givenWebhook(['*'])];
  const run = await givenRun(database.pool, owner);
  await project(run.id, 'a', [started]);
  const called: string[] = [];
  const wakeWebhook = ({ id }: { id: string }): Promise<void> => {
    called.push(id);
    return called.length === 1 ? Promise.reject(new Error('no answer in time')) : Promise.resolve();
  };
  const { woken, failures } = await wakeWebhooks({ pool: database.pool, wakeWebhook });
  expect([woken, failures.length, called.length]).toEqual([1, 1, 2]);
  expect([...called].sort()).toEqual([...ids].sort());
  expect((await claimWakings(database.pool, 5)).map((each) => each.id)).toEqual([called[0]]);
});

test('a waker that reaches nobody tries again by itself', async () => {
  const id = await givenWebhook(['*']);
  const run = await givenRun(database.pool, owner);
  await project(run.id, 'a', [started]);
  const called: string[] = [];
  const waker = startWebhookWaker(
    { on: (_channel, { onListening }) => onListening?.() },
    {
      pool: database.pool,
      wakeWebhook: (webhook) => {
        called.push(webhook.id);
        return called.length === 1 ? Promise.reject(new Error('no answer in time')) : Promise.resolve();
      },
    },
    createLogger({ level: 'silent', service: 'test' }),
  );
  await waitUntil(() => Promise.resolve(called.length === 2), { what: 'the second try' });
  await waker.stop();
  expect(called).toEqual([id, id]);
});

test('a failing endpoint is given one delivery at a time, an active one as many as it may have in flight', async () => {
  const id = await givenWebhook(['*']);
  const run = await givenRun(database.pool, owner);
  await project(
    run.id,
    'a',
    Array.from({ length: 9 }, () => started),
  );
  expect((await claimDue(database.pool, id, 4)).map((each) => each.pos)).toEqual([1, 2, 3, 4]);
  await database.pool.query('update webhooks set failing_since = now()');
  expect((await claimDue(database.pool, id, 4)).map((each) => each.pos)).toEqual([5]);
  await database.pool.query('update webhooks set is_active = false');
  expect(await claimDue(database.pool, id, 4)).toEqual([]);
});

test('an attempt without an end is closed as interrupted, and its delivery is due at once', async () => {
  const id = await givenWebhook(['*']);
  const run = await givenRun(database.pool, owner);
  await project(run.id, 'a', [started]);
  const [first] = await claimDue(database.pool, id, 1);
  expect(await beginDelivering(database.pool, id)).toMatchObject({ interrupted: 1 });
  const [second] = await claimDue(database.pool, id, 1);
  expect([second?.id, second?.attempt, second?.messageId]).toEqual([first?.id, 2, first?.messageId]);
  const { rows } = await database.pool.query('select attempt, error from webhook_attempts order by attempt');
  expect(rows).toEqual([
    { attempt: 1, error: 'interrupted' },
    { attempt: 2, error: null },
  ]);
});

test('the retention removes ended deliveries and what is left of removed webhooks, and nothing that waits', async () => {
  const kept = await givenWebhook(['*']);
  const removed = await givenWebhook(['*']);
  const run = await givenRun(database.pool, owner);
  await project(run.id, 'a', [started, ended]);
  await database.pool.query(
    `update webhook_deliveries set status = 'delivered', finished_at = now() - interval '31 days'
      where event_type = 'job.started' or webhook_id = $1`,
    [removed],
  );
  await database.pool.query(`update webhooks set deleted_at = now() - interval '31 days' where id = $1`, [
    removed,
  ]);
  const retention = webhookRetention(database.pool, 30);
  expect([await retention['webhookDeliveries']!(), await retention['webhooks']!()]).toEqual([3, 1]);
  expect(await queued()).toEqual([[kept, 'job.completed', 2]]);
});

test('an endpoint that is disabled waits for nothing more, and what a person did not decide to lose is a dead letter', async () => {
  const { pool } = database;
  const [byPerson, failing] = [await givenWebhook(['*']), await givenWebhook(['*'])];
  const run = await givenRun(pool, owner);
  await project(run.id, 'a', [started]);
  await pool.query(`update webhook_deliveries set next_attempt_at = now() - interval '1 hour'`);
  const { webhooksWaiting, webhookSeconds } = await countHouse(pool);
  expect([webhooksWaiting, Math.floor(webhookSeconds / 3_600)]).toEqual([2, 1]);
  await pool.query('update webhooks set is_active = false where id = $1', [byPerson]);
  expect(await withTransaction(pool, (tx) => closePending(tx, byPerson))).toBe(1);
  const disable = () => withTransaction(pool, (tx) => disableWebhook(tx, failing, 'gone'));
  expect([await disable(), await disable()]).toEqual([true, false]);
  const { rows } = await pool.query(
    `select webhook_id, status, dead_letters.id is not null as "isLetter", webhooks.version::integer as version
       from webhook_deliveries join webhooks on webhooks.id = webhook_id
       left join dead_letters on delivery_id = webhook_deliveries.id order by status`,
  );
  expect(rows).toEqual([
    { webhook_id: byPerson, status: 'canceled', isLetter: false, version: 1 },
    { webhook_id: failing, status: 'failed', isLetter: true, version: 2 },
  ]);
});

test('an id that the database makes sorts among those of the program', async () => {
  const before = newId('delivery', Date.now() - 1_000);
  const { rows } = await database.pool.query<{ id: string }>(`select sortable_id('dlv') as id`);
  const made = rows[0]!.id;
  expect(made).toMatch(/^dlv_[0-9a-hjkmnp-tv-z]{26}$/);
  expect([newId('delivery', Date.now() + 1_000), made, before].sort()).toEqual([
    before,
    made,
    expect.any(String),
  ]);
});
