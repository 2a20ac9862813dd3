import { withTransaction } from '../../../src/db/base/transaction.js';
import {
  beginSending,
  endSending,
  listDueMails,
  listDuePushes,
  narrowDelivery,
} from '../../../src/db/notifications/sending.js';
import {
  givenDeadline,
  givenDelivery,
  givenOffice,
  givenRunOffice,
  givenStaff,
  type GivenDelivery,
} from '../../support/notifications/given.js';
import { givenUser } from '../../support/people.js';
import { withoutIndexes } from '../../support/rows/without-indexes.js';
import { givenRun } from '../../support/runs.js';
import { useDatabase } from '../../support/servers/database.js';

const database = useDatabase();
let run: string;
let office: string;
let staff: string;
let open: string;
beforeAll(async () => {
  const { pool } = database;
  run = (await givenRun(pool, await givenUser(pool), { kind: 'deadline-run' })).id;
  office = await givenOffice(pool);
  staff = await givenStaff(pool, office);
  open = await givenDeadline(pool, office);
  await givenRunOffice(pool, run, office);
  await givenRunOffice(pool, run, 'another');
});
beforeEach(() => database.pool.query(`update notification_run_offices set claim = 'a try'`));
afterEach(() => database.pool.query('delete from notification_deliveries'));

const given = (more: Partial<GivenDelivery> = {}) =>
  givenDelivery(database.pool, { run, office, staff, deadlines: [open], ...more });
const claim = () => ({ runId: run, officeId: office, claim: 'a try' });
const state = async (id: string): Promise<unknown> =>
  (
    await database.pool.query(
      `select status, reason, error, attempts, claim, sent_at is not null as sent,
              array(select void from notification_keys where delivery_id = id) as void
         from notification_deliveries where id = $1`,
      [id],
    )
  ).rows[0];
const begin = (id: string) => beginSending(database.pool, claim(), id);

test('the messages of an office come by their ids, a hundred at a time, each channel by itself', async () => {
  const { pool } = database;
  const [third, first] = [await given({ deadlines: [] }), await given({ deadlines: [] })];
  await pool.query(
    `update notification_deliveries set id = 'dlv_' || case when id = $1 then '3' else '1' end`,
    [third],
  );
  const push = await given({ channel: 'push', deadlines: [] });
  await given({ status: 'sent', deadlines: [] });
  await given({ office: 'another', deadlines: [] });
  await given({ run: 'another', deadlines: [] });
  await given({ channel: 'push', status: 'sent', deadlines: [] });
  await given({ channel: 'push', office: 'another', deadlines: [] });
  await given({ channel: 'push', run: 'another', deadlines: [] });
  expect(first).not.toBe(third);
  const mails = (after: string) => withoutIndexes(pool, (tx) => listDueMails(tx, claim(), after));
  expect((await mails('')).map(({ id }) => id)).toEqual(['dlv_1', 'dlv_3']);
  expect(await mails('dlv_1')).toMatchObject([
    { id: 'dlv_3', staffId: staff, name: 'Aya', messageId: third },
  ]);
  expect((await listDuePushes(pool, claim(), '')).map(({ id }) => id)).toEqual([push]);
  expect(await listDuePushes(pool, claim(), push)).toEqual([]);
  for (const channel of ['email', 'push'])
    await pool.query(
      `insert into notification_deliveries (id, run_id, office_id, staff_id, channel, recipient, status, message_id, facts, content)
       select $3 || lpad((1000 - n)::text, 4, '0'), $1, $2, 'stf', $3, '', 'planned', '', '{}', '{}' from generate_series(1, 101) as n`,
      [run, office, channel],
    );
  const pushes = await withoutIndexes(pool, (tx) => listDuePushes(tx, claim(), 'e'));
  expect([(await mails('e')).length, pushes.length]).toEqual([100, 100]);
  expect(pushes[0]?.id).toBe('push0899');
});

test('a message begins once its deadlines are open and its person wants the channel, by the try that has the office', async () => {
  const { pool } = database;
  const [id, beside] = [await given(), await given()];
  await pool.query(`update notification_run_offices set claim = 'later'`);
  expect(await begin(id)).toBe('lost_claim');
  await pool.query(
    `update notification_run_offices set claim = case office_id when $1 then 'a try' else 'later' end`,
    [office],
  );
  expect(await begin(id)).toBe('begun');
  expect(await state(id)).toMatchObject({ status: 'sending', attempts: 1, claim: 'a try', void: [false] });
  expect(await begin(id)).toBe('begun');
  expect(await state(id)).toMatchObject({ status: 'sending', attempts: 2 });
  expect(await state(beside)).toMatchObject({ status: 'planned', attempts: 0, claim: null });
  await pool.query(`update notification_deliveries set claim = 'earlier' where id = $1`, [id]);
  expect(await begin(id)).toBe('not_planned');
  await pool.query(`update notification_deliveries set status = 'sent', claim = 'a try' where id = $1`, [id]);
  expect(await begin(id)).toBe('not_planned');
});

