import { progressSchema } from '../../../src/contracts/sessions/session.js';
import { useApi } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';
import { SeededSession, type SessionSeed } from './reads-fixture.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const database = useDatabase();
const api = useApi({ database });
const BASE = '/api/v1/cot-sessions';

let owner: TestUser;
beforeAll(async () => {
  owner = await createApiUser(database);
});

const seed = (more: SessionSeed = {}): Promise<SeededSession> =>
  SeededSession.create(database.pool, owner.id, more);

async function progressOf(session: SeededSession): Promise<ReturnType<typeof progressSchema.parse>> {
  const answer = await api.send(`${BASE}/${session.id}/progress`, { token: owner.token });
  expect(answer.status).toBe(200);
  return progressSchema.strict().parse(answer.body);
}

test('a running session can proceed and needs nobody; at a gate it can proceed and needs a person', async () => {
  const session = await seed();
  await session.phase();
  expect(await progressOf(session)).toMatchObject({
    status: 'running',
    currentPhase: 1,
    currentStep: null,
    completedPhases: [1],
    canProceed: true,
    requiresManualTrigger: false,
    gateId: null,
  });
  const gateId = await session.openGate();
  expect(await progressOf(session)).toMatchObject({
    status: 'waiting_approval',
    currentPhase: 1,
    currentStep: null,
    completedPhases: [1],
    canProceed: true,
    requiresManualTrigger: true,
    percent: 33,
    totalPhases: 3,
    phaseTitle: 'Understand',
    attempt: 1,
    gateId,
    outputDigest: session.digestOf(1),
    waitingSince: session.now,
    deadlineAt: null,
    reason: null,
  });
});

test('a session that has not started says that it is queued', async () => {
  expect(await progressOf(await seed())).toMatchObject({
    status: 'queued',
    canProceed: true,
    requiresManualTrigger: false,
    percent: 0,
  });
});

test('a step that used up its retries leaves it in need of attention, with the reason', async () => {
  const session = await seed();
  await session.fail();
  expect(await progressOf(session)).toMatchObject({
    status: 'needs_attention',
    currentStep: 'THINK',
    canProceed: false,
    requiresManualTrigger: true,
    waitingSince: session.now,
    reason: 'the model is overloaded',
  });
});

test('a session that was found dead is shown as ended, whatever its workflow last said', async () => {
  const session = await seed();
  await session.phase();
  await session.openGate();
  const error = { code: 'workflow_gone', message: 'the workflow was terminated' };
  await database.pool.query(
    `update runs set status = 'failed', finished_at = now(), error = $2 where id = $1`,
    [session.id, error],
  );
  expect(await progressOf(session)).toMatchObject({
    status: 'failed',
    canProceed: false,
    requiresManualTrigger: false,
    gateId: null,
    waitingSince: null,
    reason: 'the workflow was terminated',
    etaMs: null,
  });
  const inbox = await api.send('/api/v1/gates?limit=100', { token: owner.token });
  expect(JSON.stringify(inbox.body)).not.toContain(session.id);
});

test('elapsed time ends with the session, and a moment that is both gate and pause is waited once', async () => {
  const session = await seed();
  await session.phase({ durationMs: 10_000 });
  await session.openGate();
  session.wait(60_000);
  await session.pause();
  session.wait(30_000);
  await session.approve();
  session.wait(20_000);
  await session.resume();
  await session.phase({ durationMs: 10_000 });
  await session.openGate();
  session.wait(5_000);
  await session.approve();
  await session.phase({ durationMs: 10_000 });
  // Gate 90 s, of which 30 s paused; paused 20 s more; the second gate 5 s.
  expect(await progressOf(session)).toMatchObject({
    status: 'completed',
    percent: 100,
    waitMs: 115_000,
    elapsedMs: 205_000,
  });
});

test('a gate that still stands open is waited for until now', async () => {
  const session = await seed({ agoMs: 3_600_000 });
  await session.phase({ durationMs: 1_000 });
  await session.openGate();
  const { waitMs, elapsedMs } = await progressOf(session);
  expect(elapsedMs - waitMs).toBe(3_000);
  expect(elapsedMs).toBeGreaterThanOrEqual(3_600_000);
});

test('what needs a person before a manual step or after a failure is waited for as at a gate', async () => {
  const session = await seed({ agoMs: 3_600_000, autoSteps: false });
  await session.step({ durationMs: 1_000 });
  const { waitingSince, waitMs, elapsedMs } = await progressOf(session);
  expect(waitingSince).toBe(session.now);
  expect(elapsedMs - waitMs).toBe(1_000);
  session.wait(60_000);
  await session.goOn();
  await session.fail();
  expect(await progressOf(session)).toMatchObject({ waitingSince: session.now, status: 'needs_attention' });
  session.wait(30_000);
  await session.goOn();
  expect(await progressOf(session)).toMatchObject({ waitingSince: null, waitMs: 90_000 });
});

test('without history there is no estimate; with history it is the sum of the medians, and says so', async () => {
  const template = 'research-brief';
  const first = await seed({ template });
  expect(await progressOf(first)).toMatchObject({ etaMs: null, etaBasis: null });
  await first.finish(0, { durationMs: 1_000 });
  for (const durationMs of [3_000, 8_000]) {
    const other = await seed({ template });
    await other.finish(0, { durationMs });
  }
  const session = await seed({ template });
  await session.phase({ durationMs: 3_000 });
  // Nine steps are left, each with a median of 3 s from three earlier runs. This session's phase is not among
  // them.
  expect(await progressOf(session)).toMatchObject({
    etaMs: 27_000,
    etaBasis:
      "work left, by the median of 3 or more earlier runs of each step of research-brief version 1; people's time not counted",
  });
  expect(await progressOf(first)).toMatchObject({ etaMs: null, etaBasis: null });
});

test('readers of one template version read its medians once', async () => {
  const template = 'viral-content';
  await (await seed({ template })).finish(0, { durationMs: 1_000 });
  const queries: number[] = [];
  for (let n = 0; n < 3; n += 1) {
    const session = await seed({ template });
    const { headers } = await api.send(`/api/v1/cot-sessions/${session.id}/progress`, { token: owner.token });
    queries.push(Number(/desc="(\d+) quer/.exec(String(headers['server-timing']))?.[1]));
  }
  const [first = 0] = queries;
  expect(queries).toEqual([first, first - 1, first - 1]);
});

test('it is one statement', async () => {
  const session = await seed();
  const answer = await api.send(`${BASE}/${session.id}/progress`, { token: owner.token });
  expect(String(answer.headers['server-timing'])).toContain('desc="1 quer');
});

test.each(['', '/progress'])(
  'an unchanged session%s is not sent again, though its times go on',
  async (part) => {
    const session = await seed();
    const path = `${BASE}/${session.id}${part}`;
    const { headers } = await api.send(path, { token: owner.token });
    const known = { token: owner.token, headers: { 'If-None-Match': String(headers['etag']) } };
    expect((await api.send(path, known)).status).toBe(304);
    await session.step();
    expect((await api.send(path, known)).status).toBe(200);
  },
);
