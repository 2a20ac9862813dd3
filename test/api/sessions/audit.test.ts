import { useApi } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';
import { useTemporal } from '../../support/servers/temporal.js';
import {
  entriesOf,
  scriptedModel,
  startSession,
  untilGate,
  withWorkers,
} from '../../support/sessions/fixture.js';
import { createApiUser, principalOf } from '../../support/people.js';

const rig = { database: useDatabase(), temporal: useTemporal() };
const api = useApi({ ...rig, env: { MAX_RETRIES: '0' } });

test('the audit log has who commanded, from where and why, and what it changed', async () => {
  const user = await createApiUser(rig.database);
  const owner = principalOf(user);
  const model = scriptedModel((_request, call) => `answer ${call}`);
  await withWorkers(rig, model, async () => {
    const id = await startSession(rig, owner);
    const { gateId, outputDigest } = await untilGate(rig, id, 1);
    const base = `/api/v1/cot-sessions/${id}`;
    const agent = `slow-browser/${'1'.repeat(600)}`;
    const from = async (path: string, body: object): Promise<unknown> => {
      const headers = { 'User-Agent': agent };
      const answer = await api.send(path, { method: 'POST', token: user.token, headers, body });
      expect(answer.status).toBe(200);
      return answer.headers['x-request-id'];
    };
    const decision = { decision: 'redo', outputDigest, comment: 'too long', instructions: 'shorter' };
    const requests = [
      await from(`${base}/pause`, { reason: 'coffee' }),
      await from(`${base}/resume`, {}),
      await from(`/api/v1/gates/${gateId!}/decide`, decision),
    ];
    const by = {
      actor_id: user.id,
      actor_email: user.email,
      actor_role: 'ANALYST',
      origin: { ip: '127.0.0.1', userAgent: agent.slice(0, 500) },
    };
    const digest = expect.stringMatching(/^[0-9a-f]{64}$/) as string;
    const [paused, resumed, redone] = await entriesOf(rig, id);
    expect(paused).toMatchObject({
      ...by,
      action: 'paused',
      request_id: requests[0],
      reason: 'coffee',
      before: { status: 'waiting_approval' },
      after: { status: 'paused', phase: 1, via: 'api' },
    });
    expect(resumed).toMatchObject({
      ...by,
      action: 'resumed',
      request_id: requests[1],
      reason: null,
      before: { status: 'paused' },
      after: { status: 'waiting_approval', phase: 1, via: 'api' },
    });
    expect(redone).toMatchObject({ ...by, action: 'redone', request_id: requests[2] });
    expect([redone?.before, redone?.after]).toEqual([
      {
        status: 'waiting_approval',
        step: null,
        attempt: 1,
        waitingFor: 'gate',
        instructionsDigest: null,
      },
      {
        status: 'running',
        phase: 1,
        step: 'THINK',
        attempt: 2,
        waitingFor: 'nothing',
        via: 'api',
        instructionsDigest: digest,
      },
    ]);
    const decided = await entriesOf(rig, gateId!);
    expect(decided).toMatchObject([{ ...by, action: 'redone', request_id: requests[2] }]);
    expect([decided[0]?.before, decided[0]?.after]).toEqual([
      { status: 'waiting' },
      {
        status: 'redone',
        session: id,
        phase: 1,
        attempt: 1,
        digest: outputDigest,
        via: 'api',
        comment: 'too long',
        notesDigest: digest,
      },
    ]);
  });
});
