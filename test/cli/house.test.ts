import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '../../src/contracts/ids.js';
import { startReceiver, type WebhookReceiver } from '../support/webhooks/receiver.js';
import { useWholeHouse } from '../support/houses/whole-house.js';
import { waitUntil } from '../support/wait-until.js';
import { buildCli, removeCli, sluice, type Ran } from './cli-fixture.js';

const house = useWholeHouse({ SQL_CONFIRM_ROWS: '500' });
const folder = mkdtempSync(join(tmpdir(), 'sluice-house-'));
const inFolder = (name: string): string => join(folder, name);

beforeAll(buildCli);
afterAll(() => {
  removeCli();
  rmSync(folder, { recursive: true });
});

/** As Ana, unless somebody else is said. */
const run = (args: readonly string[], input = '', token = house.ana.token): Promise<Ran> =>
  sluice(args, { SLUICE_URL: house.api.url, SLUICE_API_KEY: token, HOME: folder }, input);

/** A command that has to succeed; gives what it printed. */
async function ok(args: readonly string[], input = '', token = house.ana.token): Promise<string> {
  const ran = await run(args, input, token);
  expect([args, ran.code, ran.code === 0 ? '' : ran.err]).toEqual([args, 0, '']);
  return ran.out.trim();
}
const asAdmin = (...args: string[]): Promise<string> => ok(args, '', house.admin.token);
const json = async (args: readonly string[]): Promise<Record<string, unknown>> =>
  JSON.parse(await ok([...args, '-o', 'json'])) as Record<string, unknown>;
const startMinimal = (...more: string[]): Promise<string> =>
  ok(['session', 'start', 'home coffee roasting', '--template', 'minimal', '-o', 'ids', ...more]);

/** Until a session has the status. Commands that are repeated here would each be a process. */
function standing(id: string, status: string): Promise<unknown> {
  const path = `/api/v1/cot-sessions/${id}/progress`;
  return waitUntil(
    async () => (await house.api.send(path, { token: house.ana.token })).body['status'] === status,
    { what: `${id} is ${status}`, timeoutMs: 120_000 },
  );
}

test('a session goes from its start to its export, through each of its gates', async () => {
  const started = await run([
    'session',
    'start',
    'coffee',
    '--template',
    'minimal',
    '--tag',
    'house',
    '--wait',
    '-o',
    'ids',
  ]);
  expect([started.code, started.err]).toEqual([5, expect.stringContaining('waits for a person')]);
  const id = started.out.trim();
  expect(await ok(['session', 'list', '--tag', 'house', '-o', 'ids'])).toBe(id);
  expect(await json(['session', 'get', id])).toMatchObject({ status: 'waiting_approval' });

  const gates = await ok(['gate', 'list', '-o', 'ids']);
  await ok(['gate', 'decide', 'redo', '-', '--instructions', 'be bolder'], gates);
  await standing(id, 'waiting_approval');
  expect((await run(['session', 'approve', id, '--comment', 'reads well', '--wait'])).code).toBe(5);
  expect((await run(['session', 'edit', id, '--edits', '# Better', '--wait'])).code).toBe(0);

  await ok(['session', 'export', id, '--file', inFolder('session.json')]);
  expect(readFileSync(inFolder('session.json'), 'utf8')).toContain('# Better');
  const watched = await run(['session', 'watch', id, '--after', '0']);
  expect([watched.code, watched.err]).toEqual([0, expect.stringContaining('session.completed')]);
  expect(JSON.parse(await ok(['session', 'compare', id, 'attempt:1']))).toHaveProperty('phases');
  expect(await ok(['temporal', 'open', id])).toContain('http://localhost:8233/');
}, 240_000);

test('redo and fork give their price first, and a key makes a repetition take effect once', async () => {
  const id = await startMinimal();
  await standing(id, 'waiting_approval');
  expect(await json(['session', 'redo', id, '--phase', '1', '--dry-run'])).toHaveProperty('rerunSteps');
  expect(await json(['session', 'fork', id, '--phase', '1', '--dry-run'])).toHaveProperty('reusedSteps');
  const fork = ['session', 'fork', id, '--phase', '1', '--idempotency-key', 'fork-1', '-o', 'ids'];
  const forked = await ok(fork);
  expect(await ok(fork)).toBe(forked);
  expect(
    (await run(['session', 'redo', id, '--phase', '1', '--instructions', 'shorter', '--wait'])).code,
  ).toBe(5);
  expect(await json(['session', 'get', id])).toMatchObject({ progress: { attempt: 2 } });
  await standing(forked, 'waiting_approval');
  expect(await ok(['session', 'cancel', '-', '-o', 'ids'], `${id}\n${forked}\n`)).toBe(`${id}\n${forked}`);
  // Another test takes every gate that is open.
  for (const each of [id, forked]) await standing(each, 'canceled');
}, 240_000);

