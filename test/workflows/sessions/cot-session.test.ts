import { ModelCallError } from '../../../src/models/error.js';
import { progressSchema, type SessionProgressView } from '../../../src/contracts/sessions/session.js';
import { readSessionProgress, toProgressView } from '../../../src/db/sessions/reads-progress.js';
import { findProjected } from '../../../src/db/sessions/sessions.js';
import type { Decider, SessionCommand } from '../../../src/domain/sessions/commands.js';
import { storeHistory } from '../../support/store-history.js';
import { waitUntil } from '../../support/wait-until.js';
import {
  entriesOf,
  eventsOf,
  readProgress,
  readState,
  scriptedModel,
  send,
  startSession,
  stepsOf,
  untilGate,
  untilStatus,
  withWorkers,
  type Answer,
} from '../../support/sessions/fixture.js';
import { heldAt } from '../../support/sessions/held-model.js';
import { localActivitiesOf } from '../../support/workers/scheduled-activities.js';
import { useSessions } from '../../support/houses/session-house.js';

const rig = useSessions();
let by: Decider;

beforeAll(async () => {
  by = { userId: rig.owner.userId, via: 'api', requestId: 'req_test' };
});

const numbered: Answer = (_request, call) => `answer ${call}`;
const approve = (digest: string | null = null): SessionCommand => ({
  kind: 'approve',
  by,
  digest,
  comment: null,
  notes: null,
});
const goOn = (): SessionCommand => ({ kind: 'go_on', by, instructions: null, model: null });

function redoFrom(phase: number): SessionCommand {
  const from = { phase, step: 'THINK' } as const;
  return {
    kind: 'redo',
    by,
    from,
    digest: null,
    comment: null,
    instructions: null,
    input: null,
    model: null,
  };
}

function serverDown(): ModelCallError {
  return new ModelCallError('the model server answered 500', {
    kind: 'server',
    provider: 'scripted',
    model: 'm',
  });
}

/** How many activities its workflow has scheduled. */
async function activitiesOf(id: string): Promise<number> {
  const { events } = await rig.temporal.client.workflow.getHandle(`cot-session:${id}`).fetchHistory();
  return (events ?? []).filter((event) => event.activityTaskScheduledEventAttributes != null).length;
}

