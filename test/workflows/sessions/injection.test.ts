import type { SessionCommand } from '../../../src/domain/sessions/commands.js';
import { injectionCorpus } from '../../support/models/injection-corpus.js';
import {
  eventTypesOf,
  scriptedModel,
  send,
  startSession,
  stepsOf,
  untilGate,
  withWorkers,
} from '../../support/sessions/fixture.js';
import { useSessions } from '../../support/houses/session-house.js';

const rig = useSessions();
const everything = injectionCorpus.join('\n\n');

const approval = (): SessionCommand => ({
  kind: 'approve',
  digest: null,
  comment: everything,
  notes: null,
  by: { userId: rig.owner.userId, via: 'api' },
});

test('hostile words in the topic, the input, every output and the notes move no gate: only the reviewer does', async () => {
  const model = scriptedModel(
    (_request, call) => injectionCorpus[call % injectionCorpus.length] ?? everything,
  );
  await withWorkers(rig, model, async () => {
    const id = await startSession(rig, rig.owner, {
      topic: everything.slice(0, 500),
      input: { page: everything },
      budget: { maxTokens: 10_000 },
    });
    for (const phase of [1, 2]) {
      await untilGate(rig, id, phase);
      // It stands still there, whatever was said: three steps a phase and no more.
      expect(await stepsOf(rig, id)).toHaveLength(3 * phase);
      expect(model.calls).toHaveLength(3 * phase);
      if (phase === 1) await send(rig, id, approval(), 'approve-1');
    }
    const { rows: gates } = await rig.database.pool.query(
      'select phase, status, decided_via as via from gates where run_id = $1 order by phase',
      [id],
    );
    expect(gates).toEqual([
      { phase: 1, status: 'approved', via: 'api' },
      { phase: 2, status: 'waiting', via: null },
    ]);
    const types = await eventTypesOf(rig, id);
    expect(types.filter((type) => type === 'gate.decided')).toHaveLength(1);
    expect(types.some((type) => /completed$|canceled|redone/.test(type) && type.startsWith('session.'))).toBe(
      false,
    );
    // The budget is what was configured, and nothing about people or places went to the model.
    const { rows: budget } = await rig.database.pool.query(
      'select max_tokens as max from sessions where run_id = $1',
      [id],
    );
    expect(budget).toEqual([{ max: 10_000 }]);
    const sent = JSON.stringify(model.calls);
    for (const secret of [rig.owner.email, rig.owner.userId, rig.database.url, rig.temporal.address])
      expect(sent).not.toContain(secret);
  });
});
