import { newId } from '../../../src/contracts/ids.js';
import type { Principal } from '../../../src/contracts/users/principal.js';
import type { Db } from '../../../src/db/base/sql.js';
import { withTransaction, type Tx } from '../../../src/db/base/transaction.js';
import {
  askForConfirmation,
  deleteExpiredConfirmations,
  rememberConfirmation,
  useConfirmation,
} from '../../../src/db/sql/confirmations.js';
import { knownOf } from '../../../src/db/sql/known.js';
import { learnFrom, usualDurationMs } from '../../../src/db/sql/statistics.js';
import { givenUser } from '../../support/people.js';
import { withoutIndexes } from '../../support/rows/without-indexes.js';
import { useDatabase } from '../../support/servers/database.js';
import { givenStatement, statementHash, type GivenStatement } from '../../support/sql/given-statement.js';

const database = useDatabase();
let own: Principal;
beforeAll(async () => {
  own = await givenUser(database.pool);
});
afterEach(() =>
  database.pool.query('delete from runs; delete from sql_confirmations; delete from sql_remembered'),
);

const inTx = <Result>(work: (tx: Tx) => Promise<Result>) => withTransaction(database.pool, work);
const estimate = {
  rows: 1,
  bytes: 1,
  cost: 1,
  basis: 'plan',
  usual_ms: null,
  usual_rows: null,
  learned_from: 0,
} as const;
const ask = (tx: Tx) => askForConfirmation(tx, { userId: own.userId, statementHash, estimate });
const name = { dataSource: 'demo', fingerprint: 'f1' };
const known = (more = {}, db: Db = database.pool) =>
  knownOf(db, { commandId: newId('job'), userId: own.userId, statementHash, ...name, ...more });

test('a token is good for ten minutes, for its own statement, and once', async () => {
  const { token } = await inTx(ask);
  expect(token).toMatch(/^cft_[\w-]{32}$/);
  const { rows } = await database.pool.query(
    'select extract(epoch from expires_at - created_at)::integer as seconds, estimate from sql_confirmations',
  );
  expect(rows).toEqual([{ seconds: 600, estimate }]);
  const use = (hash: string) =>
    inTx((tx) => useConfirmation(tx, { token, userId: own.userId, statementHash: hash }));
  expect(await use('ef'.repeat(32))).toBe(false);
  await inTx(ask);
  expect([await use(statementHash), await use(statementHash)]).toEqual([true, false]);
});

test('a token is good no more at the moment of its end', async () => {
  const used = await inTx(async (tx) => {
    const { token } = await ask(tx);
    await tx.query('update sql_confirmations set expires_at = now()');
    return useConfirmation(tx, { token, userId: own.userId, statementHash });
  });
  expect(used).toBe(false);
});

test('tokens go a day after their end, and what is remembered goes after two days, so many at a time', async () => {
  const left = await inTx(async (tx) => {
    for (let count = 0; count < 4; count += 1) await ask(tx);
    await tx.query(
      `update sql_confirmations set expires_at = now() - interval '1 day' - given.more * interval '1 second'
         from (select token_hash, row_number() over () - 1 as more from sql_confirmations) as given
        where given.token_hash = sql_confirmations.token_hash`,
    );
    for (const days of [1, 2, 3])
      await tx.query(
        `insert into sql_remembered values ($1, 'demo', $2::text, current_date - $2::text::integer)`,
        [own.userId, days],
      );
    const gone = [await deleteExpiredConfirmations(tx, 2), await deleteExpiredConfirmations(tx, 2)];
    const remembered = await tx.query<{ fingerprint: string }>(
      'select fingerprint from sql_remembered order by fingerprint',
    );
    return { gone, remembered: remembered.rows.map(({ fingerprint }) => fingerprint) };
  });
  expect(left).toEqual({ gone: [2, 1], remembered: ['1', '2'] });
});