/** Every behaviour is tried with cached workflows and with none, which replays the history at each task. */
describe.each([{ maxCachedWorkflows: 50 }, { maxCachedWorkflows: 0 }])(
  'with $maxCachedWorkflows cached workflows',
  (limits) => {
    const during = (model: ReturnType<typeof scriptedModel>, work: () => Promise<void>): Promise<void> =>
      withWorkers(rig, model, work, { limits });

    test('a session runs its steps by itself, waits at each gate and completes after the last phase', async () => {
      const model = scriptedModel(numbered);
      await during(model, async () => {
        const id = await startSession(rig, rig.owner);
        const first = await untilGate(rig, id, 1);
        expect(first).toMatchObject({
          percent: 33,
          completedPhases: [1],
          canProceed: true,
          requiresManualTrigger: true,
        });
        const answered = await send(rig, id, approve(first.outputDigest), 'first');
        expect(answered).toMatchObject({ currentPhase: 2, status: 'running' });
        await untilGate(rig, id, 2);
        await send(rig, id, approve(), 'second');
        expect(await untilStatus(rig, id, 'completed')).toMatchObject({
          percent: 100,
          completedPhases: [1, 2, 3],
        });
        expect(model.calls).toHaveLength(9);
        // Within one moment of the workflow's clock the number says which projection is the later one.
        expect((await findProjected(rig.database.pool, id))?.sequence).toBeGreaterThan(1);
        const events = await eventsOf(rig, id);
        expect(events.map((event) => event.pos)).toEqual(events.map((_event, index) => index + 1));
        expect(events[0]?.type).toBe('session.started');
        expect(events.at(-1)?.type).toBe('session.completed');
        expect(events.filter((event) => event.type === 'step.completed')).toHaveLength(9);
        expect(events.filter((event) => event.type === 'gate.opened')).toHaveLength(2);
      });
    });

    test('an answered command is already visible to whoever reads next', async () => {
      await during(scriptedModel(numbered), async () => {
        const id = await startSession(rig, rig.owner);
        const gate = await untilGate(rig, id, 1);
        const { updatedAt } = await rig.temporal.client.workflow
          .getHandle(`cot-session:${id}`)
          .query<SessionProgressView>('progress');
        const answered = await send(rig, id, approve(gate.outputDigest), 'visible');
        expect(Date.parse(answered.updatedAt)).toBeGreaterThan(Date.parse(updatedAt));
        expect((await readProgress(rig, id)).version).toBeGreaterThanOrEqual(answered.version);
      });
    });

    test('the same command sent twice takes effect once, and a second approval finds nothing waiting', async () => {
      const model = scriptedModel(async (_request, call) => {
        if (call > 3) await new Promise((resolve) => setTimeout(resolve, 400));
        return `answer ${call}`;
      });
      await during(model, async () => {
        const id = await startSession(rig, rig.owner);
        const gate = await untilGate(rig, id, 1);
        const [one, two] = await Promise.all([
          send(rig, id, approve(gate.outputDigest), 'same'),
          send(rig, id, approve(gate.outputDigest), 'same'),
        ]);
        expect(one).toEqual(two);
        await expect(send(rig, id, approve(gate.outputDigest), 'other')).rejects.toMatchObject({
          code: 'not_waiting',
        });
        await send(rig, id, { kind: 'cancel', by, reason: 'enough' }, 'end');
        expect(await readProgress(rig, id)).toMatchObject({ status: 'canceled', reason: 'enough' });
      });
    });

    test('the plain signal approves what waits, and an early or late one does no harm', async () => {
      await during(scriptedModel(numbered), async () => {
        const id = await startSession(rig, rig.owner);
        const handle = rig.temporal.client.workflow.getHandle(`cot-session:${id}`);
        await handle.signal('proceedNextPhase', { notes: 'too early' });
        const { gateId } = await untilGate(rig, id, 1);
        await handle.signal('proceedNextPhase', { outputDigest: 'something older' });
        await handle.signal('proceedNextPhase');
        await untilGate(rig, id, 2);
        expect(await handle.query('progress')).toMatchObject({ currentPhase: 2, status: 'waiting_approval' });
        await handle.executeUpdate('decideGate', { args: [{ decision: 'reject', comment: 'no' }] });
        expect(await untilStatus(rig, id, 'rejected')).toMatchObject({ reason: 'no' });
        // Texts of a signal that changes nothing are not kept, and the other messages have none.
        expect(await localActivitiesOf(handle)).not.toContain('keepDecisionTexts');
        const bySignal = { actor_name: 'signal', actor_role: 'SYSTEM', request_id: null, origin: null };
        expect(await entriesOf(rig, gateId!)).toMatchObject([
          { action: 'approved', before: { status: 'waiting' }, after: { status: 'approved' }, ...bySignal },
        ]);
      });
    });

    test('a step that used up its retries waits for a person, and goes on from there without paying again', async () => {
      let down = true;
      const model = scriptedModel((_request, call) => {
        if (call >= 2 && down) throw serverDown();
        return `answer ${call}`;
      });
      await during(model, async () => {
        const id = await startSession(rig, rig.owner);
        const stuck = await untilStatus(rig, id, 'needs_attention');
        expect(stuck).toMatchObject({
          currentStep: 'EXECUTE',
          canProceed: false,
          reason: 'the model server answered 500',
        });
        down = false;
        await send(rig, id, goOn(), 'resume');
        await untilGate(rig, id, 1);
        // THINK once, EXECUTE twice in vain, then EXECUTE and INTEGRATE.
        expect(model.calls).toHaveLength(5);
        const events = await eventsOf(rig, id);
        const types = events.map((event) => event.type);
        expect(types.filter((type) => type === 'step.retrying')).toHaveLength(1);
        expect(types.filter((type) => type === 'step.failed')).toHaveLength(1);
        const begun = events
          .filter((each) => each.type === 'step.started')
          .findLast(({ data }) => data.try === 2);
        const failed = events.find((each) => each.type === 'step.failed')?.data;
        const { stepId, attempt } = begun!.data;
        expect(failed).toMatchObject({ stepId, attempt, try: 2, phase: 1, step: 'EXECUTE' });
      });
    });

    test('a session that waits for the trigger of a step says so, and since when', async () => {
      await during(scriptedModel(numbered), async () => {
        const id = await startSession(rig, rig.owner, { autoProgressSteps: false });
        const projected = await waitUntil(
          async () =>
            (await eventsOf(rig, id))
              .filter((event) => event.type === 'progress')
              .map((event) => event.data['progress'] as SessionProgressView)
              .find((progress) => progress.requiresManualTrigger),
          { what: 'the wait for the trigger' },
        );
        expect(projected).toMatchObject({ status: 'waiting_approval', currentStep: 'EXECUTE', gateId: null });
        const row = await readProgress(rig, id);
        expect(projected.waitingSince).toBe(new Date(row.waitingSinceMs!).toISOString());
        expect(await send(rig, id, goOn(), 'go')).toMatchObject({ status: 'running', waitingSince: null });
      });
    });

    test('a command during a quick activity meets its running step: a pause ends it there, and a redo of what is not reached is refused', async () => {
      const held = heldAt(3);
      await during(held.model, async () => {
        const id = await startSession(rig, rig.owner, { autoProgressPhases: true });
        await held.reached();
        expect(await activitiesOf(id)).toBe(1);
        await expect(send(rig, id, redoFrom(2), 'early')).rejects.toMatchObject({ code: 'step_not_reached' });
        const paused = await send(rig, id, rig.ask.state('pause'), 'pause');
        expect(paused).toMatchObject({ status: 'paused', currentPhase: 1, currentStep: 'INTEGRATE' });
        held.release();
        await waitUntil(async () => (await readProgress(rig, id)).completedPhases.length === 1, {
          what: 'the end of the running step',
        });
        expect(await readProgress(rig, id)).toMatchObject({ status: 'paused', currentPhase: 2 });
        expect(held.model.calls).toHaveLength(3);
        await send(rig, id, rig.ask.state('resume'), 'resume');
        await untilStatus(rig, id, 'completed');
        expect(held.model.calls).toHaveLength(9);
        const events = await eventsOf(rig, id);
        expect(events.map((event) => event.pos)).toEqual(events.map((_event, index) => index + 1));
        expect(events.filter((event) => event.type === 'step.completed')).toHaveLength(9);
        await storeHistory(rig.temporal.client, `cot-session:${id}`, 'cotSession', 'recalled');
      });
    });

    test('the steps of a phase run in one quick activity after an approval too, and a command meets them there', async () => {
      const held = heldAt(5);
      await during(held.model, async () => {
        const id = await startSession(rig, rig.owner);
        await untilGate(rig, id, 1);
        await send(rig, id, approve(), 'approve');
        await held.reached();
        expect(await activitiesOf(id)).toBe(2);
        const paused = await send(rig, id, rig.ask.state('pause'), 'pause');
        expect(paused).toMatchObject({ status: 'paused', currentPhase: 2, currentStep: 'EXECUTE' });
        held.release();
        await send(rig, id, rig.ask.state('resume'), 'resume');
        await untilGate(rig, id, 2);
        await send(rig, id, approve(), 'last');
        await rig.temporal.client.workflow.getHandle(`cot-session:${id}`).result();
        await storeHistory(rig.temporal.client, `cot-session:${id}`, 'cotSession', 'recalled-later');
      });
    });

    test('a redo during a quick activity stops its model, and keeps the steps that it had finished', async () => {
      const held = heldAt(3);
      await during(held.model, async () => {
        const id = await startSession(rig, rig.owner, { autoProgressPhases: true });
        await held.reached();
        await send(rig, id, rig.ask.redo(1, 'EXECUTE'), 'again');
        await untilStatus(rig, id, 'completed');
        const first = (await stepsOf(rig, id)).filter(({ phase }) => phase === 1);
        expect(first.map(({ step, attempt, status }) => `${step} ${attempt} ${status}`)).toEqual([
          'THINK 1 completed',
          'EXECUTE 1 completed',
          'INTEGRATE 1 canceled',
          'EXECUTE 2 completed',
          'INTEGRATE 2 completed',
        ]);
        expect(held.model.calls).toHaveLength(11);
      });
    });

    test('a session that is ended during a quick activity keeps the results of its finished steps', async () => {
      const held = heldAt(5);
      await during(held.model, async () => {
        const id = await startSession(rig, rig.owner, { autoProgressPhases: true });
        await held.reached();
        await rig.temporal.client.workflow.getHandle(`cot-session:${id}`).cancel();
        expect(await untilStatus(rig, id, 'canceled')).toMatchObject({ reason: 'canceled on Temporal' });
        const { phases } = await readState(rig, id);
        expect(phases.map(({ results }) => Object.keys(results))).toEqual([
          ['THINK', 'EXECUTE', 'INTEGRATE'],
          ['THINK'],
          [],
        ]);
        expect(phases[0]?.output?.preview).toBe('answer 3');
      });
    });

    test('a step that fails for good behind quick ones is named, and they are not paid for again', async () => {
      let down = true;
      const model = scriptedModel((_request, call) => {
        if (call >= 5 && down) throw serverDown();
        return `answer ${call}`;
      });
      await during(model, async () => {
        const id = await startSession(rig, rig.owner, { autoProgressPhases: true });
        const stuck = await untilStatus(rig, id, 'needs_attention');
        expect(stuck).toMatchObject({ currentPhase: 2, currentStep: 'EXECUTE' });
        down = false;
        await send(rig, id, goOn(), 'resume');
        await untilStatus(rig, id, 'completed');
        expect(model.calls).toHaveLength(11);
        const tried = (await eventsOf(rig, id))
          .filter((each) => each.type === 'step.started')
          .map(({ data }) => `${data.phase} ${data.step} ${data.try}`);
        expect(tried).toEqual([
          '1 THINK 1',
          '1 EXECUTE 1',
          '1 INTEGRATE 1',
          '2 THINK 1',
          '2 EXECUTE 1',
          '2 EXECUTE 2',
          '2 EXECUTE 1',
          '2 INTEGRATE 1',
          '3 THINK 1',
          '3 EXECUTE 1',
          '3 INTEGRATE 1',
        ]);
      });
    });

    test('the query answers the same object as the route', async () => {
      await during(scriptedModel(numbered), async () => {
        const id = await startSession(rig, rig.owner);
        await untilGate(rig, id, 1);
        const handle = rig.temporal.client.workflow.getHandle(`cot-session:${id}`);
        const asked = progressSchema.strict().parse(await handle.query('progress'));
        const row = await readSessionProgress(rig.database.pool, rig.owner, id);
        const { elapsedMs, waitMs, updatedAt, ...answered } = toProgressView(row!, null);
        // An estimate is made of other sessions, which a workflow does not know.
        expect(asked).toMatchObject({ ...answered, etaMs: null, etaBasis: null });
        expect(asked.elapsedMs).toBeLessThanOrEqual(elapsedMs);
        expect(asked.waitMs).toBeLessThanOrEqual(waitMs);
        expect(asked.updatedAt <= updatedAt).toBe(true);
      });
    });

    test('a redo runs again from its phase on, keeps what came before and makes older approvals stale', async () => {
      const model = scriptedModel(numbered);
      await during(model, async () => {
        const id = await startSession(rig, rig.owner);
        await untilGate(rig, id, 1);
        await send(rig, id, approve(), 'one');
        const before = await untilGate(rig, id, 2);
        await send(rig, id, redoFrom(2), 'again');
        const after = await untilGate(rig, id, 2, 2);
        expect(after.outputDigest).not.toBe(before.outputDigest);
        const redone = (await eventsOf(rig, id)).find((each) => each.type === 'session.redone');
        expect(redone?.data).toMatchObject({ from: { phase: 2, step: 'THINK' }, attempt: 2 });
        expect(model.calls).toHaveLength(9);
        await expect(send(rig, id, approve(before.outputDigest), 'stale')).rejects.toMatchObject({
          code: 'stale_approval',
        });
        await send(rig, id, approve(after.outputDigest), 'fresh');
        await untilStatus(rig, id, 'completed');
      });
    });

    test('paused, nothing new starts, and decisions stay possible', async () => {
      const model = scriptedModel(numbered);
      await during(model, async () => {
        const id = await startSession(rig, rig.owner);
        await untilGate(rig, id, 1);
        await send(rig, id, { kind: 'pause', by, reason: 'lunch' }, 'pause');
        expect(await send(rig, id, approve(), 'approve')).toMatchObject({
          status: 'paused',
          currentPhase: 2,
          canProceed: false,
        });
        expect(model.calls).toHaveLength(3);
        await send(rig, id, { kind: 'resume', by, reason: null }, 'resume');
        await untilGate(rig, id, 2);
        // Commands of an older API bring the id of their request and nothing else of where it came from.
        const origin = { request_id: 'req_test', origin: { ip: null, userAgent: null } };
        expect(await entriesOf(rig, id)).toMatchObject([
          { action: 'paused', before: { status: 'waiting_approval' }, reason: 'lunch', ...origin },
          { action: 'resumed', before: { status: 'paused' }, after: { status: 'running' }, ...origin },
        ]);
      });
    });

    test('a workflow canceled from the Temporal Web UI ends its session as canceled', async () => {
      await during(scriptedModel(numbered), async () => {
        const id = await startSession(rig, rig.owner);
        await untilGate(rig, id, 1);
        const handle = rig.temporal.client.workflow.getHandle(`cot-session:${id}`);
        await handle.cancel();
        await expect(handle.result()).rejects.toThrow('Workflow execution cancelled');
        expect(await readProgress(rig, id)).toMatchObject({ status: 'canceled' });
        expect(await entriesOf(rig, id)).toMatchObject([
          { action: 'canceled', after: { status: 'canceled', via: 'signal' }, origin: null },
        ]);
      });
    });
  },
);
