import { useSessions } from '../../support/houses/session-house.js';
import { scriptedModel, startSession, untilGate } from '../../support/sessions/fixture.js';
import { limitsDuring, TRIED_FOR_EVER } from '../../support/workers/local-limits.js';

const rig = useSessions();

test('the projections of a session are tried for ever, and so is the keeping of texts', async () => {
  const parts = { queues: ['flow', 'llm'] as const, model: scriptedModel(() => 'answer') };
  const work = async (): Promise<void> => {
    const id = await startSession(rig, rig.owner);
    await untilGate(rig, id, 1);
    const handle = rig.temporal.client.workflow.getHandle(`cot-session:${id}`);
    await handle.executeUpdate('decideGate', { args: [{ decision: 'approve', notes: 'a note' }] });
    await untilGate(rig, id, 2);
    await handle.terminate('the test is over');
  };
  const limits = await limitsDuring(rig, work, parts);
  expect(limits).toMatchObject({ projectSession: TRIED_FOR_EVER, keepDecisionTexts: TRIED_FOR_EVER });
});
