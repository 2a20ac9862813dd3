import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { answer, buildCli, frame, removeCli, sluice, startTinyApi, type TinyApi } from './cli-fixture.js';

let api: TinyApi;
let folder: string;
const env = (): Record<string, string> => ({ SLUICE_URL: api.url, SLUICE_API_KEY: 'slk_test' });

beforeAll(async () => {
  await buildCli();
  folder = await mkdtemp(join(tmpdir(), 'sluice-cli-'));
});

beforeEach(async () => {
  api = await startTinyApi();
});

afterEach(() => api.close());
afterAll(() => rm(folder, { recursive: true }));
afterAll(removeCli);

test('report asks for a report, prints its events and the result', async () => {
  api.routes.set('POST /generate-report', (_request, response) => answer(response, 202, { jobId: 'job_1' }));
  api.routes.set('GET /jobs/job_1/events', (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.end(
      `: \n\n${frame(1, 'job.started')}${frame(2, 'job.progress', { percent: 50, phase: 'rendering' })}${frame(3, 'job.completed')}`,
    );
  });
  api.routes.set('GET /jobs/job_1/result', (_request, response) => response.end('<h1>hello</h1>'));
  const usage = { name: 'usage', title: 'Tokens and cost', status: 'missing', error: 'it failed' };
  api.routes.set('GET /jobs/job_1', (_request, response) =>
    answer(response, 200, { status: 'success', sections: [usage] }),
  );
  const ran = await sluice(['report', 'start', '--wait', '--type', 'activity', '--title', 'Today'], env());
  expect(ran).toMatchObject({ code: 0, out: '<h1>hello</h1>\n' });
  expect(ran.err).toMatch(
    /job job_1 accepted\n03:04:05 +1 +job.started\n.*job.progress +50 % +rendering\n.*job.completed\n/,
  );
  const [post, events] = api.requests;
  expect(JSON.parse(post?.body ?? '')).toEqual({ type: 'activity', title: 'Today' });
  expect(post?.headers).toMatchObject({ authorization: 'Bearer slk_test' });
  expect(post?.headers['idempotency-key']).toMatch(/^[\w-]{36}$/);
  expect(events?.headers['last-event-id']).toBe('0');
});

test('report that fails says so and ends with 1', async () => {
  api.routes.set('POST /generate-report', (_request, response) => answer(response, 202, { jobId: 'job_1' }));
  api.routes.set('GET /jobs/job_1/events', (_request, response) =>
    response.end(frame(1, 'job.failed', { error: 'no data' })),
  );
  const ran = await sluice(['report', 'start', '--wait'], env());
  expect(ran).toMatchObject({ code: 1, out: '' });
  expect(ran.err).toMatch(/job.failed +no data\njob_1 did not complete\.\n/);
});

test('watch goes on where a broken connection ended, without losing or repeating an event', async () => {
  let connections = 0;
  api.routes.set('GET /jobs/job_2/events', (request, response) => {
    connections += 1;
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    if (connections === 1) {
      response.write(frame(4, 'snapshot') + frame(5, 'job.progress'), () => response.destroy());
    } else {
      expect(request.headers['last-event-id']).toBe('5');
      response.end(frame(6, 'job.completed'));
    }
  });
  const ran = await sluice(['watch', 'job_2', '-o', 'json'], env());
  const seen = ran.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { pos: number });
  expect({ code: ran.code, seen: seen.map(({ pos }) => pos) }).toEqual({ code: 0, seen: [4, 5, 6] });
});

test('watch of a canceled run ends with 1, of a run without further events with 1 too', async () => {
  api.routes.set('GET /api/v1/cot-sessions/ses_3/events', (_request, response) =>
    response.end(frame(2, 'session.canceled')),
  );
  api.routes.set('GET /jobs/job_3/events', (_request, response) => response.writeHead(204).end());
  expect((await sluice(['watch', 'ses_3'], env())).code).toBe(1);
  expect((await sluice(['watch', 'job_3', '--after', '9'], env())).code).toBe(1);
});

test('runs is a table for people and a page for programs, and shows no control characters', async () => {
  const items = [
    { jobId: 'job_1', kind: 'report', state: 'SUCCESS', createdAt: '2026-01-01', title: 'a\u001b[31m\nb' },
  ];
  api.routes.set('GET /jobs', (_request, response) => answer(response, 200, { items, hasMore: true }));
  const people = await sluice(['runs', '--status', 'SUCCESS', '--limit', '5'], env());
  expect(people.out.split('\n')[1]).toBe('job_1  report  SUCCESS  2026-01-01  a\ufffd[31m b');
  expect(api.requests[0]?.line).toBe('GET /jobs?status=SUCCESS&limit=5');
  const programs = await sluice(['runs', '-o', 'json'], env());
  expect(JSON.parse(programs.out)).toEqual({ items, hasMore: true });
});

