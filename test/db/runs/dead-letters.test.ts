import { newId } from '../../../src/contracts/ids.js';
import {
  countReplayable,
  findDeadLetter,
  insertDeadLetter,
  listDeadLetters,
  listReplayable,
  markReplayed,
  type DeadLetterFilters,
} from '../../../src/db/runs/dead-letters.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { givenUser } from '../../support/people.js';
import { givenRun } from '../../support/runs.js';
import { useDatabase } from '../../support/servers/database.js';

const database = useDatabase();
afterEach(() => database.pool.query('delete from dead_letters'));

/** A run that failed with `code` on a day of July, by default without a code of its own. */
async function givenLetter(day: number, { kind = 'report', code = '' } = {}): Promise<string> {
  const { pool } = database;
  const owner = await givenUser(pool);
  const { id: runId } = await givenRun(pool, owner, { kind: kind as 'report', title: `Run of ${day}` });
  if (code !== '') {
    const error = JSON.stringify({ code, message: 'm' });
    await pool.query(`update runs set status = 'failed', finished_at = now(), error = $2 where id = $1`, [
      runId,
      error,
    ]);
  }
  const at = `2026-07-0${day}T00:00:00Z`;
  const error = (type: string) => ({ step: 's', try: 1, type, message: 'm', at });
  await insertDeadLetter(pool, runId, [error('First'), error('Last')]);
  await insertDeadLetter(pool, runId, []);
  const { rows } = await pool.query<{ id: string }>(
    'update dead_letters set created_at = $2 where run_id = $1 returning id',
    [runId, at],
  );
  return rows[0]!.id;
}

/** A delivery that nobody could take, to an endpoint that is there, switched off, or gone. */
async function givenDeliveryLetter(day: number, webhook: 'active' | 'off' | 'gone'): Promise<string> {
  const { pool } = database;
  const [webhookId, id] = [newId('webhook'), newId('deadLetter')];
  await pool.query(
    `insert into webhooks (id, url, events, secret, is_active, deleted_at)
     values ($1, 'https://a.example/' || $1, '{*}', 's', $2, $3)`,
    [webhookId, webhook !== 'off', webhook === 'gone' ? '2026-07-01' : null],
  );
  const { rows } = await pool.query<{ id: string }>(
    `insert into webhook_deliveries (webhook_id, event_type, body) values ($1, 'test', '{}') returning id`,
    [webhookId],
  );
  await pool.query(
    `insert into dead_letters (id, delivery_id, kind, input, errors, created_at)
     values ($1, $2, 'webhook-delivery', '{"event": "test", "url": "https://a.example"}', '[]', $3)`,
    [id, rows[0]!.id, `2026-07-0${day}T00:00:00Z`],
  );
  return id;
}

const replayedAs = (id: string, as: Parameters<typeof markReplayed>[2]): Promise<void> =>
  withTransaction(database.pool, (tx) => markReplayed(tx, id, as));
const page = { limit: 100, position: undefined };
const listed = async (filters: DeadLetterFilters, limit = 100): Promise<string[]> =>
  (await listDeadLetters(database.pool, filters, { ...page, limit })).map((letter) => letter.id);

test('a list is narrowed by kind, code, moment, replay and ids, each by itself and together', async () => {
  const old = await givenLetter(1);
  const coded = await givenLetter(2, { code: 'sql_failed' });
  const delivery = await givenDeliveryLetter(3, 'active');
  const again = await givenRun(database.pool, await givenUser(database.pool));
  await replayedAs(coded, { runId: again.id });
  const newestFirst = [delivery, coded, old];
  expect(await listed({})).toEqual(newestFirst);
  expect(await listed({}, 1)).toEqual([delivery, coded]);
  expect(await listed({ kind: 'report' })).toEqual([coded, old]);
  expect(await listed({ errorCode: 'Last' })).toEqual([old]);
  expect(await listed({ errorCode: 'sql_failed' })).toEqual([coded]);
  expect(await listed({ createdFrom: '2026-07-02T00:00:00Z' })).toEqual([delivery, coded]);
  expect(await listed({ createdTo: '2026-07-02T00:00:00Z' })).toEqual([old]);
  expect(await listed({ replayed: 'yes' })).toEqual([coded]);
  expect(await listed({ replayed: 'no' })).toEqual([delivery, old]);
  expect(await listed({ ids: [old, coded] })).toEqual([coded, old]);
  expect(await listed({ ids: [old, coded], replayed: 'no' })).toEqual([old]);
});

test('what is replayed together comes oldest first, without what was replayed or has nowhere to go', async () => {
  const { pool } = database;
  const delivery = await givenDeliveryLetter(3, 'active');
  const second = await givenLetter(2);
  const first = await givenLetter(1);
  const [off, gone] = [await givenDeliveryLetter(4, 'off'), await givenDeliveryLetter(5, 'gone')];
  const replayed = await givenDeliveryLetter(6, 'active');
  const { deliveryId } = (await findDeadLetter(pool, delivery))!;
  await replayedAs(replayed, { deliveryId: deliveryId! });
  const replayable = async (filters: DeadLetterFilters, limit: number): Promise<string[]> =>
    (await listReplayable(pool, filters, limit)).map((letter) => letter.id);
  expect(await replayable({}, 100)).toEqual([first, second, delivery]);
  expect(await replayable({}, 2)).toEqual([first, second]);
  expect(await countReplayable(pool, {})).toEqual({ matching: 3, notReplayable: 2 });
  expect(await countReplayable(pool, { ids: [first, off, gone, replayed] })).toEqual({
    matching: 1,
    notReplayable: 2,
  });
});

test('a letter tells of its run or of its delivery, and of what replayed it last', async () => {
  const { pool } = database;
  const ofRun = await givenLetter(1);
  const ofDelivery = await givenDeliveryLetter(2, 'active');
  const run = (await findDeadLetter(pool, ofRun))!;
  expect(run).toMatchObject({
    id: ofRun,
    deliveryId: null,
    webhookId: null,
    kind: 'report',
    title: 'Run of 1',
    errorCode: 'Last',
    input: { type: 'activity' },
    errors: [{ type: 'First' }, { type: 'Last' }],
    replayedRunId: null,
    replayedDeliveryId: null,
  });
  expect(run.workflowId).toContain(run.runId);
  const delivery = (await findDeadLetter(pool, ofDelivery))!;
  expect(delivery).toMatchObject({ runId: null, workflowId: null, title: 'test to https://a.example' });
  await replayedAs(ofDelivery, { deliveryId: delivery.deliveryId! });
  await replayedAs(ofRun, { runId: run.runId! });
  expect((await findDeadLetter(pool, ofDelivery))?.replayedDeliveryId).toBe(delivery.deliveryId);
  expect((await findDeadLetter(pool, ofRun))?.replayedRunId).toBe(run.runId);
  expect(await findDeadLetter(pool, 'dlq_none')).toBeUndefined();
});
