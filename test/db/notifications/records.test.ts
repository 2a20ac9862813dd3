import { withTransaction, type Tx } from '../../../src/db/base/transaction.js';
import { deadlines, type DeadlineFilters } from '../../../src/db/notifications/deadlines.js';
import { offices } from '../../../src/db/notifications/offices.js';
import {
  pushSubscriptions,
  removeSubscription,
  type PushFilters,
} from '../../../src/db/notifications/push-subscriptions.js';
import { staff, type StaffFilters } from '../../../src/db/notifications/staff.js';
import { pageOf } from '../../support/rows/page.js';
import { useDatabase } from '../../support/servers/database.js';

const database = useDatabase();
const inTx = <Result>(work: (tx: Tx) => Promise<Result>) => withTransaction(database.pool, work);
afterEach(() => database.pool.query('delete from offices'));

const office = (name: string, more: object = {}) =>
  inTx((tx) => offices.insert(tx, { name, time_zone: 'UTC', ...more }));
const namesOf = (rows: readonly { name: string }[]): string[] => rows.map(({ name }) => name);

test('offices are narrowed by their outer id, by whether they are active, and by the beginning of their name', async () => {
  const [ghent] = [await office('Ghent', { external_id: 'G-1' })];
  await office('Genk 10%', { is_active: false });
  await office('Antwerp');
  const list = async (filters: Parameters<typeof offices.list>[1], limit = 9): Promise<string[]> =>
    namesOf(await offices.list(database.pool, filters, pageOf(limit)));
  expect(await list({})).toEqual(['Antwerp', 'Genk 10%', 'Ghent']);
  expect(await list({}, 1)).toEqual(['Antwerp', 'Genk 10%']);
  expect(await list({ external_id: 'G-1' })).toEqual(['Ghent']);
  expect(await list({ is_active: true })).toEqual(['Antwerp', 'Ghent']);
  expect(await list({ is_active: false })).toEqual(['Genk 10%']);
  expect(await list({ q: 'gEn' })).toEqual(['Genk 10%']);
  expect(await list({ q: 'e' })).toEqual([]);
  expect(await list({ q: 'genk 10%', is_active: true })).toEqual([]);
  const after = pageOf(9, { at: ghent.created_at, id: ghent.id });
  expect(await offices.list(database.pool, {}, after)).toEqual([]);
});

test('a changed office has what was named, a later version and time, and the one beside it stays', async () => {
  const [ghent, beside] = [await office('Ghent', { external_id: 'G-1' }), await office('Antwerp')];
  const changed = await inTx((tx) => offices.update(tx, ghent.id, { name: 'Gent', external_id: undefined }));
  expect(changed).toMatchObject({ ...ghent, name: 'Gent', version: 2, updated_at: changed.updated_at });
  expect(Date.parse(changed.updated_at)).toBeGreaterThanOrEqual(Date.parse(ghent.updated_at));
  expect(changed.updated_at).not.toBe(ghent.updated_at);
  expect(await offices.find(database.pool, ghent.id)).toEqual(changed);
  expect(await inTx((tx) => offices.lock(tx, beside.id))).toEqual(beside);
  expect(await inTx((tx) => offices.remove(tx, ghent.id))).toBe(1);
  expect(await inTx((tx) => offices.remove(tx, ghent.id))).toBe(0);
  expect(await offices.find(database.pool, ghent.id)).toBeUndefined();
  expect(namesOf(await offices.list(database.pool, {}, pageOf(9)))).toEqual(['Antwerp']);
});

test('staff are narrowed by office, address, activity and the beginning of name or address', async () => {
  const [ghent, antwerp] = [await office('Ghent'), await office('Antwerp')];
  const person = (name: string, email: string, more: object = {}) =>
    inTx((tx) => staff.insert(tx, { office_id: ghent.id, name, email, ...more }));
  await person('Ann', 'Ann@example.test');
  await person('Bob', 'bob@example.test', { is_active: false });
  await person('Cy', 'ann.cy@example.test', { office_id: antwerp.id });
  const list = async (filters: StaffFilters): Promise<string[]> =>
    namesOf(await staff.list(database.pool, filters, pageOf(9)));
  expect(await list({})).toEqual(['Cy', 'Bob', 'Ann']);
  expect(await list({ office_id: antwerp.id })).toEqual(['Cy']);
  expect(await list({ email: 'aNN@example.test' })).toEqual(['Ann']);
  expect(await list({ is_active: false })).toEqual(['Bob']);
  expect(await list({ q: 'ANN' })).toEqual(['Cy', 'Ann']);
  expect(await list({ q: 'cy' })).toEqual(['Cy']);
});

