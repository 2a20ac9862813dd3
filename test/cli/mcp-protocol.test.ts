import { waitUntil } from '../support/wait-until.js';
import { startAssistant, startSilentAssistant, type Assistant } from './assistant.js';
import { answer, buildCli, removeCli, startTinyApi, type TinyApi } from './cli-fixture.js';

let api: TinyApi;
let assistant: Assistant | undefined;
const env = (): Record<string, string> => ({ SLUICE_URL: api.url, SLUICE_API_KEY: 'slk_mcp' });

beforeAll(buildCli);
afterAll(removeCli);
beforeEach(async () => {
  api = await startTinyApi();
});
afterEach(async () => {
  await assistant?.leave();
  assistant = undefined;
  await api.close();
});

const META = 'io.modelcontextprotocol';
const stateless = (version = '2026-07-28') => ({
  _meta: { [`${META}/protocolVersion`]: version, [`${META}/clientCapabilities`]: {} },
});

test('a client gets the version that it asks for, or the newest that begins with a handshake', async () => {
  assistant = startSilentAssistant(env());
  const versions = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];
  for (const protocolVersion of [...versions, '1999-01-01']) {
    expect(await assistant.ask('initialize', { protocolVersion, capabilities: {} })).toMatchObject({
      jsonrpc: '2.0',
      result: {
        protocolVersion: versions.find((each) => each === protocolVersion) ?? '2025-11-25',
        capabilities: { tools: {} },
        serverInfo: { name: 'sluice' },
      },
    });
  }
});

test('nothing but ping is answered before initialize', async () => {
  assistant = startSilentAssistant(env());
  expect(await assistant.ask('ping')).toMatchObject({ result: {} });
  expect(await assistant.ask('tools/list')).toMatchObject({ error: { code: -32_600 } });
  expect(await assistant.ask('initialize', {})).toMatchObject({ error: { code: -32_602 } });
});

test('there are eleven tools, each with a schema, and none of them decides a gate', async () => {
  assistant = await startAssistant(env());
  const { result } = (await assistant.ask('tools/list')) as {
    result: {
      tools: { name: string; inputSchema: { type: string }; annotations: { readOnlyHint: boolean } }[];
    };
  };
  expect(result.tools.map(({ name }) => name)).toEqual([
    'list_runs',
    'read_run',
    'explain_run',
    'list_gates',
    'prepare_decision',
    'list_templates',
    'start_session',
    'price_redo',
    'start_report',
    'run_sql',
    'list_failures',
  ]);
  expect(result.tools.every(({ inputSchema }) => inputSchema.type === 'object')).toBe(true);
  const changing = result.tools
    .filter(({ annotations }) => !annotations.readOnlyHint)
    .map(({ name }) => name);
  expect(changing).toEqual(['start_session', 'start_report', 'run_sql']);
});

test('a client of the revision without a handshake says its version with each request', async () => {
  assistant = startSilentAssistant(env());
  expect(await assistant.ask('server/discover', stateless())).toMatchObject({
    result: {
      resultType: 'complete',
      supportedVersions: expect.arrayContaining(['2026-07-28', '2025-11-25']) as string[],
      cacheScope: 'public',
      ttlMs: expect.any(Number) as number,
      _meta: { [`${META}/serverInfo`]: { name: 'sluice' } },
    },
  });
  expect(await assistant.ask('tools/list', stateless())).toMatchObject({
    result: { resultType: 'complete', cacheScope: 'public' },
  });
  expect(await assistant.ask('ping', stateless())).toMatchObject({ error: { code: -32_601 } });
});

test('another version is refused with those that are supported, and a half introduction too', async () => {
  assistant = startSilentAssistant(env());
  expect(await assistant.ask('tools/list', stateless('1900-01-01'))).toMatchObject({
    error: {
      code: -32_022,
      data: {
        requested: '1900-01-01',
        supported: ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'],
      },
    },
  });
  const half = { _meta: { [`${META}/protocolVersion`]: '2026-07-28' } };
  expect(await assistant.ask('tools/list', half)).toMatchObject({ error: { code: -32_602 } });
});

const refusedLines: [line: string, code: number, id: number | null][] = [
  ['{', -32_700, null],
  ['[]', -32_600, null],
  ['7', -32_600, null],
  ['{"jsonrpc":"1.0","id":90,"method":"ping"}', -32_600, 90],
  ['{"jsonrpc":"2.0","id":null,"method":"ping"}', -32_600, null],
  ['{"jsonrpc":"2.0","id":91}', -32_600, 91],
  ['{"jsonrpc":"2.0","id":92,"method":"ping","params":[1]}', -32_602, 92],
  ['{"jsonrpc":"2.0","id":93,"method":"nothing/here"}', -32_601, 93],
  ['{"jsonrpc":"2.0","id":94,"method":"tools/call","params":{"name":"decide_gate"}}', -32_602, 94],
];