test('a session is paused, resumed and canceled, and what is over refuses with 1', async () => {
  const id = await startMinimal('--manual-steps');
  await ok(['session', 'pause', id, '--reason', 'lunch']);
  expect(await json(['session', 'get', id])).toMatchObject({ status: 'paused' });
  await ok(['session', 'resume', id]);
  expect(await ok(['cancel', id, '-o', 'ids'])).toBe(id);
  await standing(id, 'canceled');
  expect(await run(['session', 'pause', id])).toMatchObject({
    code: 1,
    err: expect.stringContaining('already_finished') as string,
  });
  expect((await run(['session', 'approve', id])).code).toBe(1);
  expect((await run(['watch', id])).code).toBe(1);
}, 240_000);

test('a report is made, read, downloaded, scheduled and triggered', async () => {
  const text = await ok(['report', 'start', '--format', 'md', '--title', 'Today', '--wait']);
  expect(text).toContain('# Today');
  const id = await ok(['runs', '--kind', 'report', '-o', 'ids']);
  expect(await json(['report', 'get', id])).toMatchObject({ status: 'success' });
  await ok(['report', 'download', id, '--file', inFolder('report.md')]);
  expect(readFileSync(inFolder('report.md'), 'utf8').trim()).toBe(text);

  const create = [
    'report',
    'schedule',
    'create',
    'Mondays',
    '--cron',
    '0 9 * * mon',
    '--time-zone',
    'Asia/Tokyo',
    '-o',
    'ids',
  ];
  const schedule = await ok(create);
  expect(await ok(['report', 'schedule', 'list', '-o', 'ids'])).toBe(schedule);
  await ok(['report', 'schedule', 'pause', schedule]);
  expect(await json(['report', 'schedule', 'resume', schedule])).toMatchObject({ enabled: true });
  const job = await ok(['report', 'schedule', 'trigger', schedule, '-o', 'ids']);
  expect((await run(['watch', job, '--after', '0'])).code).toBe(0);
  await ok(['report', 'schedule', 'delete', schedule]);
  expect(await ok(['report', 'schedule', 'list', '-o', 'ids'])).toBe('');
}, 240_000);

const forever =
  'select count(*) from generate_series(1, 90000000) as a cross join generate_series(1, 1000) as b where a * b % 7 = 3';

test('a statement runs, is read and downloaded; a large one waits for its confirmation', async () => {
  const printed = await ok(['sql', 'run', 'select 1 as one', '--wait']);
  expect(printed).toBe('one\n1');
  const id = (await ok(['sql', 'list', '-o', 'ids'])).split('\n')[0] ?? '';
  expect(await json(['sql', 'status', id])).toMatchObject({ status: 'completed', row_count: 1 });
  expect(await json(['sql', 'results', id])).toMatchObject({ rows: [[1]] });
  expect(await ok(['sql', 'download', id])).toBe('one\r\n1');
  const large = ['sql', 'run', 'select * from orders'];
  expect(await run(large)).toMatchObject({ code: 5, err: expect.stringContaining('--confirm') as string });
  expect(await run([...large, '--yes', '--wait', '-o', 'ids'])).toMatchObject({ code: 0 });
  const slow = await ok(['sql', 'run', forever, '--yes', '-o', 'ids']);
  await ok(['sql', 'cancel', slow]);
  expect((await run(['watch', slow, '--after', '0'])).code).toBe(1);
  expect((await run(['sql', 'run', 'drop table orders'])).err).toContain('sql_not_allowed');
}, 240_000);

test('deadlines are planned, executed as shown, and explained', async () => {
  const [office, staff, deadline] = [newId('office'), newId('staff'), newId('deadline')];
  const { pool } = house.database;
  await pool.query(`insert into offices (id, name, time_zone) values ($1, 'One', 'UTC')`, [office]);
  await pool.query(`insert into staff (id, office_id, name, email) values ($1, $2, 'S', 's@example.test')`, [
    staff,
    office,
  ]);
  await pool.query(
    `insert into deadlines (id, office_id, title, due_on) values ($1, $2, 'Due', current_date + 1)`,
    [deadline, office],
  );
  const plan = await asAdmin('notify', 'plan', '--office', office, '--wait', '-o', 'ids');
  expect(JSON.parse(await asAdmin('report', 'download', plan))).toMatchObject({ dry_run: true });
  expect(await asAdmin('notify', 'plan', '--office', office, '--wait')).toMatch(
    /^offices +e-mails [^]*\n1 +1 +0 /,
  );
  const sent = await asAdmin('notify', 'execute', plan, '--wait', '-o', 'ids');
  expect(JSON.parse(await asAdmin('report', 'download', sent))).toMatchObject({ dry_run: false });
  expect(JSON.parse(await asAdmin('notify', 'explain', staff, deadline))).toHaveProperty('staff_id', staff);
  expect(await asAdmin('notify', 'deliveries', '-o', 'ids')).toBeDefined();
  await asAdmin('notify', 'schedule', '--cron', '0 8 * * *', '--time-zone', 'Asia/Tokyo');
  expect(JSON.parse(await asAdmin('notify', 'schedule', '-o', 'json'))).toMatchObject({ cron: '0 8 * * *' });
  await asAdmin('notify', 'schedule', '--off');
  expect((await run(['notify', 'plan'])).code).toBe(3);
}, 240_000);

