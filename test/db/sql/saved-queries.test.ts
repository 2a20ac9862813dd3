import { newId } from '../../../src/contracts/ids.js';
import type { SavedQuery } from '../../../src/contracts/sql/saved-query.js';
import { withTransaction, type Tx } from '../../../src/db/base/transaction.js';
import {
  deleteSavedQuery,
  findSavedQuery,
  insertSavedQuery,
  listSavedQueries,
  lockSavedQuery,
  updateSavedQuery,
} from '../../../src/db/sql/saved-queries.js';
import { givenUser } from '../../support/people.js';
import { pageOf } from '../../support/rows/page.js';
import { useDatabase } from '../../support/servers/database.js';

const database = useDatabase();
let own: string;
let other: string;
beforeAll(async () => {
  [own, other] = [(await givenUser(database.pool)).userId, (await givenUser(database.pool)).userId];
});
afterEach(() => database.pool.query('delete from sql_saved_queries'));

const inTx = <Result>(work: (tx: Tx) => Promise<Result>) => withTransaction(database.pool, work);
const save = (ownerId: string, name: string, more = {}) =>
  inTx((tx) =>
    insertSavedQuery(tx, {
      id: newId('savedQuery'),
      ownerId,
      name,
      sql: 'select 1',
      data_source: 'demo',
      params: [],
      shared: false,
      ...more,
    }),
  );

test('a name is taken once for each person, in any case', async () => {
  const first = await save(own, 'Sales', { params: [1], shared: true });
  expect(first).toMatchObject({ name: 'Sales', sql: 'select 1', params: [1], shared: true, owner_id: own });
  expect(await save(own, 'SALES')).toBeUndefined();
  expect(await save(other, 'Sales')).toMatchObject({ owner_id: other, shared: false });
});

test('a query is read by its owner and, once it is shared, by others, and locked by its owner alone', async () => {
  const [hidden, shared] = [(await save(own, 'a'))!.id, (await save(own, 'b', { shared: true }))!.id];
  const beside = (await save(other, 'c', { data_source: 'another' }))!.id;
  const seen = async (userId: string, id: string) => (await findSavedQuery(database.pool, userId, id))?.id;
  expect([await seen(own, hidden), await seen(other, hidden)]).toEqual([hidden, undefined]);
  expect([await seen(own, shared), await seen(other, shared)]).toEqual([shared, shared]);
  const listed = async (userId: string, dataSource?: string, page = pageOf(10)) => {
    return (await listSavedQueries(database.pool, { userId, dataSource, page })).map(({ id }) => id);
  };
  expect(await listed(own)).toEqual([shared, hidden]);
  expect(await listed(other)).toEqual([beside, shared]);
  expect(await listed(other, 'another')).toEqual([beside]);
  expect(await listed(other, undefined, pageOf(1))).toHaveLength(2);
  await save(other, 'd');
  expect(await listed(other, undefined, pageOf(1))).toHaveLength(2);
  const [{ created_at: at, id }] = (await listSavedQueries(database.pool, {
    userId: own,
    dataSource: undefined,
    page: pageOf(1),
  })) as [SavedQuery];
  expect(await listed(own, undefined, pageOf(1, { at, id }))).toEqual([hidden]);
  const locked = async (userId: string, id: string) =>
    (await inTx((tx) => lockSavedQuery(tx, userId, id)))?.id;
  expect([await locked(own, shared), await locked(other, shared)]).toEqual([shared, undefined]);
});

test('a query that is locked waits for nobody else', async () => {
  const { id } = (await save(own, 'a'))!;
  await inTx(async (tx) => {
    await lockSavedQuery(tx, own, id);
    const { rows } = await database.pool.query('select from sql_saved_queries for update skip locked');
    expect(rows).toEqual([]);
  });
});

test('a change sets what it names, and takes no name of another query of its owner', async () => {
  const { id } = (await save(own, 'a', { params: [1] }))!;
  const beside = (await save(own, 'b'))!;
  await save(other, 'c');
  const change = (changed: object) => inTx((tx) => updateSavedQuery(tx, id, changed));
  expect(await change({ name: 'B' })).toBeUndefined();
  expect(await change({ name: 'A' })).toMatchObject({ name: 'A', sql: 'select 1', params: [1], version: 2 });
  expect(await change({ name: 'c' })).toMatchObject({ name: 'c', version: 3 });
  const rest = { sql: 'select 2', data_source: 'another', params: [2], shared: true };
  expect(await change(rest)).toMatchObject({ name: 'c', ...rest, version: 4 });
  expect(await change({ name: 'd' })).toMatchObject({ ...rest, name: 'd' });
  expect(await findSavedQuery(database.pool, own, beside.id)).toEqual(beside);
});

test('a query is deleted by itself', async () => {
  const [gone, kept] = [(await save(own, 'a'))!.id, (await save(own, 'b'))!.id];
  expect(await inTx((tx) => deleteSavedQuery(tx, gone))).toBe(1);
  expect(await findSavedQuery(database.pool, own, gone)).toBeUndefined();
  expect(await findSavedQuery(database.pool, own, kept)).toMatchObject({ id: kept });
});
