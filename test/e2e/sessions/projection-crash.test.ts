import type { WorkflowHandle } from '@temporalio/client';
import { openCommitGate, type CommitGate, type Hold } from '../../support/servers/commit-gate.js';
import {
  compileWorker,
  reaching,
  type WorkerPrograms,
  type WorkerProcess,
} from '../../support/workers/worker-process.js';
import { waitUntil } from '../../support/wait-until.js';
import { eventsOf, send, startSession, untilGate } from '../../support/sessions/fixture.js';
import { useSessions } from '../../support/houses/session-house.js';

/** The worker is killed or frozen between the commit of a projection and its record in the history. */
const rig = useSessions();
let workers: WorkerPrograms;
let gate: CommitGate;

beforeAll(async () => {
  workers = await compileWorker('test/e2e/sessions/worker.ts');
  gate = await openCommitGate(rig.database.url);
});
afterEach(() => workers.killAll());
afterAll(async () => {
  await workers.dispose();
  await gate.close();
});

async function start(env: Record<string, string> = {}): Promise<WorkerProcess> {
  const worker = workers.start({
    ...reaching(rig),
    ...env,
  });
  await waitUntil(() => Promise.resolve(worker.said.includes('ready')), { what: 'the worker' });
  return worker;
}

const workflowOf = (id: string): WorkflowHandle =>
  rig.temporal.client.workflow.getHandle(`cot-session:${id}`);

/** Goes on until the end, whatever the session waits for. Each command answers: nothing is wedged. */
async function finish(id: string): Promise<void> {
  let sent = 0;
  await waitUntil(
    async () => {
      const { rows } = await rig.database.pool.query<{ status: string }>(
        'select status from runs where id = $1',
        [id],
      );
      const status = rows[0]?.status ?? '';
      if (['completed', 'canceled'].includes(status)) return true;
      const command = {
        waiting_approval: rig.ask.approve(),
        paused: rig.ask.state('resume'),
        needs_attention: rig.ask.goOn(),
      }[status];
      if (command !== undefined)
        await send(rig, id, command, `finish-${id}-${(sent += 1)}`).catch(() => undefined);
      return false;
    },
    { what: `session ${id} to end`, timeoutMs: 60_000 },
  );
  // A workflow that is still open projects again on the worker of the next test. That projection would be held.
  await waitUntil(async () => (await workflowOf(id).describe()).status.name !== 'RUNNING', {
    what: `the workflow of ${id} to end`,
  });
}

async function expectOneOfEach(id: string): Promise<void> {
  const events = await eventsOf(rig, id);
  expect(events.map(({ pos }) => pos)).toEqual(events.map((_event, index) => index + 1));
  const named = events
    .filter(({ type }) => /^(gate|session)\./.test(type))
    .map(({ type, data }) => `${type} ${String((data as { gateId?: string }).gateId ?? '')}`);
  expect(named).toEqual([...new Set(named)]);
  const { rows } = await rig.database.pool.query(
    `select phase, attempt, count(*)::int as gates from gates where run_id = $1
      group by phase, attempt having count(*) > 1 or bool_or(status = 'waiting')`,
    [id],
  );
  expect(rows).toEqual([]);
}

type Story = (id: string) => Promise<unknown>;

const atGate = (id: string) => untilGate(rig, id, 1);
const sending =
  (...kinds: ('approve' | 'pause' | 'resume' | 'redo' | 'cancel')[]): Story =>
  async (id) => {
    await atGate(id);
    for (const kind of kinds) {
      const command =
        kind === 'approve' ? rig.ask.approve() : kind === 'redo' ? rig.ask.redo(1) : rig.ask.state(kind);
      await send(rig, id, command, `${kind}-${id}`).catch(() => undefined);
    }
  };

const kinds: [string, string, Story, Record<string, string>?][] = [
  ['its start', 'session.started', () => Promise.resolve()],
  ['an open gate', 'gate.opened', () => Promise.resolve()],
  ['a decision', 'gate.decided', sending('approve')],
  ['a pause', 'session.paused', sending('pause')],
  ['a resume', 'session.resumed', sending('pause', 'resume')],
  ['a redo', 'session.redone', sending('redo')],
  ['a failed step', 'step.failed', () => Promise.resolve(), { FAIL_AT: '2' }],
  ['its end', 'session.canceled', sending('cancel')],
];

