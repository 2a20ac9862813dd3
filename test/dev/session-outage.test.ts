import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
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
let stack: StackProcess;
let dev: DevFile;

beforeAll(async () => {
  buildOnce();
  stack = startStack(join(folder, 'home'), { OFFLINE_LLM_LATENCY_MS: '600' });
  dev = await untilReady(stack);
}, 300_000);

afterAll(async () => {
  stack.child.kill('SIGINT');
  await stack.ended;
  for (const pid of processesOf(folder, undefined)) process.kill(pid, 'SIGKILL');
});

async function call<Body>(path: string, body?: object): Promise<{ status: number; body: Body }> {
  const response = await fetch(`${dev.apiUrl}${path}`, {
    headers: {
      Authorization: `Bearer ${dev.analystApiKey}`,
      Accept: 'application/json',
      'Content-Type': 'application/json',
    },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Body };
}

async function begin(more: object = {}): Promise<string> {
  const { status, body } = await call<{ id: string }>('/api/v1/cot-sessions', {
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
      const { status, body } = await call<Progress>(`/api/v1/cot-sessions/${id}/progress`);
      return status === 200 && isSo(body);
    },
    { what, timeoutMs: 90_000 },
  );

/** Every process of the part, killed; and back again. */
async function killPart(name: 'PostgreSQL' | 'Temporal'): Promise<void> {
  const isPart = name === 'PostgreSQL' ? /postgres/ : /server start-dev/;
  const before = stack.output().length;
  for (const pid of processesOf(folder, undefined)) {
    const { stdout } = spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
    if (isPart.test(stdout)) process.kill(pid, 'SIGKILL');
  }
  await waitUntil(
    () => Promise.resolve(new RegExp(`${name}\\s+is back`).test(stack.output().slice(before))),
    { what: `${name} is back`, timeoutMs: 60_000 },
  );
}

async function expectWhole(id: string): Promise<void> {
  const { body: steps } = await call<{ items: Step[] }>(`/api/v1/cot-sessions/${id}/steps?limit=100`);
  const done = steps.items.filter((step) => step.status === 'completed');
  expect(done).toHaveLength(9);
  expect(new Set(done.map(({ phase, step }) => `${phase} ${step}`)).size).toBe(9);
  const { body: events } = await call<{ items: { pos: number; type: string }[] }>(
    `/api/v1/cot-sessions/${id}/events?limit=100`,
  );
  expect(events.items.map(({ pos }) => pos)).toEqual(events.items.map((_event, index) => index + 1));
  expect(events.items.filter(({ type }) => type === 'session.completed')).toHaveLength(1);
}

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
    async () => (await call(`/api/v1/cot-sessions/${id}/proceed-next-phase`, {})).status === 200,
    { what: 'the approval', timeoutMs: 60_000 },
  );
  await until(
    id,
    'the next gate',
    ({ status, currentPhase }) => status === 'waiting_approval' && currentPhase === 2,
  );
}, 180_000);