test('users, their keys and the audit log', async () => {
  const id = await asAdmin('user', 'create', 'bo@house.test', 'Bo', '--role', 'ANALYST', '-o', 'ids');
  const made = JSON.parse(await asAdmin('user', 'key', 'create', id, 'laptop')) as {
    id: string;
    secret: string;
  };
  expect(JSON.parse(await ok(['user', 'me', '-o', 'json'], '', made.secret))).toMatchObject({ name: 'Bo' });
  expect(await asAdmin('user', 'key', 'list', id, '-o', 'ids')).toBe(made.id);
  await asAdmin('user', 'change', id, '--role', 'ADMIN', '--reason', 'on call');
  expect(JSON.parse(await asAdmin('user', 'get', id, '-o', 'json'))).toMatchObject({ role: 'ADMIN' });
  await asAdmin('user', 'key', 'revoke', id, made.id);
  expect((await run(['user', 'me'], '', made.secret)).code).toBe(3);
  await asAdmin('user', 'deactivate', id, '--reason', 'has left');
  expect(await asAdmin('user', 'list', '--q', 'bo@house', '--is-active', 'false', '-o', 'ids')).toBe(id);

  const entries = await asAdmin('audit', 'list', '--resource-id', id, '-o', 'ids');
  expect(entries.split('\n').length).toBeGreaterThan(2);
  await asAdmin('audit', 'export', '--file', inFolder('audit.ndjson'));
  expect(await ok(['audit', 'verify', inFolder('audit.ndjson')])).toMatch(/\w/);
  expect(JSON.parse(await asAdmin('audit', 'verify'))).toMatchObject({ valid: true });
  expect((await run(['audit', 'list'])).code).toBe(3);
  expect((await run(['session', 'get', newId('session')])).code).toBe(4);
}, 240_000);

describe('webhooks', () => {
  let receiver: WebhookReceiver;
  beforeAll(async () => {
    receiver = await startReceiver();
  });
  afterAll(() => receiver.close());

  test('one is made, tested, delivered again, and removed', async () => {
    const made = JSON.parse(await asAdmin('webhook', 'create', receiver.url, '--event', 'job.completed')) as {
      id: string;
    };
    expect(await asAdmin('webhook', 'list', '-o', 'ids')).toBe(made.id);
    const delivery = await asAdmin('webhook', 'test', made.id, '-o', 'ids');
    await waitUntil(() => Promise.resolve(receiver.received.length > 0), {
      what: 'the test message',
      timeoutMs: 60_000,
    });
    expect(await asAdmin('webhook', 'deliveries', made.id, '-o', 'ids')).toBe(delivery);
    expect(JSON.parse(await asAdmin('webhook', 'rotate-secret', made.id))).toHaveProperty('secret');
    await asAdmin('webhook', 'change', made.id, '--event', 'gate.opened', '--off', '--reason', 'moving');
    expect(JSON.parse(await asAdmin('webhook', 'get', made.id, '-o', 'json'))).toMatchObject({
      events: ['gate.opened'],
      isActive: false,
    });
    await asAdmin('webhook', 'remove', made.id);
    expect((await run(['webhook', 'get', made.id], '', house.admin.token)).code).toBe(4);
  }, 240_000);
});

test('failures of a user are a list of groups, and an unknown group is not found', async () => {
  expect(JSON.parse(await ok(['failure', 'list', '-o', 'json']))).toHaveProperty('items');
  expect((await run(['failure', 'retry', '0123456789abcdef', '--dry-run'])).code).toBe(4);
}, 120_000);

test('what used up its retries is listed, and replaying it names the new job', async () => {
  expect(await asAdmin('dead-letter', 'list', '-o', 'ids')).toBe('');
  const preview = await run(
    ['dead-letter', 'replay-matching', '--kind', 'report', '--dry-run'],
    '',
    house.admin.token,
  );
  expect([preview.code, preview.err]).toEqual([0, expect.stringContaining('0 would be replayed')]);
  expect((await run(['dead-letter', 'list'])).code).toBe(3);
  expect((await run(['dead-letter', 'replay', 'dl_nobody'], '', house.admin.token)).code).not.toBe(0);
}, 120_000);
