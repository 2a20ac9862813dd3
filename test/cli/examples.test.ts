import { execFile, spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { useWholeHouse } from '../support/houses/whole-house.js';
import { buildCli, putSluiceInto, removeCli } from './cli-fixture.js';

/** Every example, run as a reader would run it, against a whole house. */
const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'sluice-examples-'));
const inFolder = (...path: string[]): string => join(folder, ...path);
const house = useWholeHouse();
const execute = promisify(execFile);

beforeAll(async () => {
  await buildCli();
  cpSync(join(root, 'examples'), folder, { recursive: true });
  mkdirSync(inFolder('bin'));
  putSluiceInto(inFolder('bin'));
  await execute(
    process.execPath,
    [join(root, 'scripts/client-package.mjs'), inFolder('client'), '--program-only'],
    {
      cwd: root,
    },
  );
  mkdirSync(inFolder('node_modules/@sluice'), { recursive: true });
  symlinkSync(inFolder('client'), inFolder('node_modules/@sluice/client'));
}, 240_000);
afterAll(() => {
  removeCli();
  rmSync(folder, { recursive: true });
});

const env = (token = house.ana.token): Record<string, string> => ({
  PATH: [inFolder('bin'), dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
  HOME: folder,
  SLUICE_URL: house.api.url,
  SLUICE_API_KEY: token,
});
const run = async (program: string, args: readonly string[], token?: string): Promise<string> =>
  (await execute(program, [...args], { cwd: folder, env: env(token), timeout: 240_000 })).stdout.trim();

test('each example is in the table of its README', () => {
  const files = readdirSync(join(root, 'examples')).filter((name) => name !== 'README.md');
  expect(files.sort()).toEqual([
    'custom-template.json',
    'custom-template.sh',
    'own-kind',
    'poll.mjs',
    'poll.py',
    'report-by-cron.sh',
    'session-from-webhook.mjs',
    'sql.py',
    'start-and-approve.mjs',
    'verify-audit.sh',
  ]);
});

test('start-and-approve.mjs takes a session through its gates', async () => {
  const out = await run(process.execPath, ['start-and-approve.mjs']);
  expect(out).toMatch(/^started ses_\w+\nphase 1: [^]+\nphase 2: [^]+\ncompleted$/);
}, 240_000);

test('session-from-webhook.mjs starts one session for a message that comes twice', async () => {
  const child = spawn(process.execPath, ['session-from-webhook.mjs'], {
    cwd: folder,
    env: Object.assign({ PORT: '0' }, env()),
  });
  try {
    const line = await new Promise<string>((said) =>
      createInterface({ input: child.stdout }).once('line', said),
    );
    const url = `http://127.0.0.1:${line.split(' ').at(-1)}`;
    const post = (body: string): Promise<Response> => fetch(url, { method: 'POST', body });
    const brief = JSON.stringify({ id: '7', topic: 'a brief' });
    const answers = [await post(brief), await post(brief)];
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    const [first, second] = (await Promise.all(answers.map((each) => each.json()))) as { session: string }[];
    expect(first?.session).toMatch(/^ses_/);
    expect(second).toEqual(first);
    expect((await post('no JSON')).status).toBe(400);
    expect((await post('{"id":"8"}')).status).toBe(400);
  } finally {
    child.kill();
  }
}, 240_000);

test('custom-template.sh publishes a template and starts a session with it', async () => {
  const out = await run('sh', ['custom-template.sh'], house.admin.token);
  expect(out).toMatch(/release-notes[^]+\nses_\w+$/);
}, 240_000);

test('report-by-cron.sh makes a schedule and shows its first report', async () => {
  expect(await run('sh', ['report-by-cron.sh'])).toContain('# Week in short');
}, 240_000);

test('sql.py gives rows', async () => {
  const lines = (await run('python3', ['sql.py'])).split('\n');
  expect(lines).toHaveLength(3);
  expect(JSON.parse(lines[0] ?? '')).toHaveProperty('price');
  await expect(run('python3', ['sql.py', 'delete from orders'])).rejects.toThrow('400');
}, 240_000);

test.each([
  ['poll.mjs', process.execPath],
  ['poll.py', 'python3'],
])(
  '%s starts, polls and downloads',
  async (example, program) => {
    expect(await run(program, [example])).toMatch(/^# /);
  },
  240_000,
);

test('verify-audit.sh checks an export without the server, and an altered one fails', async () => {
  expect(await run('sh', ['verify-audit.sh'], house.admin.token)).toMatch(/\w/);
  const altered = inFolder('altered.ndjson');
  const exported = readFileSync(inFolder('audit.ndjson'), 'utf8');
  writeFileSync(altered, exported.replace(/"action":"\w+"/, '"action":"other"'));
  await expect(run('sluice', ['audit', 'verify', altered])).rejects.toThrow();
}, 240_000);
