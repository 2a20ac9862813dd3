import { makeDemoOffices } from '../../src/dev/postgres/demo-offices.js';
import { addDays } from '../../src/domain/notifications/local-time.js';
import { useDatabase, type TestDatabase } from '../support/servers/database.js';

const database = useDatabase();
const another = useDatabase();
const TODAY = '2026-03-10';

interface DemoRow {
  readonly office: string;
  readonly zone: string;
  readonly people: number;
  readonly deadlines: readonly string[];
}

async function demo({ pool }: TestDatabase): Promise<readonly DemoRow[]> {
  const { rows } = await pool.query<DemoRow>(
    `select name as office, time_zone as zone,
            (select count(*) from staff where office_id = offices.id) as people,
            (select array_agg(title || ' ' || due_on order by title, due_on) from deadlines
              where office_id = offices.id) as deadlines
       from offices order by external_id`,
  );
  return rows;
}

test('a fresh stack has twelve offices with five people each and deadlines around today, the same every time', async () => {
  await makeDemoOffices(database.pool, TODAY);
  const first = await demo(database);
  expect(first).toHaveLength(12);
  expect(first.map(({ people }) => people)).toEqual(Array(12).fill(5));
  const days = first.flatMap(({ deadlines }) => deadlines.map((deadline) => deadline.slice(-10)));
  expect(days).toHaveLength(36);
  // Something stands at each threshold, and something has passed.
  for (const left of [30, 14, 7, 3, 1, 0, -2]) expect(days).toContain(addDays(TODAY, left));
  await makeDemoOffices(another.pool, TODAY);
  expect(await demo(another)).toEqual(first);
});

test('demo offices that somebody removed do not come back', async () => {
  await makeDemoOffices(database.pool, TODAY);
  await database.pool.query('delete from offices');
  await makeDemoOffices(database.pool, TODAY);
  expect(await demo(database)).toEqual([]);
});
