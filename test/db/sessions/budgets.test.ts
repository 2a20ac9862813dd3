import { newId } from '../../../src/contracts/ids.js';
import { one, sql } from '../../../src/db/base/sql.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { chargeLostTries, raiseBudget, reserveBudget } from '../../../src/db/sessions/budgets.js';
import { closeTry, openTry, type ClosedTry, type StepPlace } from '../../../src/db/sessions/tries.js';
import { SeededSession } from '../../api/sessions/reads-fixture.js';
import { useDatabase } from '../../support/servers/database.js';
import { givenUser } from '../../support/people.js';

const database = useDatabase();
const lost = { code: 'worker_lost', message: 'the worker stopped before the try ended' };

async function begunTry(budget: { maxTokens?: number; maxCostUsd?: number }): Promise<StepPlace> {
  const owner = await givenUser(database.pool);
  const session = await SeededSession.create(database.pool, owner.userId, { budget });
  return open({
    sessionId: session.id,
    stepId: newId('step'),
    attemptNumber: 1,
    phase: 1,
    step: 'THINK',
    attempt: 1,
  });
}

async function open(place: StepPlace): Promise<StepPlace> {
  const prompt = { content: 'Think.', contentType: 'text/plain' };
  const given = { stepKey: place.stepId, prompt, modelAsked: 'large' };
  await withTransaction(database.pool, (tx) => openTry(tx, place, given));
  return place;
}

function reserve(place: StepPlace, tokens: number, costUsd: number | null) {
  return reserveBudget(database.pool, place, { tokens, costUsd });
}

function close(place: StepPlace, tokens: number, costUsd: number | null): Promise<ClosedTry | undefined> {
  const usage = {
    modelUsed: 'large',
    tokensIn: tokens,
    tokensOut: 0,
    tokensCached: 0,
    tokensReasoning: 0,
    costUsd,
  };
  const settled = { used: { tokens, costUsd }, unpricedCalls: costUsd === null ? 1 : 0, usage };
  return withTransaction(database.pool, (tx) =>
    closeTry(tx, place, { end: { status: 'running', error: { code: 'server', message: 'down' } }, settled }),
  );
}

/** Tokens and money: used, and held for calls that are not settled yet. */
async function balance({ sessionId }: StepPlace): Promise<number[]> {
  const row = await one<Record<'used' | 'held' | 'usedUsd' | 'heldUsd', number>>(
    database.pool,
    sql`select used_tokens::float8 as used, reserved_tokens::float8 as held,
               used_cost_usd::float8 as "usedUsd", reserved_cost_usd::float8 as "heldUsd"
          from sessions where run_id = ${sessionId}`,
  );
  return [row.used, row.held, row.usedUsd, row.heldUsd];
}

test('a call may use the budget to its last token and its last cent, and not one more', async () => {
  const place = await begunTry({ maxTokens: 100, maxCostUsd: 1 });
  expect(await reserve(place, 101, 0.5)).toBe('exhausted');
  expect(await reserve(place, 50, 1.01)).toBe('exhausted');
  expect(await balance(place)).toEqual([0, 0, 0, 0]);
  expect(await reserve(place, 100, 1)).toBe('granted');
  expect(await balance(place)).toEqual([0, 100, 0, 1]);
});

test('what a try holds is one total, whatever it says again', async () => {
  const place = await begunTry({ maxTokens: 100, maxCostUsd: 1 });
  expect([await reserve(place, 40, 0.4), await reserve(place, 40, 0.4)]).toEqual(['granted', 'granted']);
  expect(await balance(place)).toEqual([0, 40, 0, 0.4]);
  expect(await reserve(place, 60, 0.7)).toBe('granted');
  expect(await balance(place)).toEqual([0, 60, 0, 0.7]);
});

test('what is settled gives back all that was held, and counts what was used', async () => {
  const place = await begunTry({ maxTokens: 100, maxCostUsd: 1 });
  await reserve(place, 60, 0.6);
  expect(await close(place, 30, 0.2)).toMatchObject({
    usedTokens: 30,
    usedCostUsd: 0.2,
    maxTokens: 100,
    maxCostUsd: 1,
  });
  expect(await balance(place)).toEqual([30, 0, 0.2, 0]);
  expect(await close(place, 30, 0.2)).toBeUndefined();
  expect(await reserve(place, 10, 0.1)).toBe('lost');
  expect(await balance(place)).toEqual([30, 0, 0.2, 0]);
});

test('what is used counts against the next call', async () => {
  const place = await begunTry({ maxTokens: 100, maxCostUsd: 1 });
  await reserve(place, 60, 0.6);
  await close(place, 60, 0.6);
  const next = await open({ ...place, attemptNumber: 2 });
  expect(await reserve(next, 41, 0.1)).toBe('exhausted');
  expect(await reserve(next, 40, 0.41)).toBe('exhausted');
  expect(await reserve(next, 40, 0.4)).toBe('granted');
  await raiseBudget(database.pool, place.sessionId, { maxTokens: 200 });
  expect(await reserve(next, 140, 0.4)).toBe('granted');
  expect(await reserve(next, 140, 0.5)).toBe('exhausted');
});

test.each<[string, used: [number, number], held: [number, number], boolean]>([
  ['79 of 100 tokens, calls of 5', [79, 0], [5, 0], false],
  ['80 of 100 tokens', [80, 0], [5, 0], true],
  ['60 of 100 tokens, calls of 20', [60, 0], [20, 0], true],
  ['59 of 100 tokens, calls of 20', [59, 0], [20, 0], false],
  ['0.79 of 1 dollar', [0, 0.79], [0, 0.05], false],
  ['0.8 of 1 dollar', [0, 0.8], [0, 0.05], true],
  ['0.6 of 1 dollar, calls of 0.2', [0, 0.6], [0, 0.2], true],
])('%s: the warning comes when it has to, and once', async (_what, used, held, warn) => {
  const place = await begunTry({ maxTokens: 100, maxCostUsd: 1 });
  await reserve(place, ...held);
  expect((await close(place, ...used))?.warn).toBe(warn);
  const next = await open({ ...place, attemptNumber: 2 });
  const again = await close(next, 100, 1);
  expect(again?.warn).toBe(!warn);
});

test('a try that was lost counts with all that it held, once', async () => {
  const place = await begunTry({});
  await reserve(place, 60, 0.6);
  const next = await open({ ...place, attemptNumber: 2 });
  await reserve(next, 5, 0.05);
  await chargeLostTries(database.pool, next, lost);
  expect(await balance(place)).toEqual([60, 5, 0.6, 0.05]);
  await chargeLostTries(database.pool, next, lost);
  expect(await balance(place)).toEqual([60, 5, 0.6, 0.05]);
  expect(await close(place, 1, 0.01)).toBeUndefined();
});

test('a call whose price is not known is held against the tokens alone', async () => {
  const place = await begunTry({ maxTokens: 100, maxCostUsd: 1 });
  expect(await reserve(place, 60, null)).toBe('granted');
  expect(await balance(place)).toEqual([0, 60, 0, 0]);
  await close(place, 50, null);
  expect(await balance(place)).toEqual([50, 0, 0, 0]);
});
