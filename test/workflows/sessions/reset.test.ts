import { projectAgainSignal } from '../../../src/contracts/names.js';
import { waitUntil } from '../../support/wait-until.js';
import {
  entriesOf,
  readProgress,
  send,
  startSession,
  stepsOf,
  untilGate,
  untilStatus,
  withWorkers,
} from '../../support/sessions/fixture.js';
import { heldAt } from '../../support/sessions/held-model.js';
import { useSessions } from '../../support/houses/session-house.js';

/** Somebody resets a session in the Temporal Web UI. */
const rig = useSessions();
const { during } = rig;

/**
 * The activity of a step shows the gate before its own completion is recorded. A reset in between would run the step
 * again, with another id.
 */
const untilAtRest = (id: string): Promise<unknown> =>
  waitUntil(
    async () => {
      const { raw } = await rig.temporal.client.workflow.getHandle(`cot-session:${id}`).describe();
      const busy = (raw.pendingActivities ?? []).length > 0 || Boolean(raw.pendingWorkflowTask);
      return !busy;
    },
    { what: 'a workflow without pending tasks' },
  );

/** As the Web UI does it; `which` of the recorded workflow tasks is run anew. Nothing that came later is applied again. */
async function reset(id: string, which: 'first' | 'last'): Promise<void> {
  await untilAtRest(id);
  await resetNow(id, which);
}

async function resetNow(id: string, which: 'first' | 'last'): Promise<void> {
  const workflowId = `cot-session:${id}`;
  const handle = rig.temporal.client.workflow.getHandle(workflowId);
  const { runId } = await handle.describe();
  const { events } = await handle.fetchHistory();
  const completed = (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes);
  const point = which === 'first' ? completed[0] : completed.at(-1);
  await rig.temporal.client.workflowService.resetWorkflowExecution({
    namespace: rig.temporal.namespace,
    workflowExecution: { workflowId, runId },
    workflowTaskFinishEventId: point?.eventId ?? null,
    requestId: `${id}-${which}`,
    reason: 'by the test',
    // RESET_REAPPLY_TYPE_NONE
    resetReapplyType: 2,
  });
}

async function gatesOf(id: string): Promise<{ phase: number; status: string }[]> {
  const { rows } = await rig.database.pool.query<{ phase: number; status: string }>(
    'select phase, status from gates where run_id = $1 order by phase, opened_at',
    [id],
  );
  return rows;
}

test('a session that is reset at its gate waits there again, and can be decided to its end', () =>
  during(async () => {
    const id = await startSession(rig, rig.owner);
    const before = await untilGate(rig, id, 1);
    await reset(id, 'last');
    await send(rig, id, rig.ask.state('pause'), 'pause');
    await send(rig, id, rig.ask.state('resume'), 'resume');
    expect(await readProgress(rig, id)).toMatchObject({ status: 'waiting_approval', gateId: before.gateId });
    for (const phase of [1, 2]) {
      await untilGate(rig, id, phase);
      await send(rig, id, rig.ask.approve(), `approve-${phase}`);
    }
    await untilStatus(rig, id, 'completed');
    expect(await gatesOf(id)).toEqual([
      { phase: 1, status: 'approved' },
      { phase: 2, status: 'approved' },
    ]);
  }));

test('a session that is reset to before a pause waits at its gate, and readers see it once it is asked to tell them', () =>
  during(async () => {
    const id = await startSession(rig, rig.owner);
    const { gateId } = await untilGate(rig, id, 1);
    await untilAtRest(id);
    await send(rig, id, rig.ask.state('pause'), 'pause');
    await reset(id, 'last');
    const workflow = rig.temporal.client.workflow.getHandle(`cot-session:${id}`);
    expect(await workflow.query('progress')).toMatchObject({ status: 'waiting_approval' });
    expect(await readProgress(rig, id)).toMatchObject({ status: 'paused' });
    await workflow.signal(projectAgainSignal);
    await untilStatus(rig, id, 'waiting_approval');
    expect(await readProgress(rig, id)).toMatchObject({ gateId });
  }));

