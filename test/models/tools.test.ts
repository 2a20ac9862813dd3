import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ModelTool } from '../../src/models/call.js';
import { createOutbound } from '../../src/platform/outbound-http.js';
import { createModelTools } from '../../src/models/tools/tools.js';
import { createFetchUrlTool } from '../../src/models/tools/fetch-url.js';
import {
  createSqlQueryTool,
  type SqlQuestion,
  type SqlToolAnswer,
} from '../../src/models/tools/sql-query.js';
import { createSearchTool, createSearxngProvider } from '../../src/models/tools/search.js';
import { ask, failureOf, modelOf, useModelServer, wires } from './fixture.js';

const server = useModelServer();

const lookUp = (execute: ModelTool['execute']): ModelTool => ({
  name: 'look_up',
  description: 'Looks a word up.',
  inputSchema: {
    type: 'object',
    properties: { word: { type: 'string' } },
    required: ['word'],
    additionalProperties: false,
  },
  execute,
});

const call = (input: unknown, name = 'look_up') => ({ toolCalls: [{ id: 'call_1', name, input }] });

describe.each(wires)('over %s', (provider) => {
  test('a tool call is run, recorded and answered from, in one ledger', async () => {
    server.reply((_, index) =>
      index === 0 ? { text: 'Let me see.', ...call({ word: 'matcha' }) } : { text: 'Green tea.' },
    );
    const seen: unknown[] = [];
    const tool = lookUp((input) => {
      seen.push(input);
      return Promise.resolve({ ok: true, text: 'powdered tea' });
    });
    const said: string[] = [];
    const result = await modelOf({ provider, baseUrl: server.url }).request(
      ask({
        tools: [tool],
        onDelta: (delta) => said.push(delta.type === 'text' ? delta.text : `<${delta.reason}>`),
      }),
    );
    expect(seen).toEqual([{ word: 'matcha' }]);
    expect(result.text).toBe('Green tea.');
    expect(said.join('')).toBe('Let me see.<tool_round>Green tea.');
    expect(result.toolCalls).toMatchObject([
      { name: 'look_up', input: { word: 'matcha' }, ok: true, output: 'powdered tea' },
    ]);
    expect(result.totals).toMatchObject({ calls: 2, toolCalls: 1 });
    const sent = JSON.stringify(server.seen[1]!.body['messages']);
    expect(sent).toContain('powdered tea');
    expect(sent).toMatch(/<data-[0-9a-f]{16} kind=\\+"tool_result\\+"/);
  });

  test.each([
    ['input that does not fit', call({ word: 5 }), 'the input is wrong'],
    ['a tool that is not allowed', call({}, 'approve_phase'), 'there is no such tool'],
  ])('%s is refused in words and nothing runs', async (_, reply, reason) => {
    server.reply((_request, index) => (index === 0 ? reply : { text: 'I see.' }));
    const tool = lookUp(() => Promise.reject(new Error('must not run')));
    const result = await modelOf({ provider, baseUrl: server.url }).request(ask({ tools: [tool] }));
    expect(result.toolCalls).toMatchObject([{ ok: false }]);
    expect(JSON.stringify(server.seen[1]!.body['messages'])).toContain(reason);
  });

  test('a model that only calls tools has to answer at the end of its rounds', async () => {
    server.reply((request) =>
      JSON.stringify(request.body['tool_choice'] ?? request.body['tools'] ?? null).includes('look_up') ||
      JSON.stringify(request.body['tool_choice'] ?? '').includes('auto')
        ? call({ word: 'again' })
        : { text: 'Enough.' },
    );
    const tool = lookUp(() => Promise.resolve({ ok: true, text: 'more' }));
    const result = await modelOf({ provider, baseUrl: server.url }).request(
      ask({ tools: [tool], maxToolRounds: 2 }),
    );
    expect(result.text).toBe('Enough.');
    expect(result.toolCalls).toHaveLength(2);
  });
});

test('what tools and calls used until a failure stands in the error', async () => {
  server.reply((_, index) => (index === 0 ? call({ word: 'a' }) : { status: 500 }));
  const tool = lookUp(() => Promise.resolve({ ok: true, text: 'b' }));
  const failure = await failureOf(modelOf({ baseUrl: server.url }).request(ask({ tools: [tool] })));
  expect(failure.calls.map((one) => one.outcome)).toEqual(['ok', 'server']);
  expect(failure.toolCalls).toHaveLength(1);
});