test('cancel deletes a job and posts to a session', async () => {
  api.routes.set('DELETE /jobs/job_1', (_request, response) => answer(response, 202, { status: 'running' }));
  api.routes.set('POST /api/v1/cot-sessions/ses_1/cancel', (_request, response) => answer(response, 200, {}));
  expect((await sluice(['cancel', 'job_1'], env())).code).toBe(0);
  expect((await sluice(['cancel', 'ses_1', '--reason', 'enough'], env())).code).toBe(0);
  expect(JSON.parse(api.requests[1]?.body ?? '')).toEqual({ reason: 'enough' });
});

test('a problem is shown as sentences: what, which code, which fields, which request', async () => {
  const errors = [{ path: 'format', message: 'is not one of html, pdf' }];
  api.routes.set('POST /generate-report', (_request, response) =>
    answer(response, 400, {
      title: 'The request does not fit the contract',
      status: 400,
      code: 'validation_error',
      requestId: 'req_1',
      errors,
    }),
  );
  const ran = await sluice(['report', 'start', '--format', 'docx'], env());
  expect(ran).toEqual({
    code: 1,
    out: '',
    err: 'The request does not fit the contract (validation_error, 400)\n  format: is not one of html, pdf\n  request req_1\n',
  });
});

test('the stack of SLUICE_HOME is found by what it wrote about itself', async () => {
  await writeFile(join(folder, 'dev.json'), JSON.stringify({ apiUrl: api.url, adminApiKey: 'slk_dev' }));
  api.routes.set('GET /jobs', (_request, response) => answer(response, 200, { items: [], hasMore: false }));
  expect((await sluice(['runs'], { SLUICE_HOME: folder, XDG_CONFIG_HOME: folder })).code).toBe(0);
  expect(api.requests[0]?.headers.authorization).toBe('Bearer slk_dev');
});

test.each([
  ['no stack and no address', 1, {}, /no running stack .*npm start.*SLUICE_URL/],
  ['an address without a key', 3, { SLUICE_URL: 'http://127.0.0.1:1' }, /set SLUICE_API_KEY too/],
  [
    'nobody at the address',
    1,
    { SLUICE_URL: 'http://127.0.0.1:1', SLUICE_API_KEY: 'k' },
    /does not answer .*sluice doctor/,
  ],
  ['a wrong variable', 2, { SLUICE_URL: 'ftp://x' }, /SLUICE_URL: given "ftp:\/\/x", allowed: a URL/],
])('%s ends with one sentence and %i', async (_what, code, given, message) => {
  const ran = await sluice(['runs'], Object.assign({ XDG_CONFIG_HOME: folder }, given));
  expect(ran.code).toBe(code);
  expect(ran.err).toMatch(message);
  expect(ran.err).not.toContain('    at ');
});

const noHash = '0'.repeat(64);
const header = `{"type":"header","format":"sluice audit log 1","after":{"seq":0,"hash":"${noHash}"}}`;
const texts = ['id', 'timestamp', 'actorName', 'actorRole', 'action', 'resourceType', 'resourceId'];
const nulls = ['actorId', 'actorEmail', 'reason', 'requestId', 'after', 'origin'];
const members = [...texts.map((name) => `"${name}":"x"`), ...nulls.map((name) => `"${name}":null`)].join(',');
const before = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
const deepEntry = `{"type":"entry","seq":1,"hash":"${noHash}","isDeleted":false,"entry":{${members},"before":${before}}}`;

test.each<[string, string, string | Buffer]>([
  ['another document', 'other.ndjson', '{"not":"ours"}\n'],
  ['bytes', 'bytes.ndjson', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0xff, 0x1b, 0x5b, 0x33, 0x31, 0x6d])],
  ['bytes', 'bytes.csv', Buffer.from([0x0a, 0x7f, 0, 0xff, 0x1b, 0x0a, 0x22, 0x1b])],
  ['nothing', 'empty.ndjson', ''],
  ['no lines', 'endless.ndjson', ' '.repeat(17 * 1024 * 1024)],
  ['a record without a floor', 'deep.ndjson', `${header}\n${deepEntry}\n`],
])('audit verify says what is wrong with a file of %s in one sentence', async (_what, name, content) => {
  const file = join(folder, name);
  await writeFile(file, content);
  const { code, out, err } = await sluice(['audit', 'verify', file]);
  expect([code, out]).toEqual([1, '']);
  expect(err).toMatch(/^not an exported audit log: [ -~]+\n$/);
});

test.each([
  ['a directory', '.', 'it is no regular file'],
  ['a device', '/dev/null', 'it is no regular file'],
  ['what is not there', 'absent.ndjson', 'there is no such file'],
  ['a name that is too long', 'x'.repeat(300), 'the system says ENAMETOOLONG'],
])('audit verify says of %s that it cannot be read, and why', async (_what, name, why) => {
  const file = resolve(folder, name);
  expect(await sluice(['audit', 'verify', file])).toEqual({
    code: 1,
    out: '',
    err: `cannot read ${file}: ${why}\n`,
  });
});

