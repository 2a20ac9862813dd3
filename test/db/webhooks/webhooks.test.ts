import { newId } from '../../../src/contracts/ids.js';
import { withTransaction, type Tx } from '../../../src/db/base/transaction.js';
import {
  findWebhook,
  insertWebhook,
  listWebhooks,
  lockWebhook,
  removeWebhook,
  replaceSecret,
  updateWebhook,
  type WebhookChange,
} from '../../../src/db/webhooks/webhooks.js';
import { givenUser } from '../../support/people.js';
import { pageOf } from '../../support/rows/page.js';
import { useDatabase } from '../../support/servers/database.js';

const database = useDatabase();
let createdBy: string;
beforeAll(async () => {
  createdBy = (await givenUser(database.pool, 'ADMIN')).userId;
});
afterEach(() => database.pool.query('delete from webhooks'));

const inTx = <Result>(work: (tx: Tx) => Promise<Result>) => withTransaction(database.pool, work);
const given = (more = {}) =>
  inTx((tx) =>
    insertWebhook(tx, {
      id: newId('webhook'),
      url: 'https://a.example/',
      description: 'ours',
      events: ['job.failed'],
      isActive: true,
      sealedSecret: Buffer.from('s'),
      createdBy,
      ...more,
    }),
  );
const change = (id: string, changed: WebhookChange) => inTx((tx) => updateWebhook(tx, id, changed));
const set = (id: string, assignments: string) =>
  database.pool.query(`update webhooks set ${assignments} where id = $1`, [id]);

test('webhooks come the newest first, a page at a time, all or those of a state, and none that is removed', async () => {
  const { pool } = database;
  const [first, off, last, gone] = [
    await given(),
    await given({ isActive: false }),
    await given(),
    await given(),
  ];
  await inTx((tx) => removeWebhook(tx, gone.id));
  const list = async (isActive?: boolean, page = pageOf(9)) =>
    (await listWebhooks(pool, { isActive }, page)).map(({ id }) => id);
  expect(await list()).toEqual([last.id, off.id, first.id]);
  expect(await list(true)).toEqual([last.id, first.id]);
  expect(await list(false)).toEqual([off.id]);
  expect(await list(undefined, pageOf(1))).toHaveLength(2);
  expect(await list(undefined, pageOf(9, { at: last.createdAt, id: last.id }))).toEqual([off.id, first.id]);
  expect(await findWebhook(pool, first.id)).toEqual(first);
  expect(await findWebhook(pool, gone.id)).toBeUndefined();
  await expect(inTx((tx) => lockWebhook(tx, gone.id))).rejects.toMatchObject({ code: 'not_found' });
});

test('a webhook that is looked at for a change is locked, and events are queued for it meanwhile', async () => {
  const { id } = await given();
  await inTx(async (tx) => {
    expect(await lockWebhook(tx, id)).toMatchObject({ id });
    const locked = (how: string) =>
      database.pool.query(`select from webhooks where id = $1 for ${how} skip locked`, [id]);
    expect([(await locked('key share')).rowCount, (await locked('no key update')).rowCount]).toEqual([1, 0]);
  });
});

test('a webhook is written as it was given, with the five hundredth as the last', async () => {
  const made = await given();
  expect(made).toMatchObject({
    url: 'https://a.example/',
    description: 'ours',
    events: ['job.failed'],
    isActive: true,
    createdBy,
    version: 1,
  });
  await database.pool.query(
    `insert into webhooks (id, url, events) select 'w' || n, 'u', '{}' from generate_series(1, 499) as n`,
  );
  await expect(given()).rejects.toMatchObject({
    code: 'conflict',
    message: 'There are 500 webhooks already.',
  });
  await inTx((tx) => removeWebhook(tx, made.id));
  expect(await given()).toMatchObject({ version: 1 });
});

test('a change sets what it names, and leaves the rest and every other webhook as it was', async () => {
  const [own, other] = [await given(), await given()];
  const changed = await change(own.id, { description: 'theirs', events: ['*'] });
  expect(changed).toEqual({
    ...own,
    description: 'theirs',
    events: ['*'],
    version: 2,
    updatedAt: changed.updatedAt,
  });
  expect(await change(own.id, { url: 'https://b.example/' })).toMatchObject({
    url: 'https://b.example/',
    events: ['*'],
  });
  expect(await findWebhook(database.pool, other.id)).toEqual(other);
});

test('a webhook that a person switches off says since when, and switched on or moved it begins anew', async () => {
  const { id } = await given();
  const failing = () =>
    set(
      id,
      `failing_since = now(), hold_until = now(), disabled_reason = 'gone', disabled_at = '2026-01-01'`,
    );
  const state = async (changed: WebhookChange) => {
    const { isActive, disabledReason, disabledAt, failingSince } = await change(id, changed);
    const { rows } = await database.pool.query<{ held: boolean }>(
      'select hold_until is not null as held from webhooks where id = $1',
      [id],
    );
    const since = disabledAt === null ? null : disabledAt.startsWith('2026-01-01') ? 'before' : 'now';
    return { isActive, disabledReason, since, fails: failingSince !== null, held: rows[0]?.held };
  };
  await failing();
  const still = { disabledReason: 'gone', since: 'before', fails: true, held: true };
  expect(await state({ description: 'new' })).toEqual({ isActive: true, ...still });
  expect(await state({ url: 'https://b.example/' })).toEqual({
    isActive: true,
    ...still,
    fails: false,
    held: false,
  });
  await failing();
  const off = { isActive: false, disabledReason: null, since: 'now', fails: true, held: true };
  expect(await state({ isActive: false })).toEqual(off);
  await failing();
  const on = { isActive: true, disabledReason: null, since: null, fails: false, held: false };
  expect(await state({ isActive: true })).toEqual(on);
});

test('a replaced secret signs for one more day', async () => {
  const [own, other] = [await given(), await given()];
  await inTx((tx) => replaceSecret(tx, own.id, Buffer.from('new')));
  const { rows } = await database.pool.query(
    `select secret, previous_secret, version,
            round(extract(epoch from previous_secret_until - updated_at) / 3600)::integer as hours
       from webhooks order by id = $1`,
    [other.id],
  );
  expect(rows).toEqual([
    { secret: Buffer.from('new'), previous_secret: Buffer.from('s'), version: 2, hours: 24 },
    { secret: Buffer.from('s'), previous_secret: null, version: 1, hours: null },
  ]);
  const shownAt = (moment: string) =>
    inTx(async (tx) => {
      await tx.query(`update webhooks set previous_secret_until = ${moment} where id = $1`, [own.id]);
      return (await findWebhook(tx, own.id))?.previousSecretUntil;
    });
  expect(await shownAt(`now() + interval '1 second'`)).toEqual(expect.any(String));
  expect(await shownAt('now()')).toBeNull();
});

test('a removed webhook is off and has no secret, and no other is touched', async () => {
  const [own, other] = [await given(), await given()];
  await set(own.id, `previous_secret = 'p'`);
  await inTx((tx) => removeWebhook(tx, own.id));
  const { rows } = await database.pool.query(
    `select is_active, secret, previous_secret, version, deleted_at is not null as deleted from webhooks order by id = $1`,
    [other.id],
  );
  expect(rows).toEqual([
    { is_active: false, secret: null, previous_secret: null, version: 2, deleted: true },
    { is_active: true, secret: Buffer.from('s'), previous_secret: null, version: 1, deleted: false },
  ]);
});
