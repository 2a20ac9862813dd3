import { ModelCallError } from '../../../src/models/error.js';
import type { Principal } from '../../../src/contracts/users/principal.js';
import {
  reserveBudget,
  settleCtes,
  type BudgetState,
  type TryPlace,
} from '../../../src/db/sessions/budgets.js';
import { one, sql } from '../../../src/db/base/sql.js';
import { useApi } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';
import { useTemporal } from '../../support/servers/temporal.js';
import {
  eventTypesOf,
  scriptedModel,
  startSession,
  untilGate,
  untilStatus,
  withWorkers,
} from '../../support/sessions/fixture.js';
import { createApiUser, principalOf } from '../../support/people.js';

/** Every call of the scripted model is planned with 20 tokens and 0.01 $, and uses 15 tokens and 0.01 $. */
const rig = { database: useDatabase(), temporal: useTemporal() };
const api = useApi(rig);
let owner: Principal;
let token: string;

beforeAll(async () => {
  const user = await createApiUser(rig.database);
  token = user.token;
  owner = principalOf(user);
});

const numbered = () => scriptedModel((_request, call) => `answer ${call}`);

const goOn = (id: string, body: object) =>
  api.send(`/api/v1/cot-sessions/${id}/continue-async`, { method: 'POST', token, body });

async function spent(
  id: string,
): Promise<{ tokens: number; reserved: number; cost: number; error: unknown }> {
  const { rows } = await rig.database.pool.query<{
    tokens: number;
    reserved: number;
    cost: number;
    error: unknown;
  }>(
    `select used_tokens as tokens, reserved_tokens as reserved, used_cost_usd::float8 as cost, error
       from sessions join runs on runs.id = run_id where run_id = $1`,
    [id],
  );
  return rows[0]!;
}

const count = (types: string[], type: string): number => types.filter((each) => each === type).length;

test('a call that would pass the limit is not made, the session waits, and a raised limit lets it go on', async () => {
  const model = numbered();
  await withWorkers(rig, model, async () => {
    const id = await startSession(rig, owner, { budget: { maxTokens: 36 } });
    expect(await untilStatus(rig, id, 'needs_attention')).toMatchObject({ currentStep: 'INTEGRATE' });
    expect(await spent(id)).toMatchObject({ tokens: 30, reserved: 0, error: { code: 'BudgetExhausted' } });
    const before = await eventTypesOf(rig, id);
    expect([count(before, 'budget.warning'), count(before, 'budget.exhausted')]).toEqual([1, 1]);
    expect((await goOn(id, { budget: { maxTokens: 1_000 } })).status).toBe(200);
    const { rows } = await rig.database.pool.query(
      `select before, after from audit_logs where resource_id = $1 and action = 'budget_raised'`,
      [id],
    );
    expect(rows).toEqual([{ before: { maxTokens: 36 }, after: { maxTokens: 1_000 } }]);
    await untilGate(rig, id, 1);
    expect(await spent(id)).toMatchObject({ tokens: 45, reserved: 0, error: null });
    expect(count(await eventTypesOf(rig, id), 'budget.warning')).toBe(1);
  });
});

test('a limit in money holds as one in tokens does', async () => {
  await withWorkers(rig, numbered(), async () => {
    const id = await startSession(rig, owner, { budget: { maxCostUsd: 0.015 } });
    expect(await untilStatus(rig, id, 'needs_attention')).toMatchObject({ currentStep: 'EXECUTE' });
    expect(await spent(id)).toMatchObject({ cost: 0.01, error: { code: 'BudgetExhausted' } });
  });
});

test('a try that failed counts with what it used', async () => {
  const model = scriptedModel((_request, call) => {
    if (call === 1)
      throw new ModelCallError('the model server answered 500', {
        kind: 'server',
        provider: 'scripted',
        model: 'm',
      });
    return `answer ${call}`;
  });
  await withWorkers(rig, model, async () => {
    const id = await startSession(rig, owner, { budget: { maxTokens: 1_000 } });
    await untilGate(rig, id, 1);
    expect(await spent(id)).toMatchObject({ tokens: 10 + 45, cost: 0.04, reserved: 0 });
  });
});

test('a session can be finished with what is there when its budget is used up', async () => {
  await withWorkers(rig, numbered(), async () => {
    const id = await startSession(rig, owner, { budget: { maxTokens: 36 } });
    await untilStatus(rig, id, 'needs_attention');
    expect((await goOn(id, { finish: true })).body).toMatchObject({ status: 'completed' });
  });
});

test('of calls that together would pass the limit only those are let through that fit, and the warning comes once', async () => {
  const id = await startSession(rig, owner, { budget: { maxTokens: 100 } });
  const amount = { tokens: 30, costUsd: null };
  const { pool } = rig.database;
  const places = Array.from({ length: 8 }, (_, index) => ({
    sessionId: id,
    stepId: `step_${index}`,
    attemptNumber: 1,
  }));
  for (const { stepId } of places) await openTryRow(id, stepId);
  const verdicts = await Promise.all(places.map((place) => reserveBudget(pool, place, amount)));
  const granted = places.filter((_place, index) => verdicts[index] === 'granted');
  expect(granted).toHaveLength(3);
  // Said again, as after a lost connection, it holds no more than before.
  expect(await reserveBudget(pool, granted[0]!, amount)).toBe('granted');
  expect(await spent(id)).toMatchObject({ tokens: 0, reserved: 90 });
  const settle = ({ stepId }: TryPlace): Promise<BudgetState> =>
    one<BudgetState>(
      pool,
      sql`with ended as (update session_step_tries set settled = true, finished_at = now()
                          where step_id = ${stepId} and not settled returning reserved_tokens, reserved_cost_usd),
          ${settleCtes(id, { used: amount, unpricedCalls: 1 }, sql`state`)} select * from settled`,
    );
  const states = await Promise.all(granted.map(settle));
  // 40 are left then: not enough for two more of 30.
  expect(states.filter((state) => state.warn)).toMatchObject([{ usedTokens: 60 }]);
  const late = places.find((_place, index) => verdicts[index] === 'exhausted')!;
  expect(await reserveBudget(pool, late, amount)).toBe('exhausted');
  expect(await reserveBudget(pool, granted[0]!, amount)).toBe('lost');
  await rig.temporal.client.workflow.getHandle(`cot-session:${id}`).terminate();
});

async function openTryRow(id: string, stepId: string): Promise<void> {
  await rig.database.pool.query(
    `with opened as (insert into session_steps (id, run_id, phase, step, attempt, status)
                     values ($2, $1, 1, 'THINK', 1, 'running') returning id)
     insert into session_step_tries (step_id, try) select id, 1 from opened`,
    [id, stepId],
  );
}
