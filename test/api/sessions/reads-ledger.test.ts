import {
  comparisonSchema,
  sessionBundleSchema,
  stepDetailSchema,
  stepPageSchema,
  usageSchema,
} from '../../../src/contracts/sessions/ledger.js';
import { inboxPageSchema } from '../../../src/contracts/sessions/gate-inbox.js';
import { useApi } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';
import type { HttpAnswer } from '../../support/http.js';
import { SeededSession, type SessionSeed } from './reads-fixture.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const database = useDatabase();
const api = useApi({ database });
const BASE = '/api/v1/cot-sessions';

let owner: TestUser;
beforeAll(async () => {
  owner = await createApiUser(database);
});

const seed = (more: SessionSeed = {}, user: TestUser = owner): Promise<SeededSession> =>
  SeededSession.create(database.pool, user.id, more);
const get = (path: string, user: TestUser = owner): Promise<HttpAnswer> =>
  api.send(path, { token: user.token });

describe('the ledger', () => {
  test('it holds every run of every step in order, with its tries and their errors', async () => {
    const session = await seed();
    await session.step({ failedTries: 2, durationMs: 1_500 });
    await session.step();
    await session.step();
    await session.openGate();
    await session.redo(1);
    await session.step();
    const { items } = stepPageSchema.strict().parse((await get(`${BASE}/${session.id}/steps`)).body);
    expect(items.map(({ step, attempt, status }) => [step, attempt, status])).toEqual([
      ['THINK', 1, 'completed'],
      ['EXECUTE', 1, 'completed'],
      ['INTEGRATE', 1, 'completed'],
      ['THINK', 2, 'completed'],
    ]);
    expect(items[0]).toMatchObject({
      phase: 1,
      modelAsked: 'offline',
      modelUsed: 'offline',
      tokensIn: 100,
      tokensOut: 50,
      costUsd: 0.01,
      durationMs: 1_500,
      reusedFrom: null,
      outputPreview: expect.stringContaining('THINK of phase 1') as string,
      tries: [
        { try: 1, error: { code: 'model_overloaded' } },
        { try: 2, error: { code: 'model_overloaded' } },
        { try: 3, error: null, durationMs: 1_500 },
      ],
    });
  });

  test('pages of it go forwards and back, and filters keep what they name', async () => {
    const session = await seed();
    await session.phase();
    await session.openGate();
    await session.approve();
    await session.step();
    const all = stepPageSchema.parse((await get(`${BASE}/${session.id}/steps`)).body).items;
    const page = async (query: string) =>
      stepPageSchema.parse((await get(`${BASE}/${session.id}/steps?${query}`)).body);
    const first = await page('limit=3');
    expect([first.items, first.hasMore, first.prevCursor]).toEqual([all.slice(0, 3), true, null]);
    const second = await page(`limit=3&cursor=${first.nextCursor}`);
    expect([second.items, second.hasMore]).toEqual([all.slice(3), false]);
    const back = await page(`limit=3&cursor=${second.prevCursor}`);
    expect(back.items).toEqual(all.slice(0, 3));
    expect((await page('phase=2')).items).toEqual(all.slice(3));
    expect((await page('step=EXECUTE')).items).toEqual([all[1]]);
    expect((await page('attempt=2')).items).toEqual([]);
    expect((await page('status=failed')).items).toEqual([]);
  });

  test('one step shows all that the model was sent and all that came back, however long', async () => {
    const session = await seed();
    const text = 'あ'.repeat(1_000_000);
    const stepId = await session.step({ text });
    const detail = stepDetailSchema.strict().parse((await get(`${BASE}/${session.id}/steps/${stepId}`)).body);
    expect(detail).toMatchObject({
      id: stepId,
      prompt: { system: 'be brief', messages: [{ role: 'user', content: 'THINK of 1' }] },
      outputContentType: 'text/markdown',
      outputBytes: 3_000_000,
      outputPreview: `${'あ'.repeat(200)}…`,
      tries: [{ try: 1 }],
    });
    expect(detail.output).toBe(text);
  });

  test('a step is found only in its own session', async () => {
    const [session, other] = [await seed(), await seed()];
    const stepId = await session.step();
    expect((await get(`${BASE}/${other.id}/steps/${stepId}`)).status).toBe(404);
  });
});

test('usage sums every run by phase and step, and says when the cost is a lower bound', async () => {
  const session = await seed({ budget: { maxTokens: 10_000 } });
  await session.step({ costUsd: 0.25 });
  await session.step({ costUsd: null });
  await session.step({ costUsd: 0.5, failedTries: 1 });
  await session.openGate();
  await session.redo(1);
  await session.step({ costUsd: 0.25 });
  const usage = usageSchema.strict().parse((await get(`${BASE}/${session.id}/usage`)).body);
  expect(usage).toMatchObject({
    total: { runs: 4, tries: 5, tokensIn: 400, tokensOut: 200, costUsd: 1, unpricedSteps: 1, reused: 0 },
    budget: { maxTokens: 10_000, maxCostUsd: null },
    phases: [
      {
        phase: 1,
        title: 'Understand',
        costUsd: 1,
        steps: [
          { step: 'THINK', runs: 2, costUsd: 0.5 },
          { step: 'EXECUTE', runs: 1, costUsd: 0, unpricedSteps: 1 },
          { step: 'INTEGRATE', runs: 1, tries: 2, costUsd: 0.5 },
        ],
      },
    ],
  });
});

