import { readSessionSnapshot } from '../../../src/db/reports/session.js';
import type { SessionSnapshot } from '../../../src/domain/sessions/report.js';
import { SeededSession } from '../../api/sessions/reads-fixture.js';
import { givenUser } from '../../support/people.js';
import { useDatabase } from '../../support/servers/database.js';

const database = useDatabase();
const markdown = (text: string) => ({ text, contentType: 'text/markdown' });
type Seed = NonNullable<Parameters<typeof SeededSession.create>[2]>;

async function given(seed: Seed = {}) {
  const viewer = await givenUser(database.pool);
  const session = await SeededSession.create(database.pool, viewer.userId, seed);
  const snapshot = async (): Promise<SessionSnapshot> =>
    (await readSessionSnapshot(database.pool, viewer, session.id))!;
  return { viewer, session, snapshot };
}

test('a report says of a session what was asked, by whom, with which limits, and how far it is', async () => {
  const { viewer, session, snapshot } = await given({
    topic: 'Bakeries',
    tags: ['food'],
    input: { city: 'Ghent' },
    budget: { maxTokens: 9_000, maxCostUsd: 4 },
  });
  await session.phase();
  const { overview, usage } = await snapshot();
  expect(overview).toMatchObject({
    id: session.id,
    topic: 'Bakeries',
    status: 'running',
    reason: null,
    owner: viewer.name,
    template: 'minimal, version 1',
    language: 'en',
    tags: ['food'],
    input: { text: '{"city":"Ghent"}', contentType: 'application/json' },
    origin: null,
    percent: 33,
    forks: [],
    finishedAt: null,
  });
  expect(usage).toMatchObject({ maxTokens: 9_000, maxCostUsd: 4, usedTokens: 0, unpricedCalls: 0 });
  const each = { phase: 1, title: 'Understand', runs: 1, tries: 1, reused: 0, tokensIn: 100, tokensOut: 50 };
  expect(usage.phases).toMatchObject(['THINK', 'EXECUTE', 'INTEGRATE'].map((step) => ({ ...each, step })));
});

test('an edited phase has the text of its reviewer; a phase that is redone says how, and has no output yet', async () => {
  const { session, snapshot } = await given();
  await session.phase({ output: 'of the model' });
  const written = session.digestOf(1);
  await session.openGate();
  await session.edit('of a person');
  await session.phase({ output: 'second' });
  await session.openGate();
  await session.redo(2, 'shorter');
  const { phases } = await snapshot();
  const empty = {
    output: null,
    outputDigest: null,
    edited: false,
    gap: null,
    notes: null,
    instructions: null,
  };
  expect(phases).toEqual([
    {
      ...empty,
      number: 1,
      key: 'understand',
      title: 'Understand',
      status: 'approved',
      attempt: 1,
      output: markdown('of a person'),
      outputDigest: session.digestOf(1),
      edited: true,
    },
    {
      ...empty,
      number: 2,
      key: 'work-out',
      title: 'Work out',
      status: 'running',
      attempt: 2,
      instructions: 'shorter',
    },
    { ...empty, number: 3, key: 'hand-over', title: 'Hand over', status: 'pending', attempt: 2 },
  ]);
  expect(written).not.toBe(session.digestOf(1));
});

test('a decision has its words and how long it took; one that is open waits until the moment of the report', async () => {
  const { viewer, session, snapshot } = await given();
  await session.phase();
  const first = session.digestOf(1);
  await session.openGate();
  session.wait(3_000);
  await session.approve('good', 'mind the time');
  await session.phase();
  await session.openGate();
  const { decisions, takenAt } = await snapshot();
  expect(decisions).toEqual([
    {
      phase: 1,
      phaseTitle: 'Understand',
      attempt: 1,
      status: 'approved',
      openedAt: expect.any(String),
      decidedAt: expect.any(String),
      waitedMs: 3_000,
      decidedBy: viewer.name,
      decidedVia: 'api',
      comment: 'good',
      notes: 'mind the time',
      outputDigest: first,
      editedDigest: null,
    },
    expect.objectContaining({
      phase: 2,
      phaseTitle: 'Work out',
      status: 'waiting',
      decidedAt: null,
      decidedBy: null,
      notes: null,
      outputDigest: session.digestOf(2),
    }),
  ]);
  const { waitedMs, openedAt } = decisions[1]!;
  expect(waitedMs).toBe(Date.parse(takenAt) - Date.parse(openedAt));
});

test('each step has its tries with their failures, its model, its cost and its digests', async () => {
  const { session, snapshot } = await given();
  const first = await session.step({ failedTries: 1, costUsd: 0.25 });
  await session.fail();
  const { steps, provenance } = await snapshot();
  const [step, failed] = steps;
  expect(step).toMatchObject({
    id: first,
    phase: 1,
    phaseTitle: 'Understand',
    step: 'THINK',
    attempt: 1,
    status: 'completed',
    tries: [
      { try: 1, durationMs: 100, error: { code: 'model_overloaded', message: 'busy' } },
      { try: 2, durationMs: 2_000, error: null },
    ],
    modelAsked: 'offline',
    modelUsed: 'offline',
    provider: 'offline',
    tokensIn: 100,
    tokensOut: 50,
    tokensCached: 0,
    costUsd: 0.25,
    durationMs: 2_000,
    reusedFrom: null,
    errorCode: null,
    errorMessage: null,
  });
  expect(failed).toMatchObject({
    step: 'EXECUTE',
    status: 'failed',
    provider: null,
    outputDigest: null,
    errorCode: 'model_overloaded',
    errorMessage: 'the model is overloaded',
  });
  expect(provenance).toMatchObject({
    template: { name: 'minimal', version: 1, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    modelAsked: null,
    offlineSteps: 1,
  });
  const same = ({ id, promptDigest, outputDigest }: (typeof steps)[number]) => ({
    id,
    promptDigest,
    outputDigest,
  });
  expect(provenance.steps.map((each) => same(each as (typeof steps)[number]))).toEqual(steps.map(same));
});

test('a fork names its origin and the origin its forks; another person sees neither', async () => {
  const { viewer, session, snapshot } = await given();
  const fork = await SeededSession.create(database.pool, viewer.userId, { origin: session.id });
  expect((await snapshot()).overview.forks).toMatchObject([{ id: fork.id }]);
  const { overview } = (await readSessionSnapshot(database.pool, viewer, fork.id))!;
  expect(overview.origin).toEqual({ id: session.id, relation: 'fork' });
  const other = await givenUser(database.pool);
  expect(await readSessionSnapshot(database.pool, other, session.id)).toBeUndefined();
});
