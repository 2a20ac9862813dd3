import { newId } from '../../../src/contracts/ids.js';
import { announce } from '../../../src/db/base/announcer.js';
import { withTransaction, type Tx } from '../../../src/db/base/transaction.js';
import {
  askForConfirmation,
  rememberConfirmation,
  useConfirmation,
} from '../../../src/db/sql/confirmations.js';
import { chunksFor } from '../../../src/db/sql/chunks.js';
import { knownOf } from '../../../src/db/sql/known.js';
import {
  confirmQuestion,
  deleteExpiredQuestions,
  dropQuestion,
  findQuestion,
  keepQuestion,
  listOpenQuestions,
  settleQuestion,
  type OpenQuestion,
} from '../../../src/db/sql/questions.js';
import { listResultTables } from '../../../src/db/sql/result-tables.js';
import { resultTableName } from '../../../src/domain/sql/result-names.js';
import { insertObject } from '../../../src/db/reports/objects.js';
import { usualDurationMs } from '../../../src/db/sql/statistics.js';
import { givenUser } from '../../support/people.js';
import { givenRun } from '../../support/runs.js';
import { pageOf } from '../../support/rows/page.js';
import { withoutIndexes } from '../../support/rows/without-indexes.js';
import { waitUntil } from '../../support/wait-until.js';
import { useDatabase } from '../../support/servers/database.js';

/** A statement that waits for a yes is there for its person, and for nobody else. */
const database = useDatabase();

const estimate = {
  rows: 9_000,
  bytes: 90_000,
  cost: 12,
  basis: 'plan',
  usual_ms: null,
  usual_rows: null,
  learned_from: 0,
} as const;
const statementHash = 'ab'.repeat(32);
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

const twoPeople = async () => {
  const [own, other] = [await givenUser(database.pool), await givenUser(database.pool)];
  return [own.userId, other.userId] as const;
};

const question = (userId: string, expiresAt = inAnHour()) => ({
  id: newId('sqlQuestion'),
  userId,
  statementHash,
  dataSource: 'demo',
  sql: 'select 1',
  params: [],
  rowLimit: null,
  estimate,
  expiresAt,
});

/** Also of a statement that somebody else asks at the same time. */
const ask = (userId: string, expiresAt?: string) =>
  withTransaction(database.pool, (tx) => keepQuestion(tx, question(userId, expiresAt)));

const openOf = async (userId: string) =>
  (await listOpenQuestions(database.pool, userId, { limit: 1, position: undefined })).map(({ id }) => id);

test('an open question is listed and found for its person alone, and asked again it is the same one', async () => {
  const [own, other] = await twoPeople();
  const id = await ask(own);
  expect(await ask(own)).toBe(id);
  expect(await ask(other)).not.toBe(id);
  expect(await openOf(own)).toEqual([id]);
  expect(await openOf(other)).not.toContain(id);
  expect(await findQuestion(database.pool, own, id)).toMatchObject({ id, sql: 'select 1' });
  expect(await findQuestion(database.pool, other, id)).toBeUndefined();
});

test('the open questions of a person come the newest first, a page at a time, to the moment of their end', async () => {
  const own = (await givenUser(database.pool)).userId;
  const idOf = (hash: string) =>
    withTransaction(database.pool, (tx) => keepQuestion(tx, { ...question(own), statementHash: hash }));
  const [first, second, third] = [await idOf('01'), await idOf('02'), await idOf('03')];
  const listed = (limit: number, after?: OpenQuestion) =>
    withoutIndexes(database.pool, (tx) =>
      listOpenQuestions(tx, own, pageOf(limit, after && { at: after.asked_at, id: after.id })),
    );
  const all = await listed(9);
  expect(all.map(({ id }) => id)).toEqual([third, second, first]);
  expect(await listed(1)).toHaveLength(2);
  expect((await listed(9, all[0])).map(({ id }) => id)).toEqual([second, first]);
  const atItsEnd = await withTransaction(database.pool, async (tx) => {
    await tx.query('update sql_questions set expires_at = now() where user_id = $1', [own]);
    const open = await listOpenQuestions(tx, own, pageOf(9));
    return [open.length, await confirmQuestion(tx, own, third)];
  });
  expect(atItsEnd).toEqual([0, false]);
});

test('a question that is asked again in its time keeps its place, and one that had ended is asked anew', async () => {
  const own = (await givenUser(database.pool)).userId;
  const again = await withTransaction(database.pool, async (tx) => {
    const id = await keepQuestion(tx, question(own));
    const askedAt = async (expires: string) => {
      await tx.query(
        `update sql_questions set asked_at = now() - interval '1 hour', expires_at = ${expires}`,
      );
      await keepQuestion(tx, question(own));
      const { rows } = await tx.query<{ moved: boolean }>(
        'select asked_at = now() as moved from sql_questions where id = $1',
        [id],
      );
      return rows[0]?.moved;
    };
    return [await askedAt(`now() + interval '1 second'`), await askedAt('now()')];
  });
  expect(again).toEqual([false, true]);
});