test('a yes of yesterday is forgotten, and given again it counts today', async () => {
  await inTx((tx) => rememberConfirmation(tx, own.userId, name));
  await database.pool.query('update sql_remembered set day = day - 1');
  expect((await known()).isRemembered).toBe(false);
  await inTx((tx) => rememberConfirmation(tx, own.userId, name));
  expect((await known()).isRemembered).toBe(true);
});

test('a statement has the medians of its own kind, and the rows of its newest whole answer', async () => {
  const { pool } = database;
  const nothing = { runs: 0, usualMs: null, usualRows: null, sameStatementRows: null };
  expect(await known()).toEqual({ runId: null, isRemembered: false, history: nothing });
  await learnFrom(pool, { ...name, fingerprint: 'f2' }, { ms: 900, rows: 90 });
  await learnFrom(pool, { ...name, dataSource: 'another' }, { ms: 900, rows: 90 });
  for (const [ms, rows] of [
    [30, 3],
    [10, 1],
    [20, 2],
  ] as const)
    await learnFrom(pool, name, { ms, rows });
  await givenStatement(pool, own, { ended: 'completed', hoursAgo: 6, rows: 60 });
  const answered = await givenStatement(pool, own, { ended: 'completed', hoursAgo: 5, rows: 50 });
  await givenStatement(pool, own, { ended: 'failed', hoursAgo: 1, rows: 10 });
  await givenStatement(pool, own, {
    ended: 'completed',
    hoursAgo: 1,
    rows: 11,
    statementHash: 'ef'.repeat(32),
  });
  const cut = await givenStatement(pool, own, { ended: 'completed', hoursAgo: 2, rows: 20 });
  await pool.query('update sql_runs set truncated = true where run_id = $1', [cut]);
  await pool.query(`update sql_runs set command_id = 'c1' where run_id = $1`, [answered]);
  expect(await withoutIndexes(pool, (tx) => known({ commandId: 'c1' }, tx))).toEqual({
    runId: answered,
    isRemembered: false,
    history: { runs: 3, usualMs: 20, usualRows: 2, sameStatementRows: 50 },
  });
});

test('the latest fifteen runs of a kind are remembered, and all are counted', async () => {
  const { pool } = database;
  const often = { ...name, fingerprint: 'often' };
  for (let ms = 1; ms <= 16; ms += 1) await learnFrom(pool, often, { ms, rows: ms + 100 });
  await learnFrom(pool, { ...name, fingerprint: 'once' }, { ms: 1, rows: 1 });
  const { rows } = await pool.query(
    `select runs, recent_ms[1] as ms, recent_ms[15] as oldest, cardinality(recent_ms) as many, recent_rows[1] as rows,
            cardinality(recent_rows) as counts
       from sql_statistics where fingerprint = any('{often,once}') order by runs desc`,
  );
  expect(rows).toEqual([
    { runs: 16, ms: 16, oldest: 2, many: 15, rows: 116, counts: 15 },
    { runs: 1, ms: 1, oldest: null, many: 1, rows: 1, counts: 1 },
  ]);
});

test('the usual duration is that of the latest twenty runs that ran themselves to their end', async () => {
  const { pool } = database;
  const usual = () => withoutIndexes(pool, usualDurationMs);
  const ran = async (hours: readonly [first: number, last: number], more: GivenStatement) => {
    for (let hoursAgo = hours[0]; hoursAgo <= hours[1]; hoursAgo += 1)
      await givenStatement(pool, own, { ended: 'completed', hoursAgo, ...more });
  };
  expect(await usual()).toBeNull();
  await ran([11, 22], { ms: 50 });
  await ran([1, 10], { ms: 10 });
  expect(await usual()).toBe(10);
  await ran([0, 11], { ms: 90, servedBy: 'sql_leader' });
  expect(await usual()).toBe(10);
  await pool.query(`update sql_runs set execution_ms = 50 where queued_at > now() - interval '90 minutes'`);
  expect(await usual()).toBe(50);
  await ran([0, 1], { ended: 'canceled', ms: null });
  expect(await usual()).toBe(50);
});
