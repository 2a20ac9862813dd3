import { useSqlHouse } from '../../support/sql/house.js';
import { attacks, legitimate } from '../../support/sql/matrix.js';

const house = useSqlHouse();

test('no attack gets past the door, and none leaves a session behind', async () => {
  const passed: unknown[] = [];
  for (const [what, sql] of attacks) {
    const { status, body } = await house.execute({ sql });
    if (status !== 400) passed.push([what, status, body]);
  }
  expect(passed).toEqual([]);
  const { rows } = await house.database.pool.query<{ count: number }>('select count(*) from sql_runs');
  expect(rows[0]?.count).toBe(0);
});

test('everything legitimate gives rows', async () => {
  const refused: unknown[] = [];
  for (const [what, sql] of legitimate) {
    const { status, body } = await house.execute({ sql });
    if (status !== 200 || body['status'] !== 'completed' || body['row_count'] === 0)
      refused.push([what, body]);
  }
  expect(refused).toEqual([]);
}, 120_000);
