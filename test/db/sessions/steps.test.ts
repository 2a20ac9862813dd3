import { newId } from '../../../src/contracts/ids.js';
import { many, one, sql } from '../../../src/db/base/sql.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { reserveBudget } from '../../../src/db/sessions/budgets.js';
import { findOutputs, recallEarlierSteps, recallSteps } from '../../../src/db/sessions/recall.js';
import {
  findProjected,
  hasTakenCommand,
  readProgressVersion,
  storeSessionState,
} from '../../../src/db/sessions/sessions.js';
import {
  closeOtherSteps,
  closeRunningSteps,
  copySteps,
  estimateSteps,
  promptsOf,
} from '../../../src/db/sessions/steps.js';
import {
  closeTry,
  findStepOutput,
  lastTryOf,
  openTry,
  workerLost,
  workerStopped,
  type AheadOf,
  type StepPlace,
  type TryEnd,
} from '../../../src/db/sessions/tries.js';
import { initialSession } from '../../../src/domain/sessions/state.js';
import { SeededSession } from '../../api/sessions/reads-fixture.js';
import { givenUser } from '../../support/people.js';
import { useDatabase } from '../../support/servers/database.js';
import { planOf } from '../../unit/sessions/play.js';

/** A change of one session, step or try leaves the ones beside it as they were. */
const database = useDatabase();

async function givenSession(): Promise<SeededSession> {
  const owner = await givenUser(database.pool);
  return SeededSession.create(database.pool, owner.userId);
}

async function placeIn(sessionId: string, more: Partial<StepPlace> = {}): Promise<StepPlace> {
  return { sessionId, stepId: newId('step'), attemptNumber: 1, phase: 1, step: 'THINK', attempt: 1, ...more };
}

function open(place: StepPlace, aheadOf: AheadOf | null = null): Promise<{ failures: number } | undefined> {
  const prompt = { content: `Think of ${place.stepId}.`, contentType: 'text/plain' };
  const given = { stepKey: place.stepId, prompt, modelAsked: 'large', aheadOf };
  return withTransaction(database.pool, (tx) => openTry(tx, place, given));
}

const failed = (status: 'failed' | 'canceled' | 'running', code = 'server'): TryEnd => ({
  status,
  error: { code, message: 'down' },
});

function close(place: StepPlace, end: TryEnd, tokensIn = 1) {
  const usage = { modelUsed: 'm', tokensIn, tokensOut: 0, tokensCached: 0, tokensReasoning: 0, costUsd: 0 };
  const settled = { used: { tokens: tokensIn, costUsd: 0 }, unpricedCalls: 0, usage };
  return withTransaction(database.pool, (tx) => closeTry(tx, place, { end, settled }));
}

const stepRow = (stepId: string) =>
  one<{ status: string; error: { code: string } | null; ended: boolean; tokens: number }>(
    database.pool,
    sql`select status, error, finished_at is not null as ended, tokens_in as tokens from session_steps where id = ${stepId}`,
  );

const triesOf = (stepId: string) =>
  many<{ ended: string | null; code: string | null; held: number }>(
    database.pool,
    sql`select finished_at as ended, error->>'code' as code, reserved_tokens as held from session_step_tries
         where step_id = ${stepId} order by try`,
  );

test('the state of one session is stored, and the session beside it keeps its own', async () => {
  const [one, other] = [await givenSession(), await givenSession()];
  const base = initialSession({ plan: planOf({}) });
  const projected = (runId: string) => ({ runId, sequence: 1, atMs: 1, news: [] });
  const store = (id: string, command: string) =>
    storeSessionState(database.pool, id, {
      state: { ...base, taken: { [command]: 1 } } as unknown as typeof base,
      projected: projected(command),
    });
  await store(other.id, 'theirs');
  await store(one.id, 'ours');
  const taken = (id: string, command: string) => hasTakenCommand(database.pool, id, command);
  expect([await taken(one.id, 'ours'), await taken(one.id, 'theirs')]).toEqual([true, false]);
  expect([await taken(other.id, 'ours'), await taken(other.id, 'theirs')]).toEqual([false, true]);
  expect(await findProjected(database.pool, one.id)).toEqual(projected('ours'));
  expect(await findProjected(database.pool, other.id)).toEqual(projected('theirs'));
  expect(await findProjected(database.pool, (await givenSession()).id)).toBeNull();
});

