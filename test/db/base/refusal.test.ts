import { isRefusedForGood } from '../../../src/db/base/refusal.js';
import { useDatabase } from '../../support/servers/database.js';

const database = useDatabase();

test.each([
  ['a value of another type', "select 'x'::integer", true],
  ['a broken constraint', "insert into offices (id, name, time_zone) values ('x', null, 'UTC')", true],
  ['a division by zero', 'select 1 / 0', true],
  ['an unknown table', 'select from nowhere', false],
  ['a statement that took too long', 'set statement_timeout = 1; select pg_sleep(5)', false],
])('%s, said by the database, is refused for good or not: %s %s', async (_what, statement, isForGood) => {
  const client = await database.pool.connect();
  const error: unknown = await client.query(statement).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  client.release(true);
  expect(error).toBeInstanceOf(Error);
  expect(isRefusedForGood(error)).toBe(isForGood);
});

test('an error that comes from no database is not refused for good', () => {
  expect(isRefusedForGood(new Error('away'))).toBe(false);
  expect(isRefusedForGood('22000')).toBe(false);
});