test('a session that is reset to its start goes on from there: readers follow, and the later gate is closed', () =>
  during(async () => {
    const id = await startSession(rig, rig.owner);
    await untilGate(rig, id, 1);
    await send(rig, id, rig.ask.approve(), 'approve');
    const { gateId } = await untilGate(rig, id, 2);
    await reset(id, 'first');
    await untilGate(rig, id, 1);
    expect((await gatesOf(id)).filter(({ status }) => status === 'waiting')).toEqual([
      { phase: 1, status: 'waiting' },
    ]);
    expect(await entriesOf(rig, gateId!)).toMatchObject([
      { action: 'canceled', reason: expect.stringContaining('reset') as string },
    ]);
    for (const phase of [1, 2]) {
      await untilGate(rig, id, phase);
      await send(rig, id, rig.ask.approve(), `again-${phase}`);
    }
    await untilStatus(rig, id, 'completed');
  }));

test('a session that is reset after it ended stays ended, and its new workflow run ends too', () =>
  during(async () => {
    const id = await startSession(rig, rig.owner);
    await untilGate(rig, id, 1);
    await send(rig, id, rig.ask.state('cancel'), 'cancel');
    await untilStatus(rig, id, 'canceled');
    const handle = rig.temporal.client.workflow.getHandle(`cot-session:${id}`);
    await handle.result();
    await reset(id, 'first');
    expect(await handle.result()).toEqual({ status: 'canceled', reason: 'the run had ended before' });
    expect(await readProgress(rig, id)).toMatchObject({ status: 'canceled' });
  }));

test('a command that comes with the first task of that new workflow run is refused, since the session has ended', async () => {
  let id = '';
  await during(async () => {
    id = await startSession(rig, rig.owner);
    await untilGate(rig, id, 1);
    await send(rig, id, rig.ask.state('cancel'), 'cancel');
    await rig.temporal.client.workflow.getHandle(`cot-session:${id}`).result();
  });
  await reset(id, 'first');
  const late = send(rig, id, rig.ask.state('pause'), 'late');
  await during(() => expect(late).rejects.toMatchObject({ code: 'already_finished' }));
});

test('the quick activity of a session that is reset begins no further step, and the session ends without it', async () => {
  const { model, release, reached } = heldAt(2);
  await withWorkers(rig, model, async () => {
    const id = await startSession(rig, rig.owner, { autoProgressPhases: true });
    await reached();
    await resetNow(id, 'first');
    await untilStatus(rig, id, 'completed');
    release();
    const { rows } = await rig.database.pool.query<{ step: string; recalled: boolean; ended: string }>(
      `select step, id = recalled_step as recalled, status as ended
         from session_steps join sessions using (run_id) where run_id = $1 order by session_steps.id limit 2`,
      [id],
    );
    expect(rows).toEqual([
      { step: 'THINK', recalled: false, ended: 'completed' },
      { step: 'EXECUTE', recalled: true, ended: 'canceled' },
    ]);
    // The finished step is taken from its checkpoint. The interrupted one is asked for again.
    expect(model.calls).toHaveLength(10);
    expect((await stepsOf(rig, id)).filter(({ status }) => status === 'running')).toEqual([]);
  });
});

test('a session that is asked to tell its readers while its steps run ahead goes on, and pays for each step once', async () => {
  const { model, release, reached } = heldAt(2);
  await withWorkers(rig, model, async () => {
    const id = await startSession(rig, rig.owner);
    await reached();
    const workflow = rig.temporal.client.workflow.getHandle(`cot-session:${id}`);
    await workflow.signal(projectAgainSignal);
    await waitUntil(
      async () => (await workflow.query<{ currentStep: string }>('progress')).currentStep === 'EXECUTE',
      { what: 'the workflow to know the second step' },
    );
    release();
    await untilGate(rig, id, 1);
    expect(model.calls).toHaveLength(3);
  });
});

test('a session that is reset in the middle of a step tells its readers of the step that runs now, and of no other', async () => {
  // A model that is not quick: each step is an activity of its own.
  const { model, release, reached } = heldAt(2, { onwards: true, answersInMs: 400 });
  await withWorkers(rig, model, async () => {
    const id = await startSession(rig, rig.owner);
    await reached();
    await resetNow(id, 'last');
    await reached(3);
    await rig.temporal.client.workflow.getHandle(`cot-session:${id}`).signal(projectAgainSignal);
    await waitUntil(
      async () => {
        const steps = await stepsOf(rig, id);
        return steps.map(({ status }) => status).join() === 'completed,canceled,running';
      },
      { what: 'the step of the earlier workflow run to be closed, and no other' },
    );
    release();
    await untilGate(rig, id, 1);
    expect(model.calls).toHaveLength(4);
  });
});
