import { useApi } from '../../support/api.js';
import { createApiUser, type TestUser } from '../../support/people.js';
import { useDatabase } from '../../support/servers/database.js';
import { useTemporal } from '../../support/servers/temporal.js';
import { scriptedModel, untilGate, withWorkers } from '../../support/sessions/fixture.js';

const rig = { database: useDatabase(), temporal: useTemporal() };
const api = useApi(rig);
const BASE = '/api/v1/cot-sessions';
let admin: TestUser;

const inputSchema = {
  type: 'object',
  properties: { audience: { type: 'string', minLength: 3 }, words: { type: 'integer' } },
  required: ['audience'],
  additionalProperties: false,
};
const MISFIT = 'The input does not fit the input schema of this template.';

beforeAll(async () => {
  admin = await createApiUser(rig.database, 'ADMIN');
  const step = { prompt: 'Write.' };
  const steps = { THINK: step, EXECUTE: step, INTEGRATE: step };
  const phases = ['facts', 'text'].map((key) => ({ key, title: key, steps }));
  const definition = { name: 'release', title: 'Release', description: 'A release.', inputSchema, phases };
  expect((await post('/api/v1/templates', definition)).status).toBe(201);
});

const post = (path: string, body: unknown) => api.send(path, { method: 'POST', token: admin.token, body });
const start = (input?: unknown) =>
  post(BASE, { topic: 'a new wing', template: 'release', ...(input === undefined ? {} : { input }) });

test.each<[string, unknown, string[]]>([
  ['none', undefined, ['input.audience']],
  ['text that is no JSON', 'for our neighbours', ['input']],
  ['JSON of another kind', '[1]', ['input']],
  ['a wrong member', { audience: 'us', words: 'many' }, ['input.audience', 'input.words']],
  ['an unknown member', { audience: 'neighbours', colour: 'red' }, ['input']],
])(
  'a session with an input of %s is refused with the place of what is wrong',
  async (_what, input, paths) => {
    const { status, body } = await start(input);
    expect([status, body['code'], body['detail']]).toEqual([400, 'validation_error', MISFIT]);
    expect((body['errors'] as { path: string }[]).map(({ path }) => path)).toEqual(paths);
  },
);

test('an input that fits starts a session, as an object and as JSON text', async () => {
  for (const input of [{ audience: 'neighbours', words: 90 }, '{"audience":"neighbours"}']) {
    const { status, body } = await start(input);
    expect(status).toBe(202);
    const read = await api.send(`${BASE}/${String(body['id'])}`, { token: admin.token });
    expect(read.body['input']).toEqual(input);
  }
});

test('the list of templates tells what each wants to know', async () => {
  const { body } = await api.send('/api/v1/templates', { token: admin.token });
  const items = body['items'] as { name: string; inputSchema?: unknown }[];
  expect(items.find(({ name }) => name === 'release')?.inputSchema).toEqual(inputSchema);
});

test('another input for a redo or a fork has to fit as well, and is refused before anything runs', async () => {
  await withWorkers(
    rig,
    scriptedModel((_request, call) => `answer ${call}`),
    async () => {
      const { body: started } = await start({ audience: 'neighbours' });
      const id = String(started['id']);
      await untilGate(rig, id, 1);
      const from = { phase: 1 };
      for (const path of ['redo', 'fork']) {
        for (const dryRun of [true, false]) {
          const refused = await post(`${BASE}/${id}/${path}`, { from, input: { words: 3 }, dryRun });
          expect([refused.status, refused.body['detail']]).toEqual([400, MISFIT]);
        }
      }
      expect((await post(`${BASE}/${id}/redo`, { from, input: { audience: 'the press' } })).status).toBe(200);
      await untilGate(rig, id, 1, 2);
      await post(`${BASE}/${id}/cancel`, {});
    },
  );
});
