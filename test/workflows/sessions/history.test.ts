import type { Principal } from '../../../src/contracts/users/principal.js';
import { givenContent } from '../../../src/db/sessions/given-content.js';
import { storeBlob } from '../../../src/db/runs/blobs.js';
import { builtinTemplates } from '../../../src/contracts/templates/builtin/builtin-templates.js';
import { useDatabase } from '../../support/servers/database.js';
import { storeHistory } from '../../support/store-history.js';
import { useTemporal } from '../../support/servers/temporal.js';
import { commandsOf } from './asks.js';
import {
  insertUser,
  scriptedModel,
  send,
  startSession,
  untilGate,
  untilStatus,
  withWorkers,
} from './fixture.js';

const rig = { database: useDatabase(), temporal: useTemporal() };
let owner: Principal;
let ask: ReturnType<typeof commandsOf>;

beforeAll(async () => {
  owner = await insertUser(rig.database.pool);
  ask = commandsOf({ userId: owner.userId, via: 'api', requestId: 'req_test' });
});

test('the history of five phases with outputs of 200 kB stays under 250 events and 100 kB', async () => {
  const definition = builtinTemplates.find((each) => each.name === 'viral-content')!;
  const model = scriptedModel((_request, call) => `${call} ${'x'.repeat(200_000)}`);
  await withWorkers(rig, model, async () => {
    const id = await startSession(rig, owner, { topic: 'Small cinemas' }, { definition });
    for (let phase = 1; phase < 5; phase += 1) {
      await untilGate(rig, id, phase);
      await send(rig, id, ask.approve(), `phase-${phase}`);
    }
    await untilStatus(rig, id, 'completed');
    const handle = rig.temporal.client.workflow.getHandle(`cot-session:${id}`);
    await handle.result();
    const { historyLength, historySize } = await handle.describe();
    expect(model.calls).toHaveLength(15);
    expect(historyLength).toBeLessThanOrEqual(250);
    expect(historySize).toBeLessThanOrEqual(100_000);
  });
});

/** What later versions replay: see test/replay. */
test('a session that is approved, redone, paused, resumed and edited completes, and its history is kept', async () => {
  await withWorkers(
    rig,
    scriptedModel((_request, call) => `answer ${call}`),
    async () => {
      const id = await startSession(rig, owner);
      await untilGate(rig, id, 1);
      await send(rig, id, ask.approve(), 'approve');
      await untilGate(rig, id, 2);
      await send(rig, id, ask.redo(2), 'redo');
      const again = await untilGate(rig, id, 2, 2);
      await send(rig, id, ask.state('pause'), 'pause');
      await send(rig, id, ask.state('resume'), 'resume');
      const edited = givenContent('what a reviewer wrote');
      await storeBlob(rig.database.pool, id, edited);
      await send(rig, id, ask.edit(again.outputDigest!, edited.ref), 'edit');
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