describe('fetch_url', () => {
  const page = (type: string, body: string, status = 200, headers: Record<string, string> = {}) =>
    usePage((_, response) => response.writeHead(status, { 'content-type': type, ...headers }).end(body));

  const tool = (hosts: readonly string[]): ModelTool =>
    createFetchUrlTool({ outbound: createOutbound({ allowLoopback: true }), allowedHosts: hosts });

  test('a page comes as text with its title, without scripts', async () => {
    const url = await page(
      'text/html; charset=utf-8',
      '<html><title>Tea &amp; more</title><script>steal()</script><h1>Tea</h1><p>Is <b>good</b>&nbsp;for you.</p></html>',
    );
    const outcome = await tool(['127.0.0.1']).execute({ url }, {});
    expect(outcome).toEqual({
      ok: true,
      text: `url: ${url}\ntitle: Tea & more\n\nTea & more\nTea\n\nIs good for you.`,
    });
  });

  test('a host that is not listed is not read, however it is written', async () => {
    const url = await page('text/plain', 'secret');
    for (const given of [url, url.replace('127.0.0.1', 'LOCALHOST'), 'file:///etc/passwd', 'no url at all']) {
      await expect(tool(['example.com']).execute({ url: given }, {})).resolves.toMatchObject({ ok: false });
    }
  });

  test('an allowed name that leads to a private address is not read', async () => {
    const outbound = createOutbound({ resolve: () => Promise.resolve(['10.0.0.1']) });
    const outcome = await createFetchUrlTool({ outbound, allowedHosts: ['intranet.example'] }).execute(
      { url: 'http://intranet.example/' },
      {},
    );
    expect(outcome).toEqual({ ok: false, text: 'not read: the address is not a public one' });
  });

  test.each([
    { what: 'a redirect', type: 'text/html', status: 302, headers: { location: 'http://169.254.169.254/' } },
    { what: 'an error page', type: 'text/html', status: 404, headers: {} },
    { what: 'an image', type: 'image/png', status: 200, headers: {} },
  ])('$what is reported and not followed or read', async ({ type, status, headers }) => {
    const url = await page(type, 'body', status, headers as Record<string, string>);
    await expect(tool(['127.0.0.1']).execute({ url }, {})).resolves.toMatchObject({ ok: false });
  });

  test('a long page is cut and says so', async () => {
    const url = await page('text/plain', 'word '.repeat(400_000));
    const outcome = await tool(['127.0.0.1']).execute({ url }, {});
    expect(outcome.text.length).toBeLessThan(21_000);
    expect(outcome.text).toContain('[… the page is longer …]');
  });
});

describe('search', () => {
  test('hits come as a list of plain lines', async () => {
    const url = await usePage((request, response) => {
      expect(request.url).toContain('q=green+tea&format=json');
      response.end(
        JSON.stringify({
          results: [{ title: '**Tea**\n# x', url: 'https://t.example/', content: 'A <b>leaf</b>' }],
        }),
      );
    });
    const tool = createSearchTool(createSearxngProvider(url, createOutbound({ allowPrivate: true })));
    await expect(tool.execute({ query: 'green tea' }, {})).resolves.toEqual({
      ok: true,
      text: '1. Tea x\n   https://t.example/\n   A b leaf /b',
    });
  });

  test('a search that answers nonsense is a refusal in words', async () => {
    const url = await usePage((_, response) => response.end('<html>'));
    const tool = createSearchTool(createSearxngProvider(url, createOutbound({ allowPrivate: true })));
    await expect(tool.execute({ query: 'x' }, {})).resolves.toMatchObject({ ok: false });
  });

  test('no tool exists unless it was configured', () => {
    expect(createModelTools({ llmFetchHosts: [], llmSearchUrl: undefined })).toEqual([]);
    const both = createModelTools({ llmFetchHosts: ['a.example'], llmSearchUrl: 'http://s.example/search' });
    expect(both.map((one) => one.name)).toEqual(['fetch_url', 'search']);
  });
});

describe('sql_query', () => {
  const asked: SqlQuestion[] = [];
  const tool = (answer: SqlToolAnswer): ModelTool =>
    createSqlQueryTool({
      dataSources: ['demo', 'other'],
      ask: (question) => {
        asked.push(question);
        return Promise.resolve(answer);
      },
    });
  const columns = [{ name: 'country', type: 'text' }];
  const rowsOf = (count: number, truncated = false): SqlToolAnswer => ({
    sessionId: 'sql_1',
    columns,
    rows: Array.from({ length: count }, () => ['日本']),
    truncated,
  });
  beforeEach(() => void asked.splice(0));

  test('rows come a line each, from the first data source unless another one is named', async () => {
    await expect(tool(rowsOf(2)).execute({ sql: 'select 1' }, {})).resolves.toEqual({
      ok: true,
      text: 'run: sql_1\ncolumns: ["country text"]\n["日本"]\n["日本"]',
    });
    await tool(rowsOf(1)).execute({ sql: 'select 1', data_source: 'other' }, {});
    expect(asked.map(({ dataSource }) => dataSource)).toEqual(['demo', 'other']);
    expect(tool(rowsOf(1)).description).toContain('Data sources: demo, other.');
  });

  test('a long answer is cut and says so, and so does one that was cut before', async () => {
    const long = await tool(rowsOf(10_000)).execute({ sql: 'select 1' }, {});
    expect(long.text.length).toBeLessThan(20_100);
    expect(long.text).toMatch(/\[… there is more …\]$/);
    const limited = await tool(rowsOf(1, true)).execute({ sql: 'select 1' }, {});
    expect(limited.text).toMatch(/\["日本"\]\n\[… there is more …\]$/);
  });

  test('a refusal is put in words', async () => {
    await expect(tool({ refused: 'DROP is not a query.' }).execute({ sql: 'drop' }, {})).resolves.toEqual({
      ok: false,
      text: 'not run: DROP is not a query.',
    });
  });
});

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function usePage(listener: Parameters<typeof createServer>[1] & {}): Promise<string> {
  const pages = createServer(listener);
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
  closing.push(
    () =>
      new Promise((resolve) => {
        pages.close(() => resolve());
        pages.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${(pages.address() as AddressInfo).port}/page`;
}