test('a session without a projection is at version 0, and then at the version of its progress', async () => {
  const [{ id }, other] = [await givenSession(), await givenSession()];
  const setProgress = (progress: object) =>
    database.pool.query('update runs set progress = $2 where id = $1', [id, progress]);
  await setProgress({});
  expect(await readProgressVersion(database.pool, id)).toBe(0);
  await setProgress({ version: 7 });
  expect(await readProgressVersion(database.pool, id)).toBe(7);
  expect(await readProgressVersion(database.pool, other.id)).not.toBe(7);
});

test('a try opens twice as once, never behind a later one, and not in a closed step or an ended run', async () => {
  const { id } = await givenSession();
  const place = await placeIn(id);
  expect([await open(place), await open(place)]).toEqual([{ failures: 0 }, { failures: 0 }]);
  await close(place, failed('running'));
  expect(await open(place)).toBeUndefined();
  const second = { ...place, attemptNumber: 2 };
  expect(await open(second)).toEqual({ failures: 1 });
  await close(second, failed('running', workerLost.code));
  const third = { ...place, attemptNumber: 3 };
  expect(await open(third)).toEqual({ failures: 1 });
  await close(third, failed('running', workerStopped.code));
  const fifth = { ...place, attemptNumber: 5 };
  expect(await open(fifth)).toEqual({ failures: 1 });
  expect(await open({ ...place, attemptNumber: 4 })).toBeUndefined();
  expect(await withTransaction(database.pool, (tx) => lastTryOf(tx, place.stepId))).toBe(5);
  await close(fifth, failed('failed'));
  expect(await open({ ...place, attemptNumber: 6 })).toBeUndefined();
  expect(await open(await placeIn(id))).toEqual({ failures: 0 });
  await database.pool.query(`update runs set status = 'canceled', finished_at = now() where id = $1`, [id]);
  expect(await open(await placeIn(id))).toBeUndefined();
});

test('a step whose next try comes has no error and no end; a failed one has both', async () => {
  const { id } = await givenSession();
  const [place, beside] = [await placeIn(id), await placeIn(id)];
  await open(place);
  await open(beside);
  await close(place, failed('running'), 3);
  expect(await stepRow(place.stepId)).toEqual({ status: 'running', error: null, ended: false, tokens: 3 });
  const second = { ...place, attemptNumber: 2 };
  await open(second);
  await close(second, failed('failed', 'refused'), 4);
  expect(await stepRow(place.stepId)).toMatchObject({
    status: 'failed',
    error: { code: 'refused' },
    ended: true,
    tokens: 7,
  });
  expect((await triesOf(place.stepId)).map(({ code }) => code)).toEqual(['server', 'refused']);
  expect(await stepRow(beside.stepId)).toEqual({ status: 'running', error: null, ended: false, tokens: 0 });
  expect(await triesOf(beside.stepId)).toMatchObject([{ ended: null, code: null }]);
});

test('what a try holds is its own: other tries of its step and of other steps hold nothing by it', async () => {
  const { id } = await givenSession();
  const [place, beside] = [await placeIn(id), await placeIn(id)];
  await open(place);
  await open({ ...place, attemptNumber: 2 });
  await open(beside);
  await open({ ...beside, attemptNumber: 2 });
  await reserveBudget(database.pool, { ...place, attemptNumber: 2 }, { tokens: 40, costUsd: 0 });
  expect((await triesOf(place.stepId)).map(({ held }) => held)).toEqual([0, 40]);
  expect((await triesOf(beside.stepId)).map(({ held }) => held)).toEqual([0, 0]);
});

test('a step ahead begins unless it or a later one was recalled, and one that began goes on', async () => {
  const { id } = await givenSession();
  const other = await givenSession();
  const [first, second] = [newId('step'), newId('step')].sort() as [string, string];
  const ahead = (firstId: string, mayBegin = true) => ({ firstId, mayBegin });
  const begun = await placeIn(id);
  expect(await open(begun, ahead(second))).toBeDefined();
  expect(await open(await placeIn(id), ahead(second, false))).toBeUndefined();
  await withTransaction(database.pool, (tx) => recallSteps(tx, id, first));
  expect(await open(await placeIn(id), ahead(first))).toBeUndefined();
  expect(await open(await placeIn(id), ahead(second))).toBeDefined();
  expect(await open(await placeIn(other.id), ahead(first))).toBeDefined();
  await withTransaction(database.pool, (tx) => recallSteps(tx, id, second));
  await withTransaction(database.pool, (tx) => recallSteps(tx, id, first));
  expect(await open(await placeIn(id), ahead(second))).toBeUndefined();
  expect(await open(begun, ahead(second, false))).toBeDefined();
});

