import { randomUUID } from 'node:crypto';
import type { Principal } from '../../../src/contracts/users/principal.js';
import { bindGate } from '../../../src/db/sessions/command-gates.js';
import { useApi } from '../../support/api.js';
import type { HttpAnswer } from '../../support/http.js';
import { useDatabase } from '../../support/servers/database.js';
import { useTemporal } from '../../support/servers/temporal.js';
import { commandsOf } from '../../support/sessions/asks.js';
import {
  eventsOf,
  scriptedModel,
  send,
  startSession,
  untilGate,
  withWorkers,
} from '../../support/sessions/fixture.js';
import { createApiUser, principalOf, type TestUser } from '../../support/people.js';

/** Nobody decides at a gate that they have not seen, however often and however late they ask. */
const rig = { database: useDatabase(), temporal: useTemporal() };
const api = useApi({ ...rig, env: { RATE_LIMIT_PER_MINUTE: '10000' } });
const BASE = '/api/v1/cot-sessions';
let user: TestUser;
let owner: Principal;
let ask: ReturnType<typeof commandsOf>;

beforeAll(async () => {
  user = await createApiUser(rig.database);
  owner = principalOf(user);
  ask = commandsOf({ userId: user.id, via: 'api', requestId: 'req_test' });
});

/** The same words at every gate, so that all have the same digest. */
const sameWords = 'the same answer';

const during = (work: () => Promise<void>, model = scriptedModel(() => sameWords)): Promise<void> =>
  withWorkers(rig, model, work);

const STEPS_OF_A_PHASE = 3;

const proceed = (id: string, body: object = {}, key?: string): Promise<HttpAnswer> =>
  api.send(`${BASE}/${id}/proceed-next-phase`, {
    method: 'POST',
    token: user.token,
    body,
    headers: key === undefined ? {} : { 'Idempotency-Key': key },
  });

/**
 * A worker on a slow machine may need more than 5 s. The command is sent again under its key, as clients do.
 */
async function answered(send: (key: string) => Promise<HttpAnswer>): Promise<HttpAnswer> {
  const key = randomUUID();
  const until = Date.now() + 150_000;
  for (;;) {
    const answer = await send(key);
    if (answer.body['code'] !== 'workflow_unavailable' || Date.now() > until) return answer;
  }
}

async function decidedGates(id: string): Promise<number> {
  const { rows } = await rig.database.pool.query<{ count: number }>(
    `select count(*) from gates where run_id = $1 and status = 'approved'`,
    [id],
  );
  return rows[0]?.count ?? -1;
}

test.each([20, 50])('of %i approvals at once without a digest one approves, and one gate alone', (many) => {
  // The second gate must not open before the last of them came, which would be about that gate.
  let release = (): void => undefined;
  const allCame = new Promise<void>((resolve) => (release = resolve));
  const model = scriptedModel(async (_request, call) => {
    if (call > STEPS_OF_A_PHASE) await allCame;
    return sameWords;
  });
  return during(async () => {
    const id = await startSession(rig, owner);
    await untilGate(rig, id, 1);
    const answers = await Promise.all(
      Array.from({ length: many }, () => answered((key) => proceed(id, {}, key))),
    ).finally(release);
    await untilGate(rig, id, 2);
    // Several answers may say that the gate is approved: a lost workflow task runs its Updates again in any
    // order.
    const refused = answers.filter(({ status }) => status !== 200).map(({ body }) => body['code']);
    const refusals = ['not_waiting', 'stale_approval'];
    expect(refused.filter((code) => !refusals.includes(String(code)))).toEqual([]);
    expect(refused.length).toBeLessThan(many);
    const decisions = (await eventsOf(rig, id)).filter(({ type }) => type === 'gate.decided');
    expect(decisions).toMatchObject([{ data: { phase: 1, decision: 'approve' } }]);
    expect(await decidedGates(id)).toBe(1);
  }, model);
});

test('of 20 signals that arrive together one approves, and one gate alone', async () => {
  let id = '';
  await withWorkers(
    rig,
    scriptedModel(() => 'the same answer'),
    async () => {
      id = await startSession(rig, owner);
      await untilGate(rig, id, 1);
    },
    { keepOpen: true },
  );
  const handle = rig.temporal.client.workflow.getHandle(`cot-session:${id}`);
  await Promise.all(Array.from({ length: 20 }, () => handle.signal('proceedNextPhase')));
  await during(async () => {
    await untilGate(rig, id, 2);
    expect(await decidedGates(id)).toBe(1);
  });
});

test('16 commands at once on one session are all answered by the session: no 500, no 503', () =>
  during(async () => {
    const id = await startSession(rig, owner);
    await untilGate(rig, id, 1);
    const paths = ['pause', 'resume', 'proceed-next-phase', 'continue-async'];
    for (let burst = 0; burst < 3; burst += 1) {
      const answers = await Promise.all(
        Array.from({ length: 16 }, (_each, index) =>
          answered((key) =>
            api.send(`${BASE}/${id}/${paths[index % paths.length]}`, {
              method: 'POST',
              token: user.token,
              body: {},
              headers: { 'Idempotency-Key': key },
            }),
          ),
        ),
      );
      expect(
        answers.map(({ status }) => status).filter((status) => status !== 200 && status !== 409),
      ).toEqual([]);
    }
  }));

test('an approval that is sent again is about the gate that was open the first time', () =>
  during(async () => {
    const id = await startSession(rig, owner);
    const first = await untilGate(rig, id, 1);
    const seen = { id: first.gateId!, attempt: 1, digest: first.outputDigest! };
    const command = { commandId: 'cmd_lost', sessionId: id };
    expect(await bindGate(rig.database.pool, command, seen)).toEqual(seen);
    await send(rig, id, ask.approveAt(seen), 'in-time');
    const second = await untilGate(rig, id, 2);
    const open = { id: second.gateId!, attempt: 1, digest: second.outputDigest! };
    // As the API finds it when the same Idempotency-Key comes again.
    const bound = await bindGate(rig.database.pool, command, open);
    expect(bound).toEqual(seen);
    await expect(send(rig, id, ask.approveAt(bound), 'cmd_lost')).rejects.toMatchObject({
      code: 'stale_approval',
    });
    expect(await decidedGates(id)).toBe(1);
  }));

test('a request that comes while no gate is open approves none that opens meanwhile', () =>
  during(async () => {
    const id = await startSession(rig, owner);
    await untilGate(rig, id, 1);
    await expect(send(rig, id, ask.approveAt(null), 'early')).rejects.toMatchObject({
      code: 'not_waiting',
    });
    expect(await decidedGates(id)).toBe(0);
  }));

test('after a redo with equal output the decided gate no longer stands for the new one', () =>
  during(async () => {
    const id = await startSession(rig, owner);
    const first = await untilGate(rig, id, 1);
    await send(rig, id, ask.redo(1), 'redo');
    const again = await untilGate(rig, id, 1, 2);
    expect([again.outputDigest, again.gateId === first.gateId]).toEqual([first.outputDigest, false]);
    const answer = await api.send(`/api/v1/gates/${first.gateId}/decide`, {
      method: 'POST',
      token: user.token,
      body: { decision: 'approve', outputDigest: first.outputDigest },
    });
    expect([answer.status, answer.body['code']]).toEqual([409, 'stale_approval']);
    expect(await decidedGates(id)).toBe(0);
  }));
