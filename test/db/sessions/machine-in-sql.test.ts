import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { newId } from '../../../src/contracts/ids.js';
import type { Principal } from '../../../src/contracts/users/principal.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { refOf } from '../../../src/db/runs/blobs.js';
import { readSessionProgress } from '../../../src/db/sessions/reads-progress.js';
import { storeSessionState } from '../../../src/db/sessions/sessions.js';
import { closeTry, openTry, type StepPlace } from '../../../src/db/sessions/tries.js';
import { refusalOf, type SessionCommand } from '../../../src/domain/sessions/commands.js';
import { applyCommand, applyFact, nextAction } from '../../../src/domain/sessions/machine.js';
import {
  currentPhase,
  dueStep,
  initialSession,
  stepNames,
  type SessionState,
} from '../../../src/domain/sessions/state.js';
import { waitMsOf } from '../../../src/domain/sessions/waiting.js';
import { SeededSession } from '../../api/sessions/reads-fixture.js';
import { useDatabase } from '../../support/servers/database.js';
import { approve, by, planOf, redo } from '../../unit/sessions/play.js';
import { givenUser } from '../../support/people.js';

/** Some rules of the machine are written a second time, in SQL, for speed. Here both answer for the same states. */

const database = useDatabase();
let owner: Principal;
let sessionId: string;
beforeAll(async () => {
  owner = await givenUser(database.pool);
  const { id } = await SeededSession.create(database.pool, owner.userId, { template: 'minimal' });
  sessionId = id;
});

const moves: Record<string, SessionCommand> = {
  approve: approve(),
  reject: { kind: 'reject', by, digest: null, comment: null },
  redoFirst: redo(1, 'EXECUTE'),
  redoSecond: redo(2),
  goOn: { kind: 'go_on', by, instructions: null, model: null },
  skip: { kind: 'skip_step', by, gap: 'no source' },
  pause: { kind: 'pause', by, reason: null },
  resume: { kind: 'resume', by, reason: null },
};
const move = fc.record({
  what: fc.constantFrom('work', 'work', 'work', 'fail', ...Object.keys(moves)),
  ms: fc.integer({ min: 0, max: 90_000 }),
});
const walk = fc.record({ autoSteps: fc.boolean(), moves: fc.array(move, { minLength: 1, maxLength: 24 }) });
const START_MS = Date.UTC(2026, 0, 15);

/** The next move of the workflow or a person. A move that does not fit the state only passes time. */
function moved(state: SessionState, what: string, nowMs: number): SessionState {
  const command = moves[what];
  if (command !== undefined)
    return refusalOf(state, command) === null ? applyCommand(state, command, nowMs).state : state;
  const action = nextAction(state);
  if (action.kind === 'open_gate')
    return applyFact(state, { kind: 'gate_opened', gateId: newId('gate') }, nowMs).state;
  if (action.kind !== 'run_step') return state;
  const { phase, step, attempt } = action;
  const stepId = newId('step');
  if (what === 'fail')
    return applyFact(
      state,
      {
        kind: 'step_failed',
        stepId,
        attempt,
        problem: { phase, step, code: 'model_refused', message: 'no' },
      },
      nowMs,
    ).state;
  const { ref } = resultOf(`${phase} ${step} ${attempt}`);
  return applyFact(state, { kind: 'step_finished', phase, step, result: { stepId, attempt, ref } }, nowMs)
    .state;
}

function walked({ autoSteps, moves: given }: { autoSteps: boolean; moves: { what: string; ms: number }[] }): {
  state: SessionState;
  nowMs: number;
} {
  let state = initialSession({ plan: planOf({ autoSteps }) });
  let nowMs = START_MS;
  for (const { what, ms } of given) {
    nowMs += ms;
    state = moved(state, what, nowMs);
  }
  return { state, nowMs };
}

function resultOf(text: string) {
  const output = { content: text, contentType: 'text/markdown' };
  return { output, ref: { ...refOf(output), preview: text } };
}

const check = (property: fc.IAsyncPropertyWithHooks<[Parameters<typeof walked>[0]]>): Promise<void> =>
  fc.assert(property, { numRuns: 150, seed: 20_260_115 });

