import { readChunk } from '../../../src/db/notifications/planning-reads.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { seedOffices } from '../../support/notifications/seed.js';
import { useDatabase } from '../../support/servers/database.js';

const database = useDatabase();
const read = (after = '', limit = 10) =>
  withTransaction(database.pool, (tx) => readChunk(tx, { runId: 'job', after, limit }));

let officeIds: readonly string[];

beforeAll(async () => {
  const deadlines = ['2026-03-19', '2026-03-17', '2026-03-18'];
  ({ officeIds } = await seedOffices(database.pool, { offices: 3, staff: 2, deadlines }));
});

test('the open deadlines of an office come by their day, and a closed one does not come', async () => {
  await database.pool.query(
    `update deadlines set state = 'closed' where office_id = $1 and title = 'Deadline 3'`,
    [officeIds[0]],
  );
  const [first, second] = (await read()).offices;
  expect(first?.deadlines.map(({ title }) => title)).toEqual(['Deadline 2', 'Deadline 1']);
  expect(second?.deadlines.map(({ title }) => title)).toEqual(['Deadline 2', 'Deadline 3', 'Deadline 1']);
});

test('offices come in chunks by their id, and each chunk knows of all and whether there are others', async () => {
  const chunk = await read('', 2);
  expect(chunk.offices.map(({ id }) => id)).toEqual(officeIds.slice(0, 2));
  expect([chunk.totalOffices, chunk.hasMore]).toEqual([3, true]);
  const rest = await read(officeIds[1], 2);
  expect(rest.offices.map(({ id }) => id)).toEqual([officeIds[2]]);
  expect([rest.totalOffices, rest.hasMore]).toEqual([3, false]);
});

test('only the active staff of an office is planned for, in the order of their ids', async () => {
  const { rows } = await database.pool.query<{ id: string }>(
    'select id from staff where office_id = $1 order by id desc',
    [officeIds[2]],
  );
  const staffOf = async () => (await read()).offices[2]?.staff.map(({ id }) => id);
  expect(await staffOf()).toEqual(rows.map(({ id }) => id).reverse());
  await database.pool.query('update staff set is_active = false where id = $1', [rows[0]?.id]);
  expect(await staffOf()).toEqual([rows[1]?.id]);
});
