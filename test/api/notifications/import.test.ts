import { createECDH, randomBytes } from 'node:crypto';
import { useApi } from '../../support/api.js';
import type { HttpAnswer } from '../../support/http.js';
import { useDatabase } from '../../support/servers/database.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const database = useDatabase();
const api = useApi({
  database,
});
let admin: TestUser;
beforeAll(async () => {
  admin = await createApiUser(database, 'ADMIN');
});
beforeEach(() => database.pool.query('delete from offices'));

const CSV = 'text/csv';
const NDJSON = 'application/x-ndjson';

const load = (what: string, type: string, body: string | Buffer, headers = {}): Promise<HttpAnswer> =>
  api.send(`/api/v1/${what}/import`, {
    method: 'POST',
    token: admin.token,
    headers: { 'Content-Type': type, ...headers },
    body,
  });

const countOf = async (table: string): Promise<number> => {
  const { rows } = await database.pool.query<{ count: number }>(`select count(*) from ${table}`);
  return Number(rows[0]?.count);
};

const OFFICES = 'external_id,name,time_zone\nn1,Nakano,Asia/Tokyo\nb1,"Berlin, Mitte",Europe/Berlin\n';

test('a file with a key is imported once, and the key is for that file alone', async () => {
  const key = { 'Idempotency-Key': 'monday' };
  const twice = await Promise.all([load('offices', CSV, OFFICES, key), load('offices', CSV, OFFICES, key)]);
  const first = twice.find(({ status }) => status === 200)!;
  expect(first.body).toEqual({ lines: 2, created: 2, updated: 0 });
  const again = await load('offices', CSV, OFFICES, key);
  expect([again.status, again.body, again.headers['idempotent-replayed']]).toEqual([200, first.body, 'true']);
  expect(twice.every(({ status }) => status === 200 || status === 409)).toBe(true);
  const other = await load('offices', CSV, `${OFFICES}k1,Kobe,Asia/Tokyo\n`, key);
  expect([other.status, other.body['code']]).toEqual([422, 'idempotency_key_reused']);
  expect(await countOf('offices')).toBe(2);
  const long = await load('offices', CSV, OFFICES, { 'Idempotency-Key': 'x'.repeat(256) });
  expect([long.status, long.body['errors']]).toMatchObject([400, [{ path: 'Idempotency-Key' }]]);
});

test('a refused file leaves its key for the one that is mended', async () => {
  const key = { 'Idempotency-Key': 'tuesday' };
  const refused = await load('offices', CSV, 'external_id,name,time_zone\nx1,X,Nowhere/X\n', key);
  expect([refused.status, refused.body['code']]).toEqual([400, 'validation_error']);
  expect((await load('offices', CSV, OFFICES, key)).body).toEqual({ lines: 2, created: 2, updated: 0 });
  const asJson = await load('offices', 'application/json', '{}');
  expect([asJson.status, asJson.body['title']]).toEqual([415, 'The body has another media type']);
});

test('CSV and NDJSON are read alike, and the same file again changes what is there and makes nothing', async () => {
  expect((await load('offices', CSV, `\ufeff${OFFICES}`)).body).toEqual({ lines: 2, created: 2, updated: 0 });
  expect((await load('offices', CSV, OFFICES)).body).toEqual({ lines: 2, created: 0, updated: 2 });
  const staff = [
    { office_external_id: 'n1', email: 'aya@example.test', notify_email: true, notify_push: false },
    { office_external_id: 'b1', email: 'ben@example.test', name: 'Ben', language: 'en' },
  ];
  const lines = staff.map((each) => JSON.stringify(each)).join('\n');
  expect((await load('staff', NDJSON, lines)).body).toEqual({ lines: 2, created: 2, updated: 0 });
  const csv = 'office_external_id,email,notify_email,notify_push\nn1,AYA@example.test,false,\n';
  expect((await load('staff', CSV, csv)).body).toEqual({ lines: 1, created: 0, updated: 1 });
  const { rows } = await database.pool.query(
    'select name, notify_email, notify_push from staff order by email',
  );
  expect(rows).toEqual([
    { name: 'aya', notify_email: false, notify_push: false },
    { name: 'Ben', notify_email: true, notify_push: true },
  ]);
  const deadlines = 'office_external_id,title,due_on\nn1,Fire inspection,2026-12-01\nn1,Tax,2026-12-31\n';
  expect((await load('deadlines', CSV, deadlines)).body).toEqual({ lines: 2, created: 2, updated: 0 });
  expect((await load('deadlines', CSV, deadlines)).body).toEqual({ lines: 2, created: 0, updated: 2 });
  const moved = '{"office_external_id":"b1","external_id":"d1","title":"Tax","due_on":"2026-11-30"}';
  expect((await load('deadlines', NDJSON, moved)).body).toMatchObject({ created: 1 });
  expect((await load('deadlines', NDJSON, moved.replace('11-30', '12-24'))).body).toMatchObject({
    updated: 1,
  });
});

