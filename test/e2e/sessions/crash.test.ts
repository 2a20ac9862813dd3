import { waitUntil } from '../../support/wait-until.js';
import {
  compileWorker,
  reaching,
  type WorkerPrograms,
  type WorkerProcess,
} from '../../support/workers/worker-process.js';
import { eventsOf, startSession, stepsOf, untilStatus } from '../../support/sessions/fixture.js';
import { useSessions } from '../../support/houses/session-house.js';

const rig = useSessions();
let workers: WorkerPrograms;

beforeAll(async () => {
  workers = await compileWorker('test/e2e/sessions/worker.ts');
});
afterAll(() => workers.dispose());

const start = (env: Record<string, string> = {}): WorkerProcess =>
  workers.start({
    ...reaching(rig),
    ...env,
  });

const says = (worker: WorkerProcess, word: string): Promise<unknown> =>
  waitUntil(() => Promise.resolve(worker.said.includes(word)), { what: `the worker says ${word}` });

const callsOf = (worker: WorkerProcess): number =>
  worker.said.filter((word) => word.startsWith('call ')).length;

/** A quick model has its steps in one activity, a slow one has an activity for each. */
test.each([
  ['quick', '0'],
  ['slow', '300'],
])(
  'a worker of a %s model, killed in the middle of a step, costs that one call: nothing finished is paid for again',
  async (_speed, ANSWER_MS) => {
    const doomed = start({ STOP_AT: '5', ANSWER_MS });
    await says(doomed, 'ready');
    const id = await startSession(rig, rig.owner, { autoProgressPhases: true, budget: { maxTokens: 1_000 } });
    await says(doomed, 'call 5');
    await doomed.kill('SIGKILL');
    const next = start({ ANSWER_MS });
    await untilStatus(rig, id, 'completed');
    expect([callsOf(doomed), callsOf(next)]).toEqual([5, 5]);

    const steps = await stepsOf(rig, id);
    expect(steps).toHaveLength(9);
    expect(steps.every((step) => step.status === 'completed')).toBe(true);
    const { rows: tries } = await rig.database.pool.query<{ try: number; code: string | null }>(
      `select try, session_step_tries.error->>'code' as code from session_step_tries
       join session_steps on id = step_id where run_id = $1 and phase = 2 and step = 'EXECUTE' order by try`,
      [id],
    );
    expect(tries).toEqual([
      { try: 1, code: 'worker_lost' },
      { try: 2, code: null },
    ]);
    const events = await eventsOf(rig, id);
    expect(events.map((event) => event.pos)).toEqual(events.map((_event, index) => index + 1));
    expect(events.filter((event) => event.type === 'step.completed')).toHaveLength(9);
    expect(events.filter((event) => event.type === 'session.completed')).toHaveLength(1);
    // Nine answers of 15 tokens, and all 20 that the lost call had reserved. The provider may have billed them.
    const { rows } = await rig.database.pool.query(
      'select used_tokens as used, reserved_tokens as reserved from sessions where run_id = $1',
      [id],
    );
    expect(rows).toEqual([{ used: 9 * 15 + 20, reserved: 0 }]);
    await next.kill('SIGTERM');
  },
);

test('a worker frozen through three heartbeat timeouts costs that one call: no try counts, and none starts beside another', async () => {
  const frozen = start({ STOP_AT: '2' });
  await says(frozen, 'ready');
  const id = await startSession(rig, rig.owner, { autoProgressPhases: true }, { maxRetries: 0 });
  await says(frozen, 'call 2');
  frozen.signal('SIGSTOP');
  // As long as three heartbeat timeouts: the server hands the step to the frozen worker again and again.
  await new Promise((resolve) => setTimeout(resolve, 16_000));
  frozen.signal('SIGCONT');
  await untilStatus(rig, id, 'completed', 'needs_attention');
  expect((await stepsOf(rig, id)).map(({ status }) => status)).toEqual(
    Array.from({ length: 9 }, () => 'completed'),
  );
  expect(callsOf(frozen)).toBe(10);
  const { rows: counted } = await rig.database.pool.query(
    `select try from session_step_tries join session_steps on id = step_id
      where run_id = $1 and session_step_tries.error->>'code' <> 'worker_lost'`,
    [id],
  );
  expect(counted).toEqual([]);
  await frozen.kill('SIGTERM');
});