test('after a reset all steps that began are recalled, and a newer recall stays', async () => {
  const [session, other] = [await givenSession(), await givenSession()];
  const recalled = async (of: SeededSession) =>
    (
      await one<{ id: string | null }>(
        database.pool,
        sql`select recalled_step as id from sessions where run_id = ${of.id}`,
      )
    ).id;
  const steps = [await placeIn(session.id), await placeIn(session.id), await placeIn(session.id)];
  for (const step of [steps[1]!, steps[2]!, steps[0]!]) await open(step);
  await open(await placeIn(other.id));
  const newest = steps
    .map(({ stepId }) => stepId)
    .sort()
    .at(-1);
  const recallEarlier = () => withTransaction(database.pool, (tx) => recallEarlierSteps(tx, session.id));
  await withTransaction(database.pool, (tx) => recallSteps(tx, session.id, steps[0]!.stepId));
  await recallEarlier();
  expect([await recalled(session), await recalled(other)]).toEqual([newest, null]);
  await withTransaction(database.pool, (tx) => recallSteps(tx, session.id, 'step_zzz'));
  await recallEarlier();
  expect(await recalled(session)).toBe('step_zzz');
});

test('the running steps of a session are closed with their open tries, and nothing else is', async () => {
  const [session, other] = [await givenSession(), await givenSession()];
  const [running, done, foreign] = [
    await placeIn(session.id),
    await placeIn(session.id),
    await placeIn(other.id),
  ];
  for (const place of [running, done, foreign]) await open(place);
  await close(running, failed('running'));
  await open({ ...running, attemptNumber: 2 });
  await close(done, failed('failed', 'refused'));
  const [before] = await triesOf(running.stepId);
  await closeRunningSteps(database.pool, session.id, { status: 'canceled', error: null });
  expect(await stepRow(running.stepId)).toMatchObject({ status: 'canceled', error: null, ended: true });
  const tries = await triesOf(running.stepId);
  expect(tries[0]).toEqual(before);
  expect(tries[1]).toMatchObject({ ended: expect.anything() as string, code: 'Canceled' });
  expect(await stepRow(done.stepId)).toMatchObject({ status: 'failed', error: { code: 'refused' } });
  expect((await triesOf(done.stepId)).map(({ code }) => code)).toEqual(['refused']);
  expect(await stepRow(foreign.stepId)).toMatchObject({ status: 'running', ended: false });
  expect(await triesOf(foreign.stepId)).toMatchObject([{ ended: null, code: null }]);
  const error = { code: 'stopped', message: 'no more' };
  await closeRunningSteps(database.pool, other.id, { status: 'failed', error });
  expect(await stepRow(foreign.stepId)).toMatchObject({ status: 'failed', error });
  expect(await triesOf(foreign.stepId)).toMatchObject([{ code: 'stopped' }]);
});

test('after a reset the running steps that are not its own are closed with their open tries', async () => {
  const [session, other] = [await givenSession(), await givenSession()];
  const [own, old, done, foreign] = [
    await placeIn(session.id),
    await placeIn(session.id),
    await placeIn(session.id),
    await placeIn(other.id),
  ];
  for (const place of [own, old, done, foreign]) await open(place);
  await close(old, failed('running'));
  await open({ ...old, attemptNumber: 2 });
  await close(done, failed('failed', 'refused'));
  const [before] = await triesOf(old.stepId);
  await closeOtherSteps(database.pool, session.id, [own.stepId]);
  const statuses = await Promise.all([own, old, done, foreign].map(({ stepId }) => stepRow(stepId)));
  expect(statuses.map(({ status }) => status)).toEqual(['running', 'canceled', 'failed', 'running']);
  const tries = await triesOf(old.stepId);
  expect([tries[0], tries[1]?.code]).toEqual([before, 'Canceled']);
  for (const { stepId } of [own, foreign])
    expect(await triesOf(stepId)).toMatchObject([{ ended: null, code: null }]);
  expect((await triesOf(done.stepId)).map(({ code }) => code)).toEqual(['refused']);
});