test('a result can be written to a file', async () => {
  api.routes.set('POST /generate-report', (_request, response) => answer(response, 202, { jobId: 'job_1' }));
  api.routes.set('GET /jobs/job_1/events', (_request, response) => response.end(frame(1, 'job.completed')));
  api.routes.set('GET /jobs/job_1', (_request, response) => answer(response, 200, { status: 'success' }));
  api.routes.set('GET /jobs/job_1/result', (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/pdf' });
    response.end(Buffer.from([0, 255, 10]));
  });
  expect((await sluice(['report', 'start', '--wait'], env())).err).toContain(
    'write it to a file with --file PATH',
  );
  const file = join(folder, 'result.pdf');
  expect(await sluice(['report', 'start', '--file', file], env())).toMatchObject({ code: 0, out: '' });
  expect([...(await readFile(file))]).toEqual([0, 255, 10]);
});

test('schedules are made, listed, paused and run', async () => {
  const schedule = {
    id: 'sch_1',
    name: 'Mondays',
    cron: '0 9 * * mon',
    timeZone: 'Asia/Tokyo',
    enabled: true,
  };
  const nextRuns = ['2027-01-04T00:00:00.000Z'];
  const path = '/api/v1/report-schedules';
  api.routes.set(`POST ${path}`, (_request, response) => answer(response, 201, { ...schedule, nextRuns }));
  api.routes.set(`GET ${path}?limit=20`, (_request, response) =>
    answer(response, 200, { items: [{ ...schedule, enabled: false, nextRuns: [] }], hasMore: false }),
  );
  api.routes.set(`POST ${path}/sch_1/trigger`, (_request, response) =>
    answer(response, 202, { jobId: 'job_9' }),
  );
  api.routes.set(`DELETE ${path}/sch_1`, (_request, response) => response.writeHead(204).end());
  const create = [
    'report',
    'schedule',
    'create',
    'Mondays',
    '--cron',
    '0 9 * * mon',
    '--time-zone',
    'Asia/Tokyo',
  ];
  const made = await sluice([...create, '--report', '{"format":"pdf"}'], env());
  expect(made).toMatchObject({
    code: 0,
    out: expect.stringMatching(/sch_1 .* 2027-01-04T00:00:00.000Z/) as string,
  });
  expect(JSON.parse(api.requests[0]?.body ?? '')).toEqual({
    name: 'Mondays',
    cron: '0 9 * * mon',
    timeZone: 'Asia/Tokyo',
    enabled: true,
    report: { format: 'pdf' },
  });
  expect((await sluice(['report', 'schedule', 'list'], env())).out).toMatch(
    /sch_1 +0 9 .* Asia\/Tokyo +paused +Mondays/,
  );
  expect((await sluice(['report', 'schedule', 'trigger', 'sch_1', '-o', 'ids'], env())).out).toBe('job_9\n');
  expect((await sluice(['report', 'schedule', 'delete', 'sch_1'], env())).code).toBe(0);
  const odd = await sluice([...create, '--report', '{'], env());
  expect([odd.code, odd.err]).toEqual([2, expect.stringContaining('--report takes JSON')]);
});

test('dead letters are replayed one by one and as a selection, which --dry-run lists', async () => {
  const path = '/api/v1/dead-letters';
  const letter = {
    id: 'dlt_1',
    kind: 'report',
    errorCode: 'step_failed',
    createdAt: 'then',
    title: 'Weekly',
  };
  api.routes.set(`GET ${path}?kind=report&limit=20`, (_request, response) =>
    answer(response, 200, { items: [letter], hasMore: false }),
  );
  api.routes.set(`POST ${path}/dlt_1/replay`, (_request, response) =>
    answer(response, 202, { jobId: 'job_2' }),
  );
  api.routes.set(`POST ${path}/replay`, (request, response) => {
    const { dryRun } = JSON.parse(request.body) as { dryRun: boolean };
    if (dryRun) return answer(response, 200, { matching: 1, notReplayable: 0, sample: [letter] });
    const replayed = [{ deadLetterId: 'dlt_1', jobId: 'job_3' }];
    answer(response, 202, { replayed, remaining: 0 });
  });
  const list = await sluice(['dead-letter', 'list', '--kind', 'report'], env());
  expect(list.out).toMatch(/dlt_1 +report +step_failed +then +Weekly/);
  expect((await sluice(['dead-letter', 'replay', 'dlt_1', '-o', 'ids'], env())).out).toBe('job_2\n');
  const replay = ['dead-letter', 'replay-matching', '--error-code', 'step_failed'];
  const dry = await sluice([...replay, '--dry-run'], env());
  expect(dry.err).toContain('1 would be replayed');
  const done = await sluice(replay, env());
  expect(done.out).toBe('dlt_1 -> job_3\n');
  expect(JSON.parse(api.requests.at(-1)?.body ?? '')).toEqual({
    filter: { errorCode: 'step_failed' },
    dryRun: false,
    limit: 20,
  });
});