test('one line that does not fit takes back all of them, and each error names its line and field', async () => {
  const csv = `${OFFICES}x1,,UTC\nx2,Mars,Mars/Olympus\nx3,too,many,cells\n`;
  const answer = await load('offices', CSV, csv);
  expect([answer.status, answer.body['code'], answer.body['error_count']]).toEqual([
    400,
    'validation_error',
    3,
  ]);
  expect(answer.body['line_errors']).toMatchObject([
    { line: 4, field: 'name' },
    { line: 5, field: 'time_zone' },
    { line: 6, field: '' },
  ]);
  expect(await countOf('offices')).toBe(0);
});

test('an office that is not there, an unknown field and broken JSON are named by their lines', async () => {
  await load('offices', CSV, OFFICES);
  const lines = [
    '{"office_external_id":"n1","email":"a@example.test"}',
    '{"office_external_id":"nowhere","email":"b@example.test"}',
    '{"office_external_id":"n1","email":"c@example.test","salary":1}',
    '{"office_external_id":',
    '',
    '{"office_external_id":"n1","email":"not an address"}',
  ];
  const answer = await load('staff', NDJSON, lines.join('\n'));
  const errors = answer.body['line_errors'] as { line: number; field: string; message: string }[];
  expect(errors.map(({ line, field }) => `${line} ${field}`).sort()).toEqual([
    '2 office_external_id',
    '3 salary',
    '4 ',
    '6 email',
  ]);
  expect(await countOf('staff')).toBe(0);
});

test('a record that comes twice is written in the order of the file', async () => {
  const csv = 'external_id,name,time_zone\nn1,First,UTC\nn1,Second,UTC\n';
  expect((await load('offices', CSV, csv)).body).toEqual({ lines: 2, created: 1, updated: 1 });
  expect((await database.pool.query('select name from offices')).rows).toEqual([{ name: 'Second' }]);
});

test('twenty thousand lines are one import with one entry in the audit log', async () => {
  const rows = Array.from({ length: 20_000 }, (_, index) => `o${index},Office ${index},UTC`);
  const csv = `external_id,name,time_zone\n${rows.join('\n')}\n`;
  expect((await load('offices', CSV, csv)).body).toEqual({ lines: 20_000, created: 20_000, updated: 0 });
  const { rows: entries } = await database.pool.query(
    `select after from audit_logs where action = 'imported' order by timestamp desc limit 1`,
  );
  expect(entries).toEqual([{ after: { lines: 20_000, created: 20_000, updated: 0 } }]);
});

test('another type of file is refused', async () => {
  expect((await load('offices', 'application/json', '[]')).status).toBe(415);
});

test('devices are taken with the people that they belong to, and follow them', async () => {
  await load('offices', CSV, OFFICES);
  await load('staff', CSV, 'office_external_id,email\nn1,aya@example.test\nb1,ben@example.test\n');
  const p256dh = createECDH('prime256v1').generateKeys('base64url');
  const device = { endpoint: 'https://push.test/1', p256dh, auth: randomBytes(16).toString('base64url') };
  const line = (office_external_id: string, email: string): string =>
    JSON.stringify({ office_external_id, email, ...device });
  const refused = await load('push-subscriptions', NDJSON, line('n1', 'ben@example.test'));
  expect(refused.body['line_errors']).toEqual([
    { line: 1, field: 'email', message: 'there is no such person in that office' },
  ]);
  const made = await load('push-subscriptions', NDJSON, line('n1', 'AYA@example.test'));
  expect(made.body).toEqual({ lines: 1, created: 1, updated: 0 });
  const moved = await load('push-subscriptions', NDJSON, line('b1', 'ben@example.test'));
  expect(moved.body).toEqual({ lines: 1, created: 0, updated: 1 });
  const { rows } = await database.pool.query(
    'select email from push_subscriptions join staff on staff.id = staff_id',
  );
  expect(rows).toEqual([{ email: 'ben@example.test' }]);
});