test('a fork takes over the named steps alone, and names the step that first ran', async () => {
  const [session, fork, second] = [await givenSession(), await givenSession(), await givenSession()];
  const [first, left] = [await session.step(), await session.step()];
  const [inFork, inSecond] = [newId('step'), newId('step')];
  await copySteps(database.pool, fork.id, new Map([[first, inFork]]));
  await copySteps(database.pool, second.id, new Map([[inFork, inSecond]]));
  const copies = await many<Record<string, unknown>>(
    database.pool,
    sql`select id, run_id as run, origin_step_id as origin, attempt, status, tokens_in as tokens from session_steps
         where run_id = any(${[fork.id, second.id]}::text[])`,
  );
  const copy = { origin: first, attempt: 1, status: 'completed', tokens: 0 };
  expect(copies).toHaveLength(2);
  expect(copies).toContainEqual({ id: inFork, run: fork.id, ...copy });
  expect(copies).toContainEqual({ id: inSecond, run: second.id, ...copy });
  expect(await promptsOf(database.pool, [first, inFork])).toHaveLength(2);
  const outputs = await findOutputs(database.pool, [first, await session.beginStep()]);
  expect([...outputs.keys()]).toEqual([first]);
  expect(outputs.get(first)).not.toBe((await findOutputs(database.pool, [left])).get(left));
});

test('an output is found by its step or by the same key, in its own session and when it is complete', async () => {
  const [session, other] = [await givenSession(), await givenSession()];
  const stepId = await session.step({ text: 'found' });
  const running = await session.beginStep();
  const find = (sessionId: string, id: string, key: string) =>
    findStepOutput(database.pool, { sessionId, stepId: id, attemptNumber: 1 }, key);
  const byId = await find(session.id, stepId, 'no-key');
  expect(byId).toBeDefined();
  expect(await find(session.id, 'no-step', stepId)).toBe(byId);
  expect(await find(session.id, 'no-step', 'no-key')).toBeUndefined();
  expect(await find(session.id, running, running)).toBeUndefined();
  expect(await find(other.id, stepId, stepId)).toBeUndefined();
});

test('an estimate is of the last run in this session, else the average of the newest fifty of its template', async () => {
  const owner = await givenUser(database.pool);
  const foreign = await SeededSession.create(database.pool, owner.userId, { template: 'viral-content' });
  const older = await givenSession();
  await database.pool.query(
    `insert into templates (name, version, definition, sha256)
     select name, version + 1, definition, 'of the next version' from templates where name = 'minimal'`,
  );
  const [session, other] = [await givenSession(), await givenSession()];
  const insert = (
    of: SeededSession,
    given: { count: number; tokens: number; minutesAgo: number; phase?: number; step?: string },
  ) =>
    database.pool.query(
      `insert into session_steps (id, run_id, phase, step, attempt, status, tokens_in, tokens_out, cost_usd, started_at, finished_at)
       select 'step_' || n || '_' || $3::int || $1, $1, $5, $6, 1, 'completed', $3::int - 1, 1, 0.5,
              now() - make_interval(mins => $4, secs => 2), now() - make_interval(mins => $4)
         from generate_series(1, $2) as n`,
      [of.id, given.count, given.tokens, given.minutesAgo, given.phase ?? 3, given.step ?? 'EXECUTE'],
    );
  const estimate = (of: SeededSession) =>
    one<{ name: string; version: number }>(
      database.pool,
      sql`select template_name as name, template_version as version from sessions where run_id = ${of.id}`,
    ).then(({ name, version }) =>
      estimateSteps(database.pool, { sessionId: of.id, templateName: name, templateVersion: version }, [
        { phase: 3, step: 'EXECUTE' },
      ]),
    );
  expect(await estimate(session)).toMatchObject({ estimatedTokens: null, basis: 'none' });
  await insert(other, { count: 10, tokens: 9_000, minutesAgo: 60 });
  await insert(other, { count: 50, tokens: 200, minutesAgo: 10 });
  await insert(other, { count: 5, tokens: 5_000, minutesAgo: 1, phase: 2 });
  await insert(other, { count: 5, tokens: 6_000, minutesAgo: 1, step: 'THINK' });
  await insert(foreign, { count: 5, tokens: 7_000, minutesAgo: 1 });
  await insert(older, { count: 5, tokens: 8_000, minutesAgo: 1 });
  const average = {
    estimatedTokens: 200,
    estimatedCostUsd: 0.5,
    estimatedMs: 2_000,
    basis: 'template_average',
  };
  expect(await estimate(session)).toEqual(average);
  await insert(session, { count: 1, tokens: 320, minutesAgo: 20 });
  expect(await estimate(session)).toMatchObject({ estimatedTokens: 320, basis: 'last_run' });
});
