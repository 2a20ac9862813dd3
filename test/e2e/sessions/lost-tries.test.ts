import { stepSlots } from '../../../src/workers/step-slots.js';
import type { ModelRequest } from '../../../src/models/call.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { chargeLostTries, reserveBudget } from '../../../src/db/sessions/budgets.js';
import { closeTry, openTry, workerLost, type StepPlace } from '../../../src/db/sessions/tries.js';
import { refOf } from '../../../src/db/runs/blobs.js';
import { waitUntil } from '../../support/wait-until.js';
import {
  eventTypesOf,
  scriptedModel,
  send,
  startSession,
  stepsOf,
  threePhases,
  untilGate,
  untilStatus,
  withWorkers,
} from '../../support/sessions/fixture.js';
import { useSessions } from '../../support/houses/session-house.js';

const rig = useSessions();
const onePhase = { ...threePhases, name: 'one-phase', phases: threePhases.phases.slice(0, 1) };

const aborted = (request: ModelRequest): Promise<void> =>
  new Promise((resolve) => {
    if (request.signal?.aborted === true) resolve();
    else request.signal?.addEventListener('abort', () => resolve());
  });

async function spent(id: string): Promise<unknown> {
  const { rows } = await rig.database.pool.query(
    'select used_tokens as used, reserved_tokens as reserved from sessions where run_id = $1',
    [id],
  );
  return rows[0];
}

async function triesOf(id: string): Promise<unknown[]> {
  const { rows } = await rig.database.pool.query(
    `select try, t.error->>'code' as code, t.tokens_in + t.tokens_out as tokens
       from session_step_tries t join session_steps s on s.id = step_id
      where run_id = $1 and step = 'THINK' order by try`,
    [id],
  );
  return rows;
}

test('a worker that stops in a call leaves the step open, and the next try completes it with the tokens of both', async () => {
  // The provider is at work only after the budget was asked: a worker that stops before has used nothing.
  let isAtWork = false;
  const first = scriptedModel(async (request) => {
    isAtWork = true;
    await aborted(request);
    throw new Error('aborted');
  });
  const id = await withWorkers(
    rig,
    first,
    async () => {
      const started = await startSession(
        rig,
        rig.owner,
        { budget: { maxTokens: 1_000 } },
        { definition: onePhase, maxRetries: 0 },
      );
      await waitUntil(() => Promise.resolve(isAtWork), { what: 'the call' });
      return started;
    },
    { keepOpen: true },
  );
  const second = scriptedModel((_request, call) => `answer ${call}`);
  await withWorkers(rig, second, async () => {
    await untilStatus(rig, id, 'completed', 'needs_attention');
  });
  expect(await stepsOf(rig, id)).toMatchObject([1, 2, 3].map(() => ({ status: 'completed' })));
  expect(await triesOf(id)).toEqual([
    { try: 1, code: 'worker_stopped', tokens: 10 },
    { try: 2, code: null, tokens: 15 },
  ]);
  expect(await spent(id)).toEqual({ used: 10 + 45, reserved: 0 });
  expect(second.calls).toHaveLength(3);
});

test('a redo while a step runs counts what that step used, and not what it had reserved', async () => {
  const model = scriptedModel(async (request, call) => {
    if (call !== 2) return `answer ${call}`;
    await aborted(request);
    // It says what it used only once the new attempt is at work.
    await waitUntil(async () => model.calls.length > 2, { what: 'the new attempt' });
    throw new Error('aborted');
  });
  await withWorkers(rig, model, async () => {
    const id = await startSession(rig, rig.owner, { budget: { maxTokens: 1_000 } });
    await waitUntil(async () => model.calls.length === 2, { what: 'the second step' });
    await send(rig, id, rig.ask.redo(1), 'again');
    await untilGate(rig, id, 1, 2);
    await waitUntil(
      async () => JSON.stringify(await spent(id)) === JSON.stringify({ used: 70, reserved: 0 }),
      {
        what: 'four answers of 15 tokens and one call of 10',
      },
    );
  });
});

test('of two tries of a step the later one decides, and the earlier one writes nothing', async () => {
  const { pool } = rig.database;
  const id = await startSession(rig, rig.owner, { budget: { maxTokens: 1_000 } });
  const placeOf = (attemptNumber: number): StepPlace => ({
    sessionId: id,
    stepId: 'step_zombie',
    attemptNumber,
    phase: 1,
    step: 'THINK',
    attempt: 1,
  });
  const prompt = { content: 'a prompt', contentType: 'text/plain' };
  const open = (attemptNumber: number) =>
    withTransaction(pool, async (tx) => {
      await chargeLostTries(tx, placeOf(attemptNumber), workerLost);
      return openTry(tx, placeOf(attemptNumber), { stepKey: 'key', modelAsked: 'm', prompt });
    });
  const usage = {
    modelUsed: 'm',
    tokensIn: 10,
    tokensOut: 5,
    tokensCached: 0,
    tokensReasoning: 0,
    costUsd: 0,
  };
  const close = (attemptNumber: number, content: string) => {
    const output = { content, contentType: 'text/markdown' };
    const done = {
      output,
      ref: refOf(output),
      provider: 'p',
      modelUsed: 'm',
      finishReason: 'stop',
      ttftMs: null,
      toolCalls: [],
    };
    const settled = { used: { tokens: 15, costUsd: 0 }, unpricedCalls: 0, usage };
    return withTransaction(pool, (tx) =>
      closeTry(tx, placeOf(attemptNumber), { end: { status: 'completed', done }, settled }),
    );
  };
  expect(await open(1)).toEqual({ failures: 0 });
  expect(await open(1)).toEqual({ failures: 0 });
  expect(await reserveBudget(pool, placeOf(1), { tokens: 20, costUsd: 0 })).toBe('granted');
  expect(await open(3)).toEqual({ failures: 0 });
  expect(await open(2)).toBeUndefined();
  expect(await reserveBudget(pool, placeOf(1), { tokens: 40, costUsd: 0 })).toBe('lost');
  expect(await close(1, 'of the zombie')).toBeUndefined();
  expect(await close(3, 'the answer')).toMatchObject({ closedStep: true, usedTokens: 20 + 15 });
  expect(await close(3, 'the answer')).toBeUndefined();
  expect(await open(4)).toBeUndefined();
  expect(await spent(id)).toEqual({ used: 35, reserved: 0 });
  const { rows } = await pool.query(
    `select tokens_in + tokens_out as tokens, output_sha256 as sha256 from session_steps where id = 'step_zombie'`,
  );
  expect(rows).toEqual([{ tokens: 15, sha256: refOf({ content: 'the answer', contentType: '' }).sha256 }]);
  expect(await eventTypesOf(rig, id)).toEqual([]);
  await rig.temporal.client.workflow.getHandle(`cot-session:${id}`).terminate();
});

test('a worker runs no more steps at once than it has places at the provider', () => {
  expect(stepSlots({ workerBatchSize: 100, llmConcurrency: 16 })).toBe(16);
  expect(stepSlots({ workerBatchSize: 4, llmConcurrency: 16 })).toBe(4);
});
