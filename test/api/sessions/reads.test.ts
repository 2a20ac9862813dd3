import { newId } from '../../../src/contracts/ids.js';
import { sessionDetailSchema, sessionPageSchema } from '../../../src/contracts/sessions/views.js';
import { useApi } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';
import type { HttpAnswer } from '../../support/http.js';
import { SeededSession, type SessionSeed } from './reads-fixture.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const database = useDatabase();
const api = useApi({ database, env: { TEMPORAL_UI_URL: 'http://127.0.0.1:8233/' } });
const BASE = '/api/v1/cot-sessions';

let owner: TestUser;
let stranger: TestUser;
let admin: TestUser;
beforeAll(async () => {
  owner = await createApiUser(database);
  stranger = await createApiUser(database);
  admin = await createApiUser(database, 'ADMIN');
});

const seed = (more: SessionSeed = {}, user: TestUser = owner): Promise<SeededSession> =>
  SeededSession.create(database.pool, user.id, more);
const get = (path: string, user: TestUser = owner): Promise<HttpAnswer> =>
  api.send(path, { token: user.token });
const queriesOf = (answer: HttpAnswer): number =>
  Number(/desc="(\d+) quer/.exec(String(answer.headers['server-timing']))?.[1]);

describe('one session', () => {
  test('it shows its template, input, phases with their outputs, the gate, usage, lineage and links', async () => {
    const session = await seed({ topic: 'Cinemas', input: { city: 'Aalen' }, tags: ['spring'] });
    await session.phase({ output: '# Understood' });
    await session.openGate();
    await session.approve('good', 'mind the budget');
    await session.step();
    const answer = await get(`${BASE}/${session.id}`);
    const detail = sessionDetailSchema.strict().parse(answer.body);
    expect(detail).toMatchObject({
      id: session.id,
      topic: 'Cinemas',
      status: 'running',
      template: { name: 'minimal', version: 1 },
      language: 'en',
      owner: { id: owner.id },
      tags: ['spring'],
      input: { city: 'Aalen' },
      autoProgressSteps: true,
      gateTimeout: { timeoutSeconds: null, onTimeout: 'hold' },
      progress: { currentPhase: 2, currentStep: 'EXECUTE' },
      gate: null,
      lineage: { origin: null, forks: [] },
      links: {
        self: `${BASE}/${session.id}`,
        progress: `${BASE}/${session.id}/progress`,
        events: `${BASE}/${session.id}/events`,
        temporal: expect.stringMatching(
          new RegExp(`8233/namespaces/.+cot-session(%3A|:)${session.id}`),
        ) as string,
      },
    });
    expect(detail.phases.map(({ key, status, output, notes }) => ({ key, status, output, notes }))).toEqual([
      { key: 'understand', status: 'approved', output: '# Understood', notes: 'mind the budget' },
      { key: 'work-out', status: 'running', output: null, notes: null },
      { key: 'hand-over', status: 'pending', output: null, notes: null },
    ]);
    expect(detail.phases[1]?.steps.map(({ step, state }) => [step, state])).toEqual([
      ['THINK', 'done'],
      ['EXECUTE', 'due'],
      ['INTEGRATE', 'pending'],
    ]);
    expect(detail.gates).toMatchObject([
      { phase: 1, status: 'approved', comment: 'good', decidedVia: 'api' },
    ]);
  });

  test('what a reviewer wrote is the output, and is marked as theirs', async () => {
    const session = await seed();
    await session.phase({ output: 'by the model' });
    await session.openGate();
    await session.edit('by a person');
    const { phases } = sessionDetailSchema.parse((await get(`${BASE}/${session.id}`)).body);
    expect(phases[0]).toMatchObject({
      output: 'by a person',
      outputEdited: true,
      outputDigest: session.digestOf(1),
    });
  });

  test('a fork names its origin, and the origin its forks', async () => {
    const origin = await seed();
    const fork = await seed({ origin: origin.id });
    expect((await get(`${BASE}/${fork.id}`)).body).toMatchObject({
      lineage: { origin: { id: origin.id, relation: 'fork', from: { phase: 2, step: 'THINK' } } },
    });
    expect((await get(`${BASE}/${origin.id}`)).body).toMatchObject({
      lineage: { origin: null, forks: [{ id: fork.id, status: 'queued' }] },
    });
  });

  test('a template that was deleted meanwhile changes nothing for it', async () => {
    const session = await seed();
    await session.phase();
    await database.pool.query(`update templates set deleted_at = now() where name = 'minimal'`);
    const answer = await get(`${BASE}/${session.id}`);
    await database.pool.query('update templates set deleted_at = null');
    expect(answer.body).toMatchObject({ phases: [{ key: 'understand' }, {}, {}] });
  });

  test('the number of statements does not depend on how much happened', async () => {
    const small = await seed();
    const large = await seed();
    await large.finish();
    const counts = [];
    for (const path of ['', '/progress', '/steps', '/usage', '/export']) {
      const [one, other] = [await get(`${BASE}/${small.id}${path}`), await get(`${BASE}/${large.id}${path}`)];
      expect([one.status, other.status]).toEqual([200, 200]);
      counts.push([path, queriesOf(one), queriesOf(other)]);
    }
    expect(counts).toEqual([
      ['', 4, 4],
      ['/progress', 1, 1],
      ['/steps', 3, 3],
      ['/usage', 2, 2],
      ['/export', 8, 8],
    ]);
  });

  test('the original path answers the same, with links of its own', async () => {
    const session = await seed();
    const answer = await get(`/api/viral/cot-session/${session.id}`);
    expect(answer.body).toMatchObject({ links: { self: `/api/viral/cot-session/${session.id}` } });
    expect((await get(`/api/viral/cot-session/${session.id}/progress`)).status).toBe(200);
  });
});

test.each(['', '/progress', '/steps', '/usage', '/export', '/compare?with=attempt:1'])(
  "somebody else's session does not exist: GET :id%s is 404 for them and 200 for an ADMIN",
  async (path) => {
    const session = await seed();
    expect((await get(`${BASE}/${session.id}${path}`, stranger)).status).toBe(404);
    expect((await get(`${BASE}/${session.id}${path}`, admin)).status).toBe(200);
    expect((await get(`${BASE}/${newId('session')}${path}`)).status).toBe(404);
    expect((await get(`${BASE}/nonsense${path}`)).status).toBe(404);
  },
);

describe('the list', () => {
  test('it pages over the caller’s sessions alone, newest first, each once', async () => {
    const me = await createApiUser(database);
    const made: string[] = [];
    for (const agoMs of [5_000, 4_000, 3_000, 2_000, 1_000]) made.push((await seed({ agoMs }, me)).id);
    await seed({}, stranger);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const answer = await get(`${BASE}?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`, me);
      const page = sessionPageSchema.parse(answer.body);
      expect(queriesOf(answer)).toBe(1);
      seen.push(...page.items.map((item) => item.id));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual([...made].reverse());
  });

  test('a cursor of one caller is refused for another', async () => {
    const [me, other] = [await createApiUser(database), await createApiUser(database)];
    for (const user of [me, me, other]) await seed({}, user);
    const { nextCursor } = sessionPageSchema.parse((await get(`${BASE}?limit=1`, me)).body);
    for (const [cursor, user] of [
      [nextCursor, other],
      ['', me],
    ] as const) {
      const answer = await get(`${BASE}?limit=1&cursor=${cursor}`, user);
      expect([answer.status, answer.body['code']]).toEqual([400, 'invalid_cursor']);
    }
  });

  test('each filter keeps what it names', async () => {
    const me = await createApiUser(database);
    const waiting = await seed({ topic: 'Rivers and bridges', tags: ['water'], agoMs: 7_200_000 }, me);
    await waiting.phase();
    await waiting.openGate();
    const queued = await seed({ topic: 'Mountains', template: 'viral-content', agoMs: 60_000 }, me);
    const idsOf = async (query: string): Promise<string[]> =>
      sessionPageSchema.parse((await get(`${BASE}?${query}`, me)).body).items.map((item) => item.id);
    expect(await idsOf('status=waiting_approval')).toEqual([waiting.id]);
    expect(await idsOf('status=queued,waiting_approval')).toEqual([queued.id, waiting.id]);
    expect(await idsOf('template=viral-content')).toEqual([queued.id]);
    expect(await idsOf('tag=water')).toEqual([waiting.id]);
    expect(await idsOf('q=BRIDGES')).toEqual([waiting.id]);
    expect(await idsOf(`ownerId=${me.id}`)).toEqual([queued.id, waiting.id]);
    expect(await idsOf(`ownerId=${owner.id}`)).toEqual([]);
    const ofMe = await get(`${BASE}?ownerId=${me.id}`, admin);
    expect(sessionPageSchema.parse(ofMe.body).items.map(({ id }) => id)).toEqual([queued.id, waiting.id]);
    expect(ofMe.body).toMatchObject({ appliedFilters: { ownerId: me.id } });
    const hourAgo = new Date(Date.now() - 3_600_000).toISOString();
    expect(await idsOf(`createdFrom=${hourAgo}`)).toEqual([queued.id]);
    expect(await idsOf(`createdTo=${hourAgo}`)).toEqual([waiting.id]);
    expect((await get(`${BASE}?status=asleep`, me)).status).toBe(400);
    expect((await get(`${BASE}?colour=blue`, me)).status).toBe(400);
  });
});
