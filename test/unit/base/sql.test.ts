import { join, sql } from '../../../src/db/base/sql.js';

test('values are bound, never spliced', () => {
  const hostile = `'; drop table users; --`;
  expect(sql`select * from users where name = ${hostile} and id = ${7}`.toQuery()).toEqual({
    text: 'select * from users where name = $1 and id = $2',
    values: [hostile, 7],
  });
});

test('nested fragments number their values in reading order', () => {
  const condition = sql`a = ${1} or ${sql`b = ${2}`}`;
  expect(sql`select ${0} where ${condition} limit ${3}`.toQuery()).toEqual({
    text: 'select $1 where a = $2 or b = $3 limit $4',
    values: [0, 1, 2, 3],
  });
});

test.each([
  [[], '', []],
  [[sql`a = ${1}`], 'a = $1', [1]],
  [[sql`a = ${1}`, sql`b = ${2}`, sql`c`], 'a = $1 and b = $2 and c', [1, 2]],
])('join puts its separator between fragments only', (parts, text, values) => {
  expect(join(parts, sql` and `).toQuery()).toEqual({ text, values });
});
