import type { WorkflowHandle } from '@temporalio/client';
import type { WorkerDeps } from '../../../src/workers/worker.js';
import { scriptedModel, startSession, untilGate } from '../../support/sessions/fixture.js';
import { useSessions } from '../../support/houses/session-house.js';
import { withWorker } from '../../support/workers/worker.js';
import { createHold } from '../../support/hold.js';

const rig = useSessions();

/** Texts of a decision are kept when they are released: the database is slow. */
function heldTexts() {
  const { pass, reached, release } = createHold('the texts to be kept');
  const activities = (made: WorkerDeps['activities']): WorkerDeps['activities'] => {
    const flow = made.flow as Record<string, (input: unknown) => Promise<unknown>>;
    const keepDecisionTexts = async (input: unknown): Promise<unknown> => {
      await pass();
      return flow['keepDecisionTexts']!(input);
    };
    return { ...made, flow: { ...flow, keepDecisionTexts } };
  };
  return { activities, reached, release };
}

const ways: Record<string, (handle: WorkflowHandle) => Promise<unknown>> = {
  signal: (handle) => handle.signal('proceedNextPhase', { notes: 'late' }),
  update: (handle) => handle.executeUpdate('decideGate', { args: [{ decision: 'approve', notes: 'late' }] }),
};

test.each(Object.keys(ways))(
  'an approval by %s whose notes take long does not approve the next gate, which opened meanwhile',
  async (way) => {
    const { activities, release, reached } = heldTexts();
    const model = scriptedModel((_request, call) => `answer ${call}`);
    const queues = ['flow', 'llm'] as const;
    await withWorker(rig.database, rig.temporal, { queues, model, activities }, async () => {
      // The server hears of a task that waits for a local activity before its time is over.
      const id = await startSession(rig, rig.owner, {}, { workflowTaskTimeout: '2s' });
      await untilGate(rig, id, 1);
      const handle = rig.temporal.client.workflow.getHandle(`cot-session:${id}`);
      const late = ways[way]!(handle).then(
        () => 'taken',
        (error: Error) => String(error.cause),
      );
      await reached();
      await handle.executeUpdate('decideGate', { args: [{ decision: 'approve' }] });
      await untilGate(rig, id, 2);
      release();
      expect(await late).toContain(way === 'signal' ? 'taken' : 'stale_approval');
      await handle.executeUpdate('decideGate', { args: [{ decision: 'approve' }] });
      await handle.result();
      const { rows } = await rig.database.pool.query(
        'select phase, status from gates where run_id = $1 order by phase',
        [id],
      );
      expect(rows).toEqual([
        { phase: 1, status: 'approved' },
        { phase: 2, status: 'approved' },
      ]);
    });
  },
);