test('the inbox of a person hears of each change of their questions, and of nothing else', async () => {
  const [own, other] = await twoPeople();
  const listener = await database.pool.connect();
  const heard: string[] = [];
  listener.on('notification', ({ payload }) => void heard.push(payload ?? ''));
  await listener.query('listen inbox');
  const done = async (work: (tx: Tx) => Promise<unknown>) => {
    heard.length = 0;
    await withTransaction(database.pool, work);
    announce(database.pool, [{ channel: 'inbox', payload: 'end' }]);
    await waitUntil(() => Promise.resolve(heard.includes('end')), { what: 'the end of the news' });
    return heard.slice(0, heard.indexOf('end'));
  };
  try {
    let id = '';
    const asks = async (tx: Tx) => (id = await keepQuestion(tx, question(own)));
    expect(await done(asks)).toEqual([own]);
    expect(await done((tx) => confirmQuestion(tx, other, id))).toEqual([]);
    expect(await done((tx) => confirmQuestion(tx, own, id))).toEqual([own]);
    const asked = { userId: own, statementHash };
    expect(await done((tx) => settleQuestion(tx, asked))).toEqual([]);
    expect(await done(asks)).toEqual([own]);
    expect(await done((tx) => settleQuestion(tx, asked))).toEqual([own]);
    expect(await done(asks)).toEqual([own]);
    expect(await done((tx) => dropQuestion(tx, other, id))).toEqual([]);
    expect(await done((tx) => dropQuestion(tx, own, id))).toEqual([own]);
  } finally {
    listener.release(true);
  }
});

test('a question is settled by its own statement and keeps the moment of it', async () => {
  const own = (await givenUser(database.pool)).userId;
  const [id, beside] = await withTransaction(database.pool, async (tx) => [
    await keepQuestion(tx, question(own)),
    await keepQuestion(tx, { ...question(own), statementHash: '02' }),
  ]);
  const settle = () =>
    withTransaction(database.pool, (tx) => settleQuestion(tx, { userId: own, statementHash }));
  await settle();
  await database.pool.query(`update sql_questions set settled_at = '2026-01-01' where id = $1`, [id]);
  await settle();
  const { rows } = await database.pool.query(
    `select id, settled_at = '2026-01-01' as same from sql_questions where id = any($1) order by id = $2`,
    [[id, beside], beside],
  );
  expect(rows).toEqual([
    { id, same: true },
    { id: beside, same: null },
  ]);
});

test('of two questions of a person the one is confirmed or dropped, and a used token keeps the moment of its use', async () => {
  const own = (await givenUser(database.pool)).userId;
  const [first, second, third] = await withTransaction(database.pool, async (tx) => [
    await keepQuestion(tx, question(own)),
    await keepQuestion(tx, { ...question(own), statementHash: '02' }),
    await keepQuestion(tx, { ...question(own), statementHash: '03' }),
  ]);
  await askForConfirmation(database.pool, { userId: own, statementHash, estimate });
  await database.pool.query(`update sql_confirmations set used_at = '2026-01-01' where user_id = $1`, [own]);
  const kept = await askForConfirmation(database.pool, { userId: own, statementHash: '02', estimate });
  const open = async () =>
    (await listOpenQuestions(database.pool, own, pageOf(9))).map(({ id }) => id).sort();
  expect(await withTransaction(database.pool, (tx) => confirmQuestion(tx, own, third))).toBe(true);
  expect(await open()).toEqual([first, second].sort());
  expect(await withTransaction(database.pool, (tx) => dropQuestion(tx, own, first))).toBe(true);
  expect(await open()).toEqual([second]);
  const { rows } = await database.pool.query(
    `select used_at = '2026-01-01' as same from sql_confirmations where user_id = $1 order by used_at`,
    [own],
  );
  expect(rows).toEqual([{ same: true }, { same: null }]);
  const use = { token: kept.token, userId: own, statementHash: '02' };
  expect(await withTransaction(database.pool, (tx) => useConfirmation(tx, use))).toBe(true);
});

test('a question goes a day after its end, and so many at a time', async () => {
  const gone = await withTransaction(database.pool, async (tx) => {
    await tx.query('delete from sql_questions');
    const own = (await givenUser(tx)).userId;
    for (const hash of ['01', '02', '03']) await keepQuestion(tx, { ...question(own), statementHash: hash });
    await tx.query(
      `update sql_questions set expires_at = now() - interval '1 day' - case when statement_hash = '\\x01' then interval '0' else interval '1 second' end`,
    );
    return [
      await deleteExpiredQuestions(tx, 1),
      await deleteExpiredQuestions(tx, 9),
      await deleteExpiredQuestions(tx, 9),
    ];
  });
  expect(gone).toEqual([1, 1, 0]);
});

