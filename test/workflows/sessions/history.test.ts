import { givenContent } from '../../../src/db/sessions/given-content.js';
import { sessionCommand } from '../../../src/contracts/sessions/messages.js';
import type { SessionCommand } from '../../../src/domain/sessions/commands.js';
import { storeBlob } from '../../../src/db/runs/blobs.js';
import { builtinTemplates } from '../../../src/contracts/templates/builtin/builtin-templates.js';
import { storeHistory } from '../../support/store-history.js';
import { waitUntil } from '../../support/wait-until.js';
import { policiesOf, summariesOf } from '../../support/workers/scheduled-activities.js';
import {
  eventTypesOf,
  scriptedModel,
  send,
  startSession,
  untilGate,
  untilStatus,
  withWorkers,
} from '../../support/sessions/fixture.js';
import { useSessions } from '../../support/houses/session-house.js';

const rig = useSessions();

test('the history of five phases with outputs of 200 kB stays under 250 events and 100 kB', async () => {
  const definition = builtinTemplates.find((each) => each.name === 'viral-content')!;
  const model = scriptedModel((_request, call) => `${call} ${'x'.repeat(200_000)}`);
  await withWorkers(rig, model, async () => {
    const id = await startSession(rig, rig.owner, { topic: 'Small cinemas' }, { definition });
    for (let phase = 1; phase < 5; phase += 1) {
      await untilGate(rig, id, phase);
      await send(rig, id, rig.ask.approve(), `phase-${phase}`);
    }
    await untilStatus(rig, id, 'completed');
    const handle = rig.temporal.client.workflow.getHandle(`cot-session:${id}`);
    await handle.result();
    // On a slow machine further steps have activities of their own.
    const firstSteps = (await summariesOf(handle)).filter((words) => words?.endsWith(': THINK'));
    expect(firstSteps).toEqual([
      '1. Trend collection: THINK',
      '2. Opportunity evaluation: THINK',
      '3. Concept creation: THINK',
      '4. Content production: THINK',
      '5. Execution strategy: THINK',
    ]);
    expect(await policiesOf(handle)).toEqual({
      runSessionStep: '2592000 s, a beat in 5 s; any number of tries, 0.5 s × 2 up to 5 s',
    });
    const { historyLength, historySize } = await handle.describe();
    expect(model.calls).toHaveLength(15);
    expect(historyLength).toBeLessThanOrEqual(250);
    expect(historySize).toBeLessThanOrEqual(100_000);
  });
});

/** Later versions replay this history: see test/replay. */
test('a session that is approved, redone, paused, resumed and edited completes, and its history is kept', async () => {
  await withWorkers(
    rig,
    scriptedModel((_request, call) => `answer ${call}`),
    async () => {
      const id = await startSession(rig, rig.owner);
      await untilGate(rig, id, 1);
      await send(rig, id, rig.ask.approve(), 'approve');
      await untilGate(rig, id, 2);
      await send(rig, id, rig.ask.redo(2), 'redo');
      const again = await untilGate(rig, id, 2, 2);
      await send(rig, id, rig.ask.state('pause'), 'pause');
      await send(rig, id, rig.ask.state('resume'), 'resume');
      const edited = givenContent('what a reviewer wrote');
      await storeBlob(rig.database.pool, id, edited);
      await send(rig, id, rig.ask.edit(again.outputDigest!, edited.ref), 'edit');
      await untilStatus(rig, id, 'completed');
      const workflowId = `cot-session:${id}`;
      expect(await rig.temporal.client.workflow.getHandle(workflowId).result()).toEqual({
        status: 'completed',
        reason: null,
      });
      await storeHistory(rig.temporal.client, workflowId, 'cotSession');
    },
  );
});

test('a pause of a paused session is granted and leaves nothing in the history', async () => {
  await withWorkers(
    rig,
    scriptedModel((_request, call) => `answer ${call}`),
    async () => {
      const id = await startSession(rig, rig.owner);
      await untilGate(rig, id, 1);
      await send(rig, id, rig.ask.state('pause'), 'pause');
      const handle = rig.temporal.client.workflow.getHandle(`cot-session:${id}`);
      const { historyLength } = await handle.describe();
      for (let index = 0; index < 30; index += 1) {
        expect(await send(rig, id, rig.ask.state('pause'), `again-${index}`)).toMatchObject({
          status: 'paused',
        });
      }
      expect((await handle.describe()).historyLength).toBe(historyLength);
    },
  );
});

/** The server asks for a new history at 4 MB, as it does at 4,096 events. */
const SIGNALS_OF_A_LONG_HISTORY = 60;
const ignored = { comment: 'too long '.repeat(11_000) };

test('signals that change nothing begin a new history once it has grown, and a command from before is known there', async () => {
  await withWorkers(
    rig,
    scriptedModel((_request, call) => `answer ${call}`),
    async () => {
      const id = await startSession(rig, rig.owner);
      const { outputDigest } = await untilGate(rig, id, 1);
      const approval = rig.ask.approve(outputDigest);
      await send(rig, id, approval, 'before');
      await untilGate(rig, id, 2);
      const handle = rig.temporal.client.workflow.getHandle(`cot-session:${id}`);
      const { runId } = await handle.describe();
      for (let sent = 0; sent < SIGNALS_OF_A_LONG_HISTORY; sent += 1) {
        await handle.signal('proceedNextPhase', ignored);
        // The server ends a workflow task beyond 2 MB of waiting signals, again and again on a slow machine.
        if (sent % 10 === 9)
          await waitUntil(async () => !(await handle.describe()).raw.pendingWorkflowTask, {
            what: 'the worker to take the signals',
          });
      }
      await waitUntil(async () => (await handle.describe()).runId !== runId, { what: 'a new history' });
      const again = { args: [approval] as [SessionCommand], updateId: 'before' };
      expect(await handle.executeUpdate(sessionCommand, again)).toMatchObject({ currentPhase: 2 });
      const other = { ...again, updateId: 'other' };
      await expect(handle.executeUpdate(sessionCommand, other)).rejects.toMatchObject({
        cause: { type: 'stale_approval' },
      });
      await send(rig, id, rig.ask.approve(), 'approve');
      await untilStatus(rig, id, 'completed');
    },
  );
});

test('an approval that comes with the task that begins a new history is told to readers', async () => {
  const model = scriptedModel((_request, call) => `answer ${call}`);
  let id = '';
  await withWorkers(
    rig,
    model,
    async () => {
      id = await startSession(rig, rig.owner);
      await untilGate(rig, id, 1);
    },
    { keepOpen: true },
  );
  const handle = rig.temporal.client.workflow.getHandle(`cot-session:${id}`);
  const { runId } = await handle.describe();
  for (let sent = 0; sent < SIGNALS_OF_A_LONG_HISTORY; sent += 1)
    await handle.signal('proceedNextPhase', ignored);
  await handle.signal('proceedNextPhase', {});
  await withWorkers(rig, model, async () => {
    await untilGate(rig, id, 2);
    expect((await handle.describe()).runId).not.toBe(runId);
    expect(await eventTypesOf(rig, id)).toContain('gate.decided');
  });
});
