import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import {
  answer,
  buildCli,
  frame,
  removeCli,
  sluice,
  startSluice,
  startTinyApi,
  type TinyApi,
} from './cli-fixture.js';

let api: TinyApi;
let folder: string;
const env = (): Record<string, string> => ({
  SLUICE_URL: api.url,
  SLUICE_API_KEY: 'slk_env',
  XDG_CONFIG_HOME: folder,
});
const sessions = '/api/v1/cot-sessions';

beforeAll(async () => {
  await buildCli();
  folder = await mkdtemp(join(tmpdir(), 'sluice-commands-'));
});
beforeEach(async () => {
  api = await startTinyApi();
});
afterEach(() => api.close());
afterAll(async () => {
  removeCli();
  await rm(folder, { recursive: true });
});

const problem = (status: number, code: string) => ({ status, code, title: code });

test.each([
  [1, 409, 'already_finished'],
  [3, 401, 'unauthenticated'],
  [3, 403, 'forbidden'],
  [4, 404, 'not_found'],
])('exit code %i is for %i', async (code, status, word) => {
  api.routes.set(`GET ${sessions}/ses_1`, (_request, response) =>
    answer(response, status, problem(status, word)),
  );
  expect((await sluice(['session', 'get', 'ses_1'], env())).code).toBe(code);
});

test.each([
  [['session', 'start']],
  [['session', 'nothing']],
  [['nothing-of-ours']],
  [['runs', '--nothing']],
  [['runs', '-o', 'yaml']],
  [['watch', 'xyz_1']],
  [['session', 'redo', 'ses_1', '--phase', 'two']],
])('%j is a mistake of usage: 2, and nothing is sent', async (args) => {
  expect((await sluice(args, env())).code).toBe(2);
  expect(api.requests).toEqual([]);
});

test('--wait ends with 5 where a session needs a person', async () => {
  api.routes.set(`POST ${sessions}`, (_request, response) =>
    answer(response, 202, { id: 'ses_1', status: 'queued', links: {} }),
  );
  api.routes.set(`GET ${sessions}/ses_1/events`, (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(frame(1, 'session.started') + frame(2, 'gate.opened', { gateId: 'gate_1' }));
  });
  const ran = await sluice(['session', 'start', 'coffee', '--wait', '--tag', 'a', '--tag', 'b'], env());
  expect(ran.code).toBe(5);
  expect(ran.err).toContain('ses_1 waits for a person.');
  expect(JSON.parse(api.requests[0]?.body ?? '')).toEqual({ topic: 'coffee', tags: ['a', 'b'] });
});

test.each([
  [['session', 'watch', 'ses_1']],
  [['watch', 'ses_1']],
  [['session', 'start', 'coffee', '--wait']],
])('%j that is interrupted ends with 130', async (args) => {
  api.routes.set(`POST ${sessions}`, (_request, response) =>
    answer(response, 202, { id: 'ses_1', status: 'queued', links: {} }),
  );
  api.routes.set(`GET ${sessions}/ses_1/events`, (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(frame(1, 'session.started'));
  });
  const child = startSluice(args, env());
  const ended = new Promise((done) => child.on('close', (code, signal) => done({ code, signal })));
  await new Promise<void>((started) => {
    child.stderr.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('session.started')) started();
    });
  });
  child.kill('SIGINT');
  expect(await ended).toEqual({ code: 130, signal: null });
});

test('failures are listed as groups, and retrying one group fails when something is refused', async () => {
  const group = { fingerprint: '00000000000000aa', count: 2, kind: 'step', subject: 'analyze', code: 'x' };
  api.routes.set('GET /api/v1/failures', (_request, response) =>
    answer(response, 200, { items: [group], total: 2 }),
  );
  api.routes.set(`POST /api/v1/failures/${group.fingerprint}/retry`, (request, response) => {
    const status = (JSON.parse(request.body) as { dryRun: boolean }).dryRun ? 'would_retry' : 'refused';
    answer(response, 200, { matching: 2, results: [{ id: 'ses_1', status }] });
  });
  const listed = await sluice(['failure', 'list', '--kind', 'step', '-o', 'ids'], env());
  expect(listed).toMatchObject({ code: 0, out: '00000000000000aa\n', err: '2 stand\n' });
  expect(api.requests[0]?.line).toBe('GET /api/v1/failures?kind=step');
  const preview = await sluice(['failure', 'retry', '-', '--dry-run'], env(), listed.out);
  expect(preview).toMatchObject({ code: 0, out: expect.stringContaining('would_retry') as string });
  expect(await sluice(['failure', 'retry', '-', '--limit', '1'], env(), listed.out)).toMatchObject({
    code: 1,
  });
  expect(JSON.parse(api.requests.at(-1)?.body ?? '')).toEqual({ dryRun: false, limit: 1 });
});

