import { newId } from '../../../src/contracts/ids.js';
import type { Principal } from '../../../src/contracts/users/principal.js';
import { useApi } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';
import { useTemporal } from '../../support/servers/temporal.js';
import { commandsOf } from '../../support/sessions/asks.js';
import {
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
  type ScriptedModel,
} from '../../support/sessions/fixture.js';
import { createApiUser, principalOf } from '../../support/people.js';

const rig = { database: useDatabase(), temporal: useTemporal() };
const api = useApi(rig);
let owner: Principal;
let token: string;
let ask: ReturnType<typeof commandsOf>;

beforeAll(async () => {
  const user = await createApiUser(rig.database);
  token = user.token;
  owner = principalOf(user);
  ask = commandsOf({ userId: user.id, via: 'api', requestId: 'req_test' });
});

const post = (id: string, path: string, body: object) =>
  api.send(`/api/v1/cot-sessions/${id}/${path}`, { method: 'POST', token, body });

const during = (work: (model: ScriptedModel) => Promise<void>): Promise<void> => {
  const model = scriptedModel((_request, call) => `answer ${call}`);
  return withWorkers(rig, model, () => work(model));
};

/** A session that has all nine steps behind it. */
async function finished(): Promise<string> {
  const id = await startSession(rig, owner, { autoProgressPhases: true });
  await untilStatus(rig, id, 'completed');
  return id;
}

test('a fork takes earlier results over by reference, runs only the rest and leaves its origin as it is', () =>
  during(async (model) => {
    const origin = await finished();
    const [before, originSteps] = [await readState(rig, origin), await originIds(origin)];
    const answer = await post(origin, 'fork', {
      from: { phase: 2, step: 'EXECUTE' },
      instructions: 'for readers in Japan',
    });
    expect(answer.status).toBe(202);
    const fork = answer.body['id'] as string;
    await untilStatus(rig, fork, 'completed');
    expect(model.calls).toHaveLength(9 + 5);
    expect(model.calls[9]?.messages[0]?.content).toContain('for readers in Japan');
    const steps = await stepsOf(rig, fork);
    const taken = steps.filter((step) => step.origin !== null);
    expect(taken.map(({ phase, step }) => [phase, step])).toEqual([
      [1, 'THINK'],
      [1, 'EXECUTE'],
      [1, 'INTEGRATE'],
      [2, 'THINK'],
    ]);
    expect(taken.map((step) => step.origin)).toEqual(originSteps.slice(0, 4));
    expect(steps).toHaveLength(9);
    const after = await readState(rig, fork);
    expect(after.phases[0]?.output).toEqual(before.phases[0]?.output);
    expect(await readState(rig, origin)).toEqual(before);
    expect((await api.send(`/api/v1/cot-sessions/${fork}`, { token })).body).toMatchObject({
      lineage: { origin: { id: origin } },
    });
  }));

async function originIds(id: string): Promise<string[]> {
  const { rows } = await rig.database.pool.query<{ id: string }>(
    `select id from session_steps where run_id = $1
      order by phase, array_position(array['THINK', 'EXECUTE', 'INTEGRATE'], step)`,
    [id],
  );
  return rows.map((row) => row.id);
}

test.each(['fork', 'redo'])(
  'a dry run of a %s says what it would reuse and run, and changes nothing',
  (path) =>
    during(async (model) => {
      // The estimate comes from sessions that ran to their end.
      await finished();
      const id = await startSession(rig, owner);
      await untilGate(rig, id, 1);
      await send(rig, id, ask.approve(), 'one');
      await untilGate(rig, id, 2);
      const [state, events] = [await readState(rig, id), await eventsOf(rig, id)];
      const answer = await post(id, path, { from: { phase: 2, step: 'INTEGRATE' }, dryRun: true });
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({
        reusedSteps: [
          { phase: 1, step: 'THINK' },
          { phase: 1, step: 'EXECUTE' },
          { phase: 1, step: 'INTEGRATE' },
          { phase: 2, step: 'THINK' },
          { phase: 2, step: 'EXECUTE' },
        ],
        // The third phase would have run anyway: it is not in the price of running again.
        rerunSteps: [{ phase: 2, step: 'INTEGRATE' }],
        pendingSteps: [
          { phase: 3, step: 'THINK' },
          { phase: 3, step: 'EXECUTE' },
          { phase: 3, step: 'INTEGRATE' },
        ],
        estimatedTokens: 15,
        basis: 'last_run',
      });
      expect([await readState(rig, id), await eventsOf(rig, id)]).toEqual([state, events]);
      const { rows } = await rig.database.pool.query('select from runs where origin_run_id = $1', [id]);
      expect(rows).toHaveLength(0);
      expect(model.calls).toHaveLength(9 + 6);
      expect(await readProgress(rig, id)).toMatchObject({ status: 'waiting_approval', attempt: 1 });
    }),
);

test('a fork from a step that was not reached is refused', () =>
  during(async () => {
    const id = await startSession(rig, owner);
    await untilGate(rig, id, 1);
    const answer = await post(id, 'fork', { from: { phase: 3 } });
    expect([answer.status, answer.body['code']]).toEqual([409, 'step_not_reached']);
  }));

/** Texts that no other session of this file has: what one lets go of is gone. */
const withUniqueAnswers = (work: (model: ScriptedModel) => Promise<void>): Promise<void> => {
  const model = scriptedModel((_request, call) => `answer ${call} of ${newId('job')}`);
  return withWorkers(rig, model, () => work(model));
};

test('a fork of a session whose earlier texts are no longer kept is 410, and nothing starts', () =>
  withUniqueAnswers(async (model) => {
    const origin = await finished();
    const { pool } = rig.database;
    await pool.query('delete from run_blobs where run_id = $1', [origin]);
    await pool.query(
      'delete from blobs where not exists (select from run_blobs where sha256 = blobs.sha256)',
    );
    const answer = await post(origin, 'fork', { from: { phase: 2 } });
    expect([answer.status, answer.body['code']]).toEqual([410, 'gone']);
    expect((await pool.query('select from runs where origin_run_id = $1', [origin])).rows).toHaveLength(0);
    expect(model.calls).toHaveLength(9);
  }));

test('a step whose earlier texts are gone asks no model, and the session says so', () =>
  withUniqueAnswers(async (model) => {
    const id = await startSession(rig, owner);
    await untilGate(rig, id, 1);
    const { output } = (await readState(rig, id)).phases[0]!;
    const { pool } = rig.database;
    for (const table of ['run_blobs', 'blobs'])
      await pool.query(`delete from ${table} where sha256 = decode($1, 'hex')`, [output!.sha256]);
    await send(rig, id, ask.approve(), 'on');
    await untilStatus(rig, id, 'needs_attention');
    const { rows } = await pool.query(`select error->>'code' as code from runs where id = $1`, [id]);
    expect(rows).toEqual([{ code: 'RecordGone' }]);
    expect(model.calls).toHaveLength(3);
  }));