async function untilHeld(where: Hold, story: Story, env: Record<string, string> = {}) {
  const doomed = await start({ DATABASE_URL: gate.url, ...env });
  const held = gate.hold(where);
  const id = await startSession(rig, rig.owner, {}, { maxRetries: 0, workflowTaskTimeout: '2s' });
  const acted = story(id);
  await held.reached;
  return { doomed, held, id, acted };
}

test.each(kinds)(
  'a worker killed as it projects %s leaves a session that goes on to its end',
  async (...kind) => {
    const [, saying, story, env] = kind;
    const { doomed, id, acted } = await untilHeld({ saying, at: 'committed' }, story, env);
    await doomed.kill('SIGKILL');
    await start();
    await acted;
    await finish(id);
    await expectOneOfEach(id);
  },
);

test.each([
  ['before it is written', 'sent'],
  ['after it is written', 'committed'],
] as const)('a worker frozen as a gate opens, %s, changes nothing when it wakes up', async (_when, at) => {
  const { doomed, held, id } = await untilHeld({ saying: 'gate.opened', at }, () => Promise.resolve());
  doomed.signal('SIGSTOP');
  await start();
  await untilGate(rig, id, 1);
  await waitUntil(() => send(rig, id, rig.ask.state('pause'), `pause-${id}`).catch(() => undefined), {
    what: 'the next worker to answer',
  });
  held.release();
  doomed.signal('SIGCONT');
  await send(rig, id, rig.ask.state('resume'), `resume-${id}`);
  await finish(id);
  await expectOneOfEach(id);
});

type HistoryEvent = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number];

const untilRecorded = (id: string, isWanted: (event: HistoryEvent) => unknown): Promise<unknown> =>
  waitUntil(
    async () => {
      const history = await workflowOf(id).fetchHistory();
      return history.events?.some(isWanted);
    },
    { what: 'an event in the history' },
  );

/** A command that fits what is being projected. */
function sendMeanwhile(id: string, saying: 'session.started' | 'gate.opened') {
  const command = saying === 'gate.opened' ? rig.ask.approve() : rig.ask.state('pause');
  return send(rig, id, command, `meanwhile-${id}`);
}

/** Another worker replays the session, which goes on to its end. */
async function expectReplay(doomed: WorkerProcess, id: string): Promise<void> {
  await doomed.kill('SIGKILL');
  await start();
  await finish(id);
  await expectOneOfEach(id);
}

test.each([
  ['session.started', 'a pause', 'quick', '0'],
  ['gate.opened', 'a decision', 'quick', '0'],
  ['gate.opened', 'a decision', 'slow', '300'],
] as const)(
  'a worker frozen as it projects %s takes %s that came meanwhile, and another worker replays it (%s model)',
  async (saying, _what, _speed, ANSWER_MS) => {
    const env = { ANSWER_MS };
    const { doomed, held, id } = await untilHeld({ saying, at: 'committed' }, () => Promise.resolve(), env);
    doomed.signal('SIGSTOP');
    const sent = sendMeanwhile(id, saying);
    await untilRecorded(id, (event) => event.workflowTaskTimedOutEventAttributes);
    held.release();
    doomed.signal('SIGCONT');
    expect(await sent).toMatchObject({ gateId: null });
    await expectReplay(doomed, id);
  },
);

test.each(['session.started', 'gate.opened'] as const)(
  'a projection of %s that outlasts its workflow task takes a command that came meanwhile',
  async (saying) => {
    const { doomed, held, id } = await untilHeld({ saying, at: 'committed' }, () => Promise.resolve());
    const workflow = workflowOf(id);
    const { historyLength: before } = await workflow.describe();
    // The worker asks for another workflow task while its local activity runs.
    await waitUntil(async () => (await workflow.describe()).historyLength > before, {
      what: 'a longer task',
    });
    const sent = sendMeanwhile(id, saying);
    await untilRecorded(id, (event) => event.workflowExecutionUpdateAcceptedEventAttributes);
    held.release();
    expect(await sent).toMatchObject({ gateId: null });
    await expectReplay(doomed, id);
  },
);