test('ids of one command are the stdin of the next, and one refused id does not stop the others', async () => {
  const items = [{ id: 'ses_1' }, { id: 'ses_2' }];
  api.routes.set(`GET ${sessions}`, (_request, response) => answer(response, 200, { items, hasMore: false }));
  api.routes.set(`POST ${sessions}/ses_2/pause`, (_request, response) =>
    answer(response, 200, { status: 'paused' }),
  );
  const ids = await sluice(['session', 'list', '-o', 'ids'], env());
  expect(ids.out).toBe('ses_1\nses_2\n');
  const ran = await sluice(['session', 'pause', '-', '-o', 'ids'], env(), ids.out);
  expect(ran).toMatchObject({ code: 4, out: 'ses_2\n' });
});

test('--idempotency-key numbers the changes of one command', async () => {
  const ran = await sluice(['session', 'pause', 'ses_1', 'ses_2', '--idempotency-key', 'night'], env());
  expect(ran.code).toBe(4);
  const keys = api.requests.map(({ headers }) => headers['idempotency-key']);
  expect(keys).toEqual(['night', 'night.2']);
});

test('--dry-run shows the request and sends none', async () => {
  const ran = await sluice(['session', 'pause', 'ses_1', '--reason', 'lunch', '--dry-run'], env());
  expect(ran.code).toBe(0);
  expect(JSON.parse(ran.out)).toEqual({
    method: 'POST',
    path: `${sessions}/ses_1/pause`,
    body: { reason: 'lunch' },
  });
  expect(api.requests).toEqual([]);
});

test('a statement that has to be confirmed ends with 5, and --yes confirms it', async () => {
  api.routes.set('POST /api/v1/sql/cache/execute-async', (request, response) => {
    const { confirm_token } = JSON.parse(request.body) as { confirm_token?: string };
    if (confirm_token === 'tok') answer(response, 202, { session_id: 'sql_1', status: 'processing' });
    else
      answer(response, 200, {
        status: 'confirmation_required',
        confirm_token: 'tok',
        message: 'It is large.',
      });
  });
  const asked = await sluice(['sql', 'run', 'select 1'], env());
  expect([asked.code, asked.err]).toEqual([5, expect.stringContaining('--confirm tok')]);
  expect(await sluice(['sql', 'run', 'select 1', '--yes', '-o', 'ids'], env())).toMatchObject({
    code: 0,
    out: 'sql_1\n',
  });
});

test('login keeps a profile for its owner alone; flags win over environment, environment over profile', async () => {
  api.routes.set('GET /api/v1/me', (_request, response) =>
    answer(response, 200, { name: 'Ana', role: 'ADMIN' }),
  );
  api.routes.set('GET /jobs', (_request, response) => answer(response, 200, { items: [], hasMore: false }));
  const home = { XDG_CONFIG_HOME: folder };
  expect((await sluice(['login', '--url', api.url], home, 'slk_profile\n')).code).toBe(0);
  const file = join(folder, 'sluice', 'default.json');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ url: api.url, apiKey: 'slk_profile' });
  await sluice(['runs'], home);
  await sluice(['runs'], env());
  await sluice(['runs', '--api-key', 'slk_flag'], env());
  expect(api.requests.slice(1).map(({ headers }) => headers.authorization)).toEqual([
    'Bearer slk_profile',
    'Bearer slk_env',
    'Bearer slk_flag',
  ]);
  await rm(file);
});

test('a key of the environment never goes to another address', async () => {
  const ran = await sluice(['runs', '--url', 'http://127.0.0.1:1'], env());
  expect([ran.code, ran.err]).toEqual([3, expect.stringContaining('--api-key')]);
});

test('sluice-<name> on the PATH is a subcommand', async () => {
  await writeFile(join(folder, 'sluice-greet'), '#!/bin/sh\necho "hello $1"\nexit 7\n', { mode: 0o755 });
  const path = [folder, dirname(process.execPath), '/bin', '/usr/bin'].join(delimiter);
  const ran = await sluice(['greet', 'Ana'], Object.assign({ PATH: path }, env()));
  expect(ran).toMatchObject({ code: 7, out: 'hello Ana\n' });
});

test('bash completes verbs, options and their values from the script', async () => {
  const { out, code } = await sluice(['completion', 'bash'], env());
  expect(code).toBe(0);
  const complete = (words: string): string[] => {
    const script = `${out}\nCOMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _sluice; echo "\${COMPREPLY[@]}"`;
    return spawnSync('bash', ['-c', script], { encoding: 'utf8' }).stdout.trim().split(' ');
  };
  expect(complete('sluice report s')).toEqual(['start', 'schedule']);
  expect(complete('sluice session redo ses_1 --ph')).toEqual(['--phase']);
  expect(complete('sluice report start --format p')).toEqual(['pdf']);
  expect((await sluice(['completion', 'zsh'], env())).out).not.toMatch(/\bpath=|:COMP_CWORD/);
  for (const shell of ['zsh', 'fish'])
    expect((await sluice(['completion', shell], env())).out).toContain('rotate-secret');
});

test('help of a command shows its options and an example', async () => {
  const { code, out } = await sluice(['gate', 'decide', '--help']);
  expect(code).toBe(0);
  expect(out).toContain('--idempotency-key');
  expect(out).toContain('sluice gate decide approve gate_…');
});