test('a line that is no good request is refused under its id, and the next one is answered', async () => {
  assistant = await startAssistant(env());
  const { heard } = assistant;
  for (const [line, code, id] of refusedLines) {
    const before = heard.length;
    assistant.say(line);
    await waitUntil(() => Promise.resolve(heard.length > before), { what: `an answer to ${line}` });
    expect([line, heard.at(-1)]).toEqual([
      line,
      { jsonrpc: '2.0', id, error: expect.objectContaining({ code }) as object },
    ]);
  }
  expect(await assistant.ask('ping')).toMatchObject({ result: {} });
});

test('notifications and responses are never answered', async () => {
  assistant = await startAssistant(env());
  const before = assistant.heard.length;
  assistant.say('{"jsonrpc":"2.0","method":"notifications/nothing"}');
  assistant.say('{"jsonrpc":"2.0","id":70,"result":{}}');
  assistant.say('');
  await assistant.ask('ping');
  expect(assistant.heard).toHaveLength(before + 1);
});

test('a list of messages is taken in the one revision that had them', async () => {
  const batch = '[{"jsonrpc":"2.0","id":80,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/x"}]';
  assistant = startSilentAssistant(env());
  const { heard } = assistant;
  await assistant.ask('initialize', { protocolVersion: '2025-03-26' });
  assistant.say(batch);
  await waitUntil(() => Promise.resolve(heard.length > 1), { what: 'the answers' });
  expect(heard[1]).toEqual([{ jsonrpc: '2.0', id: 80, result: {} }]);
  await assistant.ask('initialize', { protocolVersion: '2025-11-25' });
  assistant.say(batch);
  await waitUntil(() => Promise.resolve(heard.length > 3), { what: 'a refusal' });
  expect(heard[3]).toMatchObject({ id: null, error: { code: -32_600 } });
});

test('a refusal of the API is a result that an assistant can read, and a fault is hidden', async () => {
  api.routes.set('GET /jobs', (_request, response) =>
    answer(response, 403, { title: 'No', status: 403, code: 'forbidden', detail: 'Not for you.' }),
  );
  api.routes.set('GET /api/v1/failures', (_request, response) => void response.end('no JSON at all'));
  assistant = await startAssistant(env());
  expect(await assistant.refused('list_runs', { what: 'jobs' })).toContain('Not for you. (forbidden, 403)');
  expect(await assistant.refused('list_runs', { what: 'everything' })).toContain('what: ');
  expect(await assistant.refused('read_run', { id: 'xyz_1' })).toContain('is not the id of a run');
  const fault = await assistant.ask('tools/call', { name: 'list_failures', arguments: {} });
  expect(fault).toMatchObject({ error: { code: -32_603, message: 'Internal error' } });
  expect(assistant.said.stderr).toContain('SyntaxError');
});

test('an API that is away, and a key that is missing, are results for the assistant', async () => {
  assistant = await startAssistant({ SLUICE_HOME: '/nowhere', XDG_CONFIG_HOME: '/nowhere' });
  expect(await assistant.refused('list_gates')).toContain('There is no running stack');
});

test('a canceled call ends its request and is not answered; others go on meanwhile', async () => {
  let gone = false;
  api.routes.set('GET /api/v1/gates', (_request, response) => {
    response.on('close', () => (gone = true));
  });
  assistant = await startAssistant(env());
  const call = { name: 'list_gates', arguments: {} };
  assistant.say(JSON.stringify({ jsonrpc: '2.0', id: 'slow', method: 'tools/call', params: call }));
  await waitUntil(() => Promise.resolve(api.requests.length > 0), { what: 'the request' });
  expect(await assistant.ask('ping')).toMatchObject({ result: {} });
  assistant.say(JSON.stringify({ jsonrpc: '2.0', id: 'slow', method: 'tools/call', params: call }));
  const params = { requestId: 'slow' };
  await waitUntil(
    () => Promise.resolve(assistant?.heard.some((each) => 'error' in each && each['id'] === 'slow')),
    {
      what: 'the refusal of an id that is in use',
    },
  );
  const before = assistant.heard.length;
  assistant.say(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params }));
  await waitUntil(() => Promise.resolve(gone), { what: 'the end of the request' });
  await assistant.ask('ping');
  expect(assistant.heard).toHaveLength(before + 1);
});

test('it ends when the assistant closes stdin, in the middle of a call', async () => {
  api.routes.set('GET /api/v1/gates', () => undefined);
  const own = await startAssistant(env());
  const call = { name: 'list_gates', arguments: {} };
  own.say(JSON.stringify({ jsonrpc: '2.0', id: 'last', method: 'tools/call', params: call }));
  await waitUntil(() => Promise.resolve(api.requests.length > 0), { what: 'the request' });
  expect(await own.leave()).toBe(0);
});