test('a message about closed deadlines does not begin, all of them or some', async () => {
  const { pool } = database;
  const closed = await givenDeadline(pool, office, '2026-03-17', 'closed');
  const standstill = async (deadlines: string[]) => begin(await given({ deadlines }));
  expect(await standstill([closed])).toBe('deadline_closed');
  expect(await standstill([closed, open])).toBe('some_closed');
  expect(await standstill(['ddl_gone', open])).toBe('some_closed');
  expect(await standstill(['ddl_gone'])).toBe('deadline_closed');
  expect(await standstill([open])).toBe('begun');
});

test('a message to a person who does not want its channel does not begin', async () => {
  const { pool } = database;
  const other = await givenStaff(pool, office);
  const wants = async (assignments: string) => {
    await pool.query('update staff set notify_email = true, notify_push = true, is_active = true');
    await pool.query(`update staff set ${assignments} where id = $1`, [staff]);
    return [await begin(await given()), await begin(await given({ channel: 'push' }))];
  };
  expect(await wants('notify_email = false')).toEqual(['opted_out', 'begun']);
  expect(await wants('notify_push = false')).toEqual(['begun', 'opted_out']);
  expect(await wants('is_active = false')).toEqual(['opted_out', 'opted_out']);
  expect(await begin(await given({ staff: other }))).toBe('begun');
  expect(await begin(await given({ staff: 'stf_gone' }))).toBe('opted_out');
  expect(await wants('is_active = true')).toEqual(['begun', 'begun']);
});

test('the end of a try is written by the try that began it, and gives keys back when it says so', async () => {
  const { pool } = database;
  const end = async (id: string, status: 'sent' | 'failed', isVoid: boolean) => {
    const ending = { id, status, reason: 'why', error: 'what', isVoid };
    await withTransaction(pool, (tx) => endSending(tx, claim(), ending));
    return state(id);
  };
  const told = { reason: 'why', error: 'what' };
  const [sending, beside] = [await given({ status: 'sending', claim: 'a try' }), await given()];
  expect(await end(sending, 'sent', false)).toMatchObject({
    ...told,
    status: 'sent',
    sent: true,
    void: [false],
  });
  expect(await state(beside)).toMatchObject({ status: 'planned', void: [false] });
  expect(await end(beside, 'failed', true)).toMatchObject({
    ...told,
    status: 'failed',
    sent: false,
    void: [true],
  });
  const lost = await given({ status: 'unknown', claim: 'a try' });
  expect(await end(lost, 'sent', true)).toMatchObject({ status: 'sent', void: [true] });
  const later = await given({ status: 'sending', claim: 'a later try' });
  expect(await end(later, 'sent', true)).toMatchObject({ status: 'sending', reason: null, void: [false] });
  const done = await given({ status: 'skipped', claim: 'a try' });
  expect(await end(done, 'sent', true)).toMatchObject({ status: 'skipped', void: [false] });
  expect(await state(sending)).toMatchObject({ status: 'sent', void: [false] });
});

test('a digest is narrowed to its open deadlines while it is planned, and gives up the keys of the others', async () => {
  const { pool } = database;
  const closed = await givenDeadline(pool, office, '2026-03-17', 'closed');
  const narrow = async (status: 'planned' | 'sending') => {
    const id = await given({ status, deadlines: [open, closed] });
    await pool.query(
      `update notification_deliveries set facts = jsonb_build_object('name', 'Aya', 'items', jsonb_build_array(
              jsonb_build_object('deadlineId', $2::text), jsonb_build_object('deadlineId', $3::text)))
        where id = $1`,
      [id, open, closed],
    );
    await narrowDelivery(pool, id, (facts) => ({ facts, content: { text: `${facts.items.length}` } }));
    const { rows } = await pool.query(
      `select jsonb_array_length(facts -> 'items') as items, content,
              array(select deadline_id from notification_keys where delivery_id = id order by deadline_id) as keys
         from notification_deliveries where id = $1`,
      [id],
    );
    return rows as unknown[];
  };
  const beside = await given({ deadlines: [open, closed] });
  const address = 'a@example.test';
  expect(await narrow('planned')).toEqual([{ items: 1, content: { address, text: '1' }, keys: [open] }]);
  expect(await narrow('sending')).toEqual([{ items: 2, content: { address }, keys: [open, closed].sort() }]);
  expect(await state(beside)).toMatchObject({ void: [false, false] });
});