test('the wait of a session and its remaining steps are the same in SQL and in the machine', async () => {
  await check(
    fc.asyncProperty(walk, async (given) => {
      const { state, nowMs } = walked(given);
      const readAtMs = nowMs + 12_345;
      await storeSessionState(database.pool, sessionId, { state, projected: null });
      // The time of the reading is fixed by an end that somebody else gave the run.
      await finishAt(readAtMs);
      const wait = (await readSessionProgress(database.pool, owner, sessionId))?.waitMs;
      await finishAt(null);
      const remaining = (await readSessionProgress(database.pool, owner, sessionId))?.remaining.length;
      expect(wait).toBe(waitMsOf(state, readAtMs));
      const due = state.phases.map((phase) => dueStep(phase));
      const left = state.phases.flatMap(({ results }) =>
        stepNames.filter((step) => results[step] === undefined),
      );
      expect(remaining).toBe(left.length);
      expect(remaining === 0).toBe(due.every((step) => step === null));
    }),
  );
}, 120_000);

test('a finished step changes the stored state as it changes the state of the machine', async () => {
  await check(
    fc.asyncProperty(walk, async (given) => {
      const { state, nowMs } = walked(given);
      const action = nextAction(state);
      fc.pre(action.kind === 'run_step');
      if (action.kind !== 'run_step') return;
      await storeSessionState(database.pool, sessionId, { state, projected: null });
      const { phase, step, attempt } = action;
      const place: StepPlace = { sessionId, stepId: newId('step'), attemptNumber: 1, phase, step, attempt };
      const result = resultOf(`${phase} ${step} of ${place.stepId}`);
      await finishStep(place, result);
      const fact = { stepId: place.stepId, attempt, ref: result.ref };
      const next = applyFact(state, { kind: 'step_finished', phase, step, result: fact }, nowMs).state;
      expect(await storedPhases()).toEqual(next.phases.map(({ results, output }) => ({ results, output })));
    }),
  );
}, 120_000);

test.each([
  ['given up', 1],
  ['to come', 3],
])('the result of an attempt that is %s changes no stored state', async (_which, attempt) => {
  const gate = Array.from({ length: 4 }, () => ({ what: 'work', ms: 1 }));
  const { state } = walked({ autoSteps: true, moves: [...gate, { what: 'redoFirst', ms: 1 }] });
  expect(currentPhase(state).attempt).toBe(2);
  await storeSessionState(database.pool, sessionId, { state, projected: null });
  const place: StepPlace = {
    sessionId,
    stepId: newId('step'),
    attemptNumber: 1,
    phase: 1,
    step: 'EXECUTE',
    attempt,
  };
  await finishStep(place, resultOf('of another attempt'));
  expect(await storedPhases()).toEqual(state.phases.map(({ results, output }) => ({ results, output })));
});

async function finishAt(atMs: number | null): Promise<void> {
  await database.pool.query(
    `update runs set finished_at = to_timestamp($2::float8 / 1000), status = case when $2::float8 is null then 'running' else 'canceled' end
      where id = $1`,
    [sessionId, atMs],
  );
}

async function storedPhases(): Promise<unknown[]> {
  const { rows } = await database.pool.query<{ state: SessionState }>(
    'select state from sessions where run_id = $1',
    [sessionId],
  );
  return rows[0]!.state.phases.map(({ results, output }) => ({ results, output }));
}

async function finishStep(place: StepPlace, { output, ref }: ReturnType<typeof resultOf>): Promise<void> {
  const prompt = { content: 'what was asked', contentType: 'application/json' };
  const usage = {
    modelUsed: 'm',
    tokensIn: 1,
    tokensOut: 1,
    tokensCached: 0,
    tokensReasoning: 0,
    costUsd: 0,
  };
  const done = {
    output,
    ref,
    provider: 'offline',
    modelUsed: 'm',
    finishReason: 'stop',
    ttftMs: 1,
    toolCalls: [],
  };
  await withTransaction(database.pool, async (tx) => {
    await openTry(tx, place, { stepKey: randomUUID(), prompt, modelAsked: 'm' });
    await closeTry(tx, place, {
      end: { status: 'completed', done },
      settled: { used: { tokens: 2, costUsd: 0 }, unpricedCalls: 0, usage },
    });
  });
}