test('a question is confirmed once, by its person, and while it is good', async () => {
  const [own, other] = await twoPeople();
  const id = await ask(own);
  const confirm = (userId: string, which = id) =>
    withTransaction(database.pool, (tx) => confirmQuestion(tx, userId, which));
  expect(await confirm(other)).toBe(false);
  expect(await confirm(own)).toBe(true);
  expect(await confirm(own)).toBe(false);
  expect(await openOf(own)).toEqual([]);
  const late = await ask(own, new Date(Date.now() - 1_000).toISOString());
  expect(await openOf(own)).toEqual([]);
  expect(await confirm(own, late)).toBe(false);
});

test('a statement that runs by its token settles the question of its person alone', async () => {
  const [own, other] = await twoPeople();
  const [id, others] = [await ask(own), await ask(other)];
  await withTransaction(database.pool, (tx) => settleQuestion(tx, { userId: own, statementHash }));
  expect(await openOf(own)).not.toContain(id);
  expect(await openOf(other)).toEqual([others]);
});

test('a no ends the question and the tokens of its person alone', async () => {
  const [own, other] = await twoPeople();
  const id = await ask(own);
  const tokenOf = (userId: string) => askForConfirmation(database.pool, { userId, statementHash, estimate });
  const tokens = [(await tokenOf(own)).token, (await tokenOf(other)).token] as const;
  const drop = (userId: string) => withTransaction(database.pool, (tx) => dropQuestion(tx, userId, id));
  const use = (userId: string, token: string) =>
    withTransaction(database.pool, (tx) => useConfirmation(tx, { token, userId, statementHash }));
  expect(await drop(other)).toBe(false);
  expect(await openOf(own)).toEqual([id]);
  expect(await drop(own)).toBe(true);
  expect(await drop(own)).toBe(false);
  expect(await use(own, tokens[0])).toBe(false);
  expect(await use(own, tokens[1])).toBe(false);
  expect(await use(other, tokens[1])).toBe(true);
  expect(await use(other, tokens[1])).toBe(false);
});

test('a yes that is remembered counts for its person, source and kind of statement', async () => {
  const [own, other] = await twoPeople();
  const name = { dataSource: 'demo', fingerprint: 'f1' };
  await withTransaction(database.pool, (tx) => rememberConfirmation(tx, own, name));
  const isRemembered = async (userId: string, more = {}) => {
    const asked = { commandId: newId('job'), userId, statementHash, ...name, ...more };
    return (await knownOf(database.pool, asked)).isRemembered;
  };
  expect(await isRemembered(own)).toBe(true);
  expect(await isRemembered(other)).toBe(false);
  expect(await isRemembered(own, { fingerprint: 'f2' })).toBe(false);
  expect(await isRemembered(own, { dataSource: 'another' })).toBe(false);
});

test('what is known of a statement is what its newest run found, and its usual time is of runs that ran', async () => {
  const { pool } = database;
  const owner = await givenUser(pool);
  const ran = async (rows: number, ms: number, hoursAgo: number, servedBy: string | null) => {
    const { id } = await givenRun(pool, owner, { id: newId('sql'), kind: 'sql' });
    await insertObject(pool, { key: id, runId: id });
    await pool.query(
      `insert into sql_runs (run_id, owner_id, data_source, sql, statement_hash, fingerprint, columns, row_count,
                             execution_ms, queued_at, served_by)
       values ($1, $2, 'demo', 'select 1', decode($3, 'hex'), 'f1', '[]', $4, $5, now() - make_interval(hours => $6), $7)`,
      [id, owner.userId, statementHash, rows, ms, hoursAgo, servedBy],
    );
    await pool.query(
      `insert into sql_result_chunks (run_id, first_row, row_count, first_byte, byte_count, sha256)
       values ($1, 0, $2, 0, 10, '')`,
      [id, rows],
    );
    await pool.query(
      `update runs set status = 'completed', finished_at = now(), created_at = now() - make_interval(hours => $2),
              result = jsonb_build_object('key', id) where id = $1`,
      [id, hoursAgo],
    );
    return id;
  };
  const old = await ran(10, 100, 3, null);
  const newest = await ran(20, 100, 1, null);
  const served = await ran(15, 9_000, 2, old);
  const asked = { commandId: newId('job'), userId: owner.userId, statementHash, dataSource: 'demo' };
  const { history } = await knownOf(pool, { ...asked, fingerprint: 'f1' });
  expect(history).toMatchObject({ sameStatementRows: 20 });
  expect(await usualDurationMs(pool)).toBe(100);
  const tables = await listResultTables(pool, owner.userId, 10);
  expect(tables.map(({ name }) => name)).toEqual([newest, served, old].map(resultTableName));
  expect(await chunksFor(pool, old, { offset: 0, limit: 100 })).toMatchObject([
    { firstRow: 0, rowCount: 10 },
  ]);
});
