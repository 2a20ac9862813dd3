import { newId } from '../../../src/contracts/ids.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import {
  askForConfirmation,
  rememberConfirmation,
  useConfirmation,
} from '../../../src/db/sql/confirmations.js';
import { knownOf } from '../../../src/db/sql/known.js';
import {
  confirmQuestion,
  dropQuestion,
  findQuestion,
  keepQuestion,
  listOpenQuestions,
  settleQuestion,
} from '../../../src/db/sql/questions.js';
import { givenUser } from '../../support/people.js';
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

/** Also of a statement that somebody else asks at the same time. */
const ask = (userId: string, expiresAt = inAnHour()) =>
  withTransaction(database.pool, (tx) =>
    keepQuestion(tx, {
      id: newId('sqlQuestion'),
      userId,
      statementHash,
      dataSource: 'demo',
      sql: 'select 1',
      params: [],
      rowLimit: null,
      estimate,
      expiresAt,
    }),
  );

const openOf = async (userId: string) =>
  (await listOpenQuestions(database.pool, userId, { limit: 10, position: undefined })).map(({ id }) => id);

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
