import { execFileSync, spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import {
  buildOnce,
  processesOf,
  startStack,
  untilReady,
  type DevFile,
  type StackProcess,
} from '../support/servers/stack-process.js';
import { useTemporaryFolder } from '../support/temporary-folder.js';
import { waitUntil } from '../support/wait-until.js';

interface Progress {
  readonly status: string;
  readonly currentPhase: number;
  readonly completedPhases: number;
}

interface Step {
  readonly id: string;
  readonly phase: number;
  readonly step: string;
  readonly status: string;
}

const folder = useTemporaryFolder();
const home = join(folder, 'one');
const started: StackProcess[] = [];

function start(more: Readonly<Record<string, string>> = {}, at = home): StackProcess {
  const stack = startStack(at, { OFFLINE_LLM_LATENCY_MS: '600', ...more });
  started.push(stack);
  return stack;
}

async function stop(stack: StackProcess): Promise<number | null> {
  stack.child.kill('SIGINT');
  return stack.ended;
}

/** The stack that an earlier test left running at the home, or a new one: a boot costs seconds. */
async function running(): Promise<StackProcess> {
  const left = started.find(({ child }) => child.exitCode === null && child.signalCode === null);
  const stack = left ?? start();
  await untilReady(stack);
  return stack;
}

function call(dev: DevFile, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${dev.apiUrl}${path}`, {
    ...init,
    headers: { Authorization: `Bearer ${dev.analystApiKey}` },
  });
}

async function makeReport(dev: DevFile): Promise<string> {
  const accepted = await call(dev, '/generate-report', { method: 'POST' });
  expect(accepted.status).toBe(202);
  return ((await accepted.json()) as { jobId: string }).jobId;
}

const untilDone = (dev: DevFile, jobId: string): Promise<unknown> =>
  waitUntil(
    async () =>
      ((await (await call(dev, `/jobs/${jobId}`)).json()) as { status: string }).status === 'success',
    { what: 'the report', timeoutMs: 180_000 },
  );

const historyOf = async (dev: DevFile, jobId: string): Promise<number> =>
  (await fetch(`${dev.temporalUiUrl}/api/v1/namespaces/default/workflows/report:${jobId}`)).status;

/** Of the stack that runs, as its analyst. */
async function ask<Body>(path: string, body?: object): Promise<{ status: number; body: Body }> {
  const stack = await running();
  const response = await fetch(`${stack.dev().apiUrl}${path}`, {
    headers: {
      Authorization: `Bearer ${stack.dev().analystApiKey}`,
      Accept: 'application/json',
      'Content-Type': 'application/json',
    },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Body };
}

async function begin(more: object = {}): Promise<string> {
  const { status, body } = await ask<{ id: string }>('/api/v1/cot-sessions', {
    topic: 'A bakery that opens at four',
    template: 'minimal',
    ...more,
  });
  expect(status).toBe(202);
  return body.id;
}

/** While PostgreSQL is away there is no answer to this either. */
const until = (id: string, what: string, isSo: (progress: Progress) => boolean): Promise<unknown> =>
  waitUntil(
    async () => {
      const { status, body } = await ask<Progress>(`/api/v1/cot-sessions/${id}/progress`);
      return status === 200 && isSo(body);
    },
    { what, timeoutMs: 90_000 },
  );

/** PostgreSQL's processes end by themselves when their first one is killed. */
function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Every process of the part, killed; and back again. */
async function killPart(name: 'PostgreSQL' | 'Temporal'): Promise<void> {
  const stack = await running();
  const isPart = name === 'PostgreSQL' ? /postgres/ : /server start-dev/;
  const before = stack.output().length;
  for (const pid of processesOf(folder, undefined)) {
    const { stdout } = spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
    if (isPart.test(stdout)) killIfThere(pid);
  }
  await waitUntil(
    () => Promise.resolve(new RegExp(`${name}\\s+is back`).test(stack.output().slice(before))),
    { what: `${name} is back`, timeoutMs: 60_000 },
  );
}

async function expectWhole(id: string): Promise<void> {
  const { body: steps } = await ask<{ items: Step[] }>(`/api/v1/cot-sessions/${id}/steps?limit=100`);
  const done = steps.items.filter((step) => step.status === 'completed');
  expect(done).toHaveLength(9);
  expect(new Set(done.map(({ phase, step }) => `${phase} ${step}`)).size).toBe(9);
  const { body: events } = await ask<{ items: { pos: number; type: string }[] }>(
    `/api/v1/cot-sessions/${id}/events?limit=100`,
  );
  expect(events.items.map(({ pos }) => pos)).toEqual(events.items.map((_event, index) => index + 1));
  expect(events.items.filter(({ type }) => type === 'session.completed')).toHaveLength(1);
}

beforeAll(() => buildOnce(), 300_000);

test('the package holds the program, its documents and its deployment, and neither sources nor secrets', () => {
  const root = resolve(import.meta.dirname, '../..');
  const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { PATH: process.env['PATH'], HOME: folder },
  });
  const [{ files }] = JSON.parse(packed) as [{ files: { path: string }[] }];
  const paths = files.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'deploy/observability/alerts.yaml',
      'dist/api/main.js',
      'dist/cli/main.js',
      'dist/console/index.html',
      'dist/db/migrations/000001_spine.sql',
      'dist/workers/main.js',
      'docs/deployment.md',
      'package.json',
    ]),
  );
  const roots = new Set(paths.map((path) => path.split('/')[0]));
  expect([...roots].filter((name) => name?.includes('.') !== true).sort()).toEqual([
    'LICENSE',
    'deploy',
    'dist',
    'docs',
  ]);
  expect(paths.filter((path) => /\.env|\.tsx?$|\.test\./.test(path) && !path.endsWith('.d.ts'))).toEqual([]);
});

afterAll(async () => {
  for (const { child } of started) child.kill('SIGKILL');
  for (const pid of processesOf(folder, undefined)) process.kill(pid, 'SIGKILL');
  await Promise.all(started.map((stack) => stack.ended));
});

test('kill -9 of every process loses nothing: accepted work, results and histories are there after the next start', async () => {
  const first = start();
  const dev = await untilReady(first);
  const done = await makeReport(dev);
  await untilDone(dev, done);
  const accepted = await makeReport(dev);
  for (const pid of processesOf(home, first.child.pid)) process.kill(pid, 'SIGKILL');
  await first.ended;

  const second = start();
  const again = await untilReady(second);
  expect(again.analystApiKey).toBe(dev.analystApiKey);
  expect((await call(again, `/jobs/${done}/result`)).status).toBe(200);
  await untilDone(again, accepted);
  expect([await historyOf(again, done), await historyOf(again, accepted)]).toEqual([200, 200]);
}, 240_000);

test('a part that is killed comes back by itself', async () => {
  const stack = await running();
  const [worker] = /Worker\s+process (\d+)/.exec(stack.output())?.slice(1) ?? [];
  process.kill(Number(worker), 'SIGKILL');
  await waitUntil(() => Promise.resolve(stack.output().includes('Worker      is back')), {
    what: 'the worker',
  });
  await untilDone(stack.dev(), await makeReport(stack.dev()));
}, 240_000);

test.each(['PostgreSQL', 'Temporal'] as const)(
  'a session whose %s is killed in the middle of it goes on when that is back, and no step is done twice',
  async (part) => {
    const id = await begin({ autoProgressPhases: true });
    await until(id, 'the second phase', (progress) => progress.completedPhases >= 1);
    await killPart(part);
    await until(id, 'the end', ({ status }) => status === 'completed');
    await expectWhole(id);
  },
  180_000,
);

test('a gate that waits through the restart of both is approved afterwards', async () => {
  const id = await begin();
  await until(id, 'the gate', ({ status }) => status === 'waiting_approval');
  await Promise.all([killPart('PostgreSQL'), killPart('Temporal')]);
  await waitUntil(
    async () => (await ask(`/api/v1/cot-sessions/${id}/proceed-next-phase`, {})).status === 200,
    { what: 'the approval', timeoutMs: 60_000 },
  );
  await until(
    id,
    'the next gate',
    ({ status, currentPhase }) => status === 'waiting_approval' && currentPhase === 2,
  );
}, 180_000);

test('a home has one stack, and two homes have two', async () => {
  const only = await running();
  const rival = start();
  expect(await rival.ended).toBe(1);
  expect(rival.output()).toContain('already running');
  const neighbour = start({}, join(folder, 'two'));
  const other = await untilReady(neighbour);
  expect(new Set([only.dev().apiUrl, other.apiUrl]).size).toBe(2);
  expect(new Set([only.dev().temporalAddress, other.temporalAddress]).size).toBe(2);
  await untilDone(other, await makeReport(other));
  expect(await Promise.all([stop(only), stop(neighbour)])).toEqual([0, 0]);
  expect(processesOf(folder, undefined)).toEqual([]);
}, 240_000);

test('what holds keys, or what workflows were given, can be read by its owner alone', () => {
  for (const name of ['dev.json', 'secrets.json', 'temporal.db'])
    expect(statSync(join(home, name)).mode & 0o777).toBe(0o600);
});

test('a port that was set and is taken is one sentence, code 1, and nothing is left running', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const stack = start({ PORT: String(port) });
  expect(await stack.ended).toBe(1);
  expect(stack.output()).toContain(`PORT is ${port}, but that port is taken`);
  expect(stack.output()).not.toContain('    at ');
  server.close();
  expect(processesOf(home, undefined)).toEqual([]);
});

test('a wrong variable is one sentence with its name and code 1', async () => {
  const stack = start({ TEMPORAL_PORT: 'http' });
  expect(await stack.ended).toBe(1);
  expect(stack.output()).toContain('TEMPORAL_PORT: given "http", allowed: a port number from 1 to 65535');
});