test('the bundle holds everything: template, prompts, outputs, gates with what was written there, events, usage', async () => {
  const session = await seed({ input: { city: 'Aalen' } });
  await session.event('session.started', { title: 'A seeded session' });
  await session.phase({ output: 'by the model' });
  await session.openGate();
  await session.edit('by a person');
  const answer = await get(`${BASE}/${session.id}/export`);
  expect(answer.headers['content-disposition']).toBe(`attachment; filename="session-${session.id}.json"`);
  const bundle = sessionBundleSchema.parse(answer.body);
  expect(bundle).toMatchObject({
    format: 'sluice.session/1',
    session: { id: session.id, input: { city: 'Aalen' } },
    template: { name: 'minimal' },
    gates: [{ status: 'edited', editedOutput: 'by a person' }],
    usage: { total: { runs: 3 } },
    events: [{ pos: 1, type: 'session.started' }],
  });
  expect(bundle.steps.map(({ output }) => output)).toContain('by the model');
  expect(bundle.steps.every((step) => step.prompt !== null)).toBe(true);
});

describe('comparing', () => {
  test('two attempts of a session are laid side by side, with the lines that changed', async () => {
    const session = await seed();
    await session.phase({ output: 'the same' });
    await session.openGate();
    await session.approve();
    await session.phase({ output: 'one\ntwo\nthree' });
    await session.openGate();
    await session.redo(2);
    await session.phase({ output: 'one\n2\nthree' });
    const answer = await get(`${BASE}/${session.id}/compare?with=attempt:1`);
    const comparison = comparisonSchema.strict().parse(answer.body);
    expect(comparison).toMatchObject({
      left: { id: session.id, attempt: null },
      right: { id: session.id, attempt: 1 },
      equal: false,
      phases: [
        { key: 'understand', state: 'equal', diff: null },
        {
          key: 'work-out',
          state: 'changed',
          diff: {
            added: 1,
            removed: 1,
            exact: true,
            truncated: false,
            hunks: [
              {
                leftLine: 1,
                rightLine: 1,
                lines: [
                  { kind: 'same', text: 'one' },
                  { kind: 'removed', text: '2' },
                  { kind: 'added', text: 'two' },
                  { kind: 'same', text: 'three' },
                ],
              },
            ],
          },
        },
        { key: 'hand-over', state: 'none' },
      ],
    });
    expect((await get(`${BASE}/${session.id}/compare?with=attempt:3`)).status).toBe(404);
    expect((await get(`${BASE}/${session.id}/compare?with=yesterday`)).status).toBe(400);
  });

  test('two sessions are equal where their outputs are, whoever produced them', async () => {
    const [left, right] = [await seed(), await seed()];
    await left.phase({ output: 'equal' });
    await right.phase({ output: 'equal' });
    const path = (one: string, other: string) => `${BASE}/${one}/compare?with=${other}`;
    expect((await get(path(left.id, right.id))).body).toMatchObject({ equal: true });
    const hidden = await seed({}, await createApiUser(database));
    expect((await get(path(left.id, hidden.id))).status).toBe(404);
  });
});

describe('the inbox', () => {
  test('it shows what waits in all sessions of the caller, with a preview and the digest to decide by', async () => {
    const me = await createApiUser(database);
    const sessions: SeededSession[] = [];
    for (const agoMs of [3_000_000, 2_000_000, 1_000_000]) {
      const session = await seed({ agoMs, topic: `${agoMs}` }, me);
      await session.phase({ output: `# Output ${agoMs}` });
      await session.openGate();
      sessions.push(session);
    }
    const decided = sessions[1]!;
    await decided.approve();
    const paused = sessions[2]!;
    await paused.pause();
    const first = await get('/api/v1/gates?status=waiting&limit=1', me);
    const page = inboxPageSchema.strict().parse(first.body);
    expect(page).toMatchObject({
      items: [
        {
          sessionId: paused.id,
          topic: '1000000',
          phase: 1,
          phaseTitle: 'Understand',
          status: 'waiting',
          outputDigest: paused.digestOf(1),
          preview: '# Output 1000000',
          paused: true,
          deadlineAt: null,
          links: { self: `${BASE}/${paused.id}` },
        },
      ],
      hasMore: true,
    });
    const next = inboxPageSchema.parse(
      (await get(`/api/v1/gates?limit=1&cursor=${page.nextCursor}`, me)).body,
    );
    expect(next.items.map((gate) => gate.sessionId)).toEqual([sessions[0]!.id]);
    expect(next.hasMore).toBe(false);
    const done = inboxPageSchema.parse((await get('/api/v1/gates?status=approved', me)).body);
    expect(done.items).toMatchObject([
      { sessionId: decided.id, decidedBy: { id: me.id }, decidedVia: 'api' },
    ]);
    expect(String(first.headers['server-timing'])).toContain('desc="1 quer');
    const [waiting] = page.items;
    expect((await get(`/api/v1/gates/${waiting!.id}`, me)).body).toEqual(waiting);
    expect((await get(`/api/v1/gates/${done.items[0]!.id}`, me)).body).toEqual(done.items[0]);
    const stranger = await createApiUser(database);
    expect((await get(`/api/v1/gates/${waiting!.id}`, stranger)).status).toBe(404);
  });
});