test('quiet hours are set and taken away together; a new address makes good what the old one lost', async () => {
  const { id: office_id } = await office('Ghent');
  const given = {
    office_id,
    name: 'Ann',
    email: 'ann@example.test',
    quiet_hours: { from: '22:00', to: '07:00' },
  };
  const person = await inTx((tx) => staff.insert(tx, given));
  expect(person).toMatchObject({ office_name: 'Ghent', quiet_hours: given.quiet_hours, suppressed: null });
  await database.pool.query(`update staff set suppressed = 'bounced', suppressed_at = now()`);
  const change = (more: object) => inTx((tx) => staff.update(tx, person.id, more));
  expect(await change({ name: 'Anna' })).toMatchObject({
    suppressed: 'bounced',
    quiet_hours: given.quiet_hours,
  });
  expect(await change({ quiet_hours: null })).toMatchObject({ name: 'Anna', quiet_hours: null });
  expect(await change({ email: 'anna@example.test' })).toMatchObject({ suppressed: null });
  const { rows } = await database.pool.query('select suppressed_at from staff');
  expect(rows).toEqual([{ suppressed_at: null }]);
});

test('devices are narrowed by their person, and change their address and keys together', async () => {
  const { id: office_id } = await office('Ghent');
  const device = async (name: string) => {
    const { id: staff_id } = await inTx((tx) =>
      staff.insert(tx, { office_id, name, email: `${name}@example.test` }),
    );
    const keys = { p256dh: `p ${name}`, auth: `a ${name}` };
    const endpoint = `https://push.example/${name}`;
    return inTx((tx) => pushSubscriptions.insert(tx, { staff_id, endpoint, keys }));
  };
  const [ann, bob] = [await device('ann'), await device('bob')];
  const list = async (filters: PushFilters) =>
    (await pushSubscriptions.list(database.pool, filters, pageOf(9))).map(({ id }) => id);
  expect(await list({})).toEqual([bob.id, ann.id]);
  expect(await list({ staff_id: ann.staff_id })).toEqual([ann.id]);
  const change = { endpoint: 'https://push.example/new', keys: { p256dh: 'p', auth: 'a' } };
  await inTx((tx) => pushSubscriptions.update(tx, ann.id, change));
  const { rows } = await database.pool.query(
    'select endpoint, p256dh, auth, staff_id from push_subscriptions where id = $1',
    [ann.id],
  );
  expect(rows).toEqual([
    { endpoint: 'https://push.example/new', p256dh: 'p', auth: 'a', staff_id: ann.staff_id },
  ]);
  await removeSubscription(database.pool, ann.id);
  expect(await list({})).toEqual([bob.id]);
});

test('deadlines are narrowed by office, state and days, the first and the last among them', async () => {
  const [ghent, antwerp] = [await office('Ghent'), await office('Antwerp')];
  const due = (title: string, due_on: string, more: object = {}) =>
    inTx((tx) => deadlines.insert(tx, { office_id: ghent.id, title, due_on, ...more }));
  await due('a', '2026-07-01', { critical: true });
  await due('b', '2026-07-02', { office_id: antwerp.id });
  await due('c', '2026-07-03', { state: 'closed' });
  const list = async (filters: DeadlineFilters): Promise<string[]> =>
    (await deadlines.list(database.pool, filters, pageOf(9))).map(({ title }) => title);
  expect(await list({})).toEqual(['c', 'b', 'a']);
  expect(await list({ office_id: antwerp.id })).toEqual(['b']);
  expect(await list({ state: 'closed' })).toEqual(['c']);
  expect(await list({ due_from: '2026-07-02' })).toEqual(['c', 'b']);
  expect(await list({ due_to: '2026-07-02' })).toEqual(['b', 'a']);
  expect(await deadlines.list(database.pool, { due_to: '2026-07-01' }, pageOf(9))).toMatchObject([
    { office_name: 'Ghent', due_on: '2026-07-01', critical: true, state: 'open', version: 1 },
  ]);
});
