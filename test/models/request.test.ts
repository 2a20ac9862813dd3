import type { ModelCallRecord, ModelDelta, PlannedCall } from '../../src/models/call.js';
import { waitUntil } from '../support/wait-until.js';
import { ask, canary, failureOf, modelOf, useModelServer, wires } from './fixture.js';

const server = useModelServer();

describe.each(wires)('over %s', (provider) => {
  test('the text arrives in pieces that add up to the result, with what it used', async () => {
    server.reply({
      text: 'A first line.\nAnd 二行目 with ends.',
      usage: { input: 20, output: 9, cached: 5 },
      model: 'model-a-2026-01-01',
    });
    const said: ModelDelta[] = [];
    const result = await modelOf({ provider, baseUrl: server.url }).request(
      ask({ system: 'Be brief.', onDelta: (delta) => said.push(delta) }),
    );
    expect(result.text).toBe('A first line.\nAnd 二行目 with ends.');
    expect(said.length).toBeGreaterThan(3);
    expect(said.map((delta) => (delta.type === 'text' ? delta.text : '!')).join('')).toBe(result.text);
    expect(result).toMatchObject({
      finishReason: 'stop',
      modelAsked: 'model-a',
      modelUsed: 'model-a-2026-01-01',
      totals: {
        calls: 1,
        usage: { inputTokens: 20, outputTokens: 9, cachedInputTokens: 5, estimated: false },
      },
    });
    expect(result.ttftMs).not.toBeNull();
  });

  test('the key goes to the provider in the header meant for it and nowhere else', async () => {
    await modelOf({ provider, baseUrl: server.url }).request(ask());
    const { headers, body } = server.seen[0]!;
    const carried = provider === 'anthropic' ? headers['x-api-key'] : headers.authorization;
    expect(carried).toContain(canary);
    expect(JSON.stringify(body)).not.toContain(canary);
  });

  test('a fallback starts its text anew and both models stand in the ledger', async () => {
    server.reply((request) =>
      request.body['model'] === 'model-a'
        ? { text: 'half of an answer that breaks', cutAfter: 6 }
        : { text: 'a whole answer', model: 'model-b-0425' },
    );
    const said: string[] = [];
    const result = await modelOf({ provider, baseUrl: server.url, fallbackModels: ['model-b'] }).request(
      ask({ onDelta: (delta) => said.push(delta.type === 'text' ? delta.text : `<${delta.reason}>`) }),
    );
    expect(result).toMatchObject({
      text: 'a whole answer',
      modelAsked: 'model-a',
      modelUsed: 'model-b-0425',
    });
    expect(said.join('')).toMatch(/^half.*<fallback>a whole answer$/);
    expect(result.calls).toMatchObject([
      { outcome: 'network', modelUsed: 'model-a', purpose: 'answer', usage: { estimated: true } },
      { outcome: 'ok', modelAsked: 'model-a', modelUsed: 'model-b-0425', purpose: 'fallback' },
    ]);
    expect(result.calls[0]!.usage.inputTokens).toBeGreaterThan(0);
    expect(result.calls[0]!.usage.outputTokens).toBeGreaterThan(0);
  });

  test('when all models fail, the first that may recover decides, with the shortest wait', async () => {
    server.reply((_, index) => ({ status: 429, headers: { 'retry-after': index === 0 ? '20' : '3' } }));
    const model = modelOf({ provider, baseUrl: server.url, fallbackModels: ['model-b'] });
    const failure = await failureOf(model.request(ask()));
    expect(failure).toMatchObject({ kind: 'rate_limited', retryAfterMs: 3_000, model: 'model-a' });
    expect(failure.calls).toHaveLength(2);
  });

  test.each([
    ['a wrong key', { status: 401 }],
    ['a refusal', { refusal: 'No.' }],
    ['a length stop', { text: 'too long', finish: 'length' as const }],
    ['a wrong request', { status: 400 }],
  ])('%s is not taken to another model', async (_, reply) => {
    server.reply(reply);
    await failureOf(modelOf({ provider, baseUrl: server.url, fallbackModels: ['model-b'] }).request(ask()));
    expect(server.seen).toHaveLength(1);
  });

  test('a model that is not there is passed over for one that is', async () => {
    server.reply((_, index) => (index === 0 ? { status: 404 } : { text: 'here' }));
    const result = await modelOf({ provider, baseUrl: server.url, fallbackModels: ['model-b'] }).request(
      ask(),
    );
    expect(result.text).toBe('here');
  });
});

test('a refused budget ends the request before anything is sent', async () => {
  const planned: PlannedCall[] = [];
  const answer = modelOf({ baseUrl: server.url }).request(
    ask({
      beforeCall: (call) => {
        planned.push(call);
        throw new RangeError('no money left');
      },
    }),
  );
  await expect(answer).rejects.toThrow('no money left');
  expect(server.seen).toHaveLength(0);
  expect(planned).toMatchObject([{ model: 'model-a', maxOutputTokens: 256, estimatedCostUsd: null }]);
  expect(planned[0]!.estimatedInputTokens).toBeGreaterThan(3);
});

test('each call is announced once and recorded once, also when it fails', async () => {
  server.reply((_, index) => (index === 0 ? { status: 500 } : { text: 'fine' }));
  const planned: string[] = [];
  const records: ModelCallRecord[] = [];
  await modelOf({ baseUrl: server.url, fallbackModels: ['model-b'] }).request(
    ask({
      beforeCall: (call) => void planned.push(call.model),
      afterCall: (record) => void records.push(record),
    }),
  );
  expect(planned).toEqual(['model-a', 'model-b']);
  expect(records.map((record) => record.outcome)).toEqual(['server', 'ok']);
});

test('a price that is not known makes the cost unknown, never zero', async () => {
  server.reply({ text: 'priceless', usage: { input: 1_000_000, output: 1_000_000 } });
  const unknown = await modelOf({ provider: 'openai', baseUrl: server.url, model: 'mystery' }).request(ask());
  expect(unknown.totals.costUsd).toBeNull();
  const known = await modelOf({ provider: 'openai', baseUrl: server.url, model: 'gpt-4.1-mini' }).request(
    ask(),
  );
  expect(known.totals.costUsd).toBe(2);
  server.reply({ text: 'dear', usage: { input: 1_000_000, output: 1, cached: 400_000 } });
  const cached = await modelOf({ provider: 'openai', baseUrl: server.url, model: 'gpt-4.1-mini' }).request(
    ask(),
  );
  expect(cached.totals.costUsd).toBe(0.2800016);
});

test('a server that counts nothing is counted for', async () => {
  server.reply({ text: 'eight words that nobody has counted before now', usage: null });
  const result = await modelOf({ baseUrl: server.url }).request(ask());
  expect(result.totals.usage).toMatchObject({ outputTokens: 8, estimated: true });
  expect(result.totals.usage.inputTokens).toBeGreaterThan(3);
});

test('a call that was turned away costs nothing', async () => {
  server.reply({ status: 429 });
  const failure = await failureOf(modelOf({ baseUrl: server.url }).request(ask()));
  expect(failure.calls).toMatchObject([{ costUsd: 0, usage: { inputTokens: 0, outputTokens: 0 } }]);
});

test('reasoning counts as output and is not part of the text', async () => {
  server.reply({ reasoning: 'let me think', text: 'done', usage: { input: 9, output: 30, reasoning: 25 } });
  const result = await modelOf({ baseUrl: server.url }).request(ask());
  expect(result).toMatchObject({
    text: 'done',
    totals: { usage: { outputTokens: 30, reasoningTokens: 25 } },
  });
});

test('no more calls run at once than the key allows, and the rest wait their turn', async () => {
  let running = 0;
  let most = 0;
  server.reply((request) => {
    running += 1;
    most = Math.max(most, running);
    void request.closed.then(() => (running -= 1));
    return { text: 'one two three', frameDelayMs: 10 };
  });
  const model = modelOf({ baseUrl: server.url, concurrency: 3 });
  const answers = await Promise.all(Array.from({ length: 12 }, () => model.request(ask())));
  expect(answers).toHaveLength(12);
  expect(most).toBe(3);
});

test('a request that is canceled in the line leaves it and frees no place that it never had', async () => {
  server.reply((_, index) => (index === 0 ? { text: 'held', stallAfter: 1 } : { text: 'next' }));
  const model = modelOf({ baseUrl: server.url, concurrency: 1 });
  const first = new AbortController();
  const second = new AbortController();
  const held = failureOf(model.request(ask({ signal: first.signal })));
  const waiting = failureOf(model.request(ask({ signal: second.signal })));
  const last = model.request(ask());
  await waitUntil(() => Promise.resolve(server.seen.length === 1), { what: 'the first request' });
  second.abort();
  expect((await waiting).kind).toBe('canceled');
  first.abort();
  expect((await held).kind).toBe('canceled');
  await expect(last).resolves.toMatchObject({ text: 'next' });
});

test('what cannot be stored is cleaned from the text', async () => {
  server.reply({ text: 'nul \u0000 and half \ud83d a pair' });
  const result = await modelOf({ baseUrl: server.url }).request(ask());
  expect(result.text).toBe('nul  and half \ufffd a pair');
});

test('an answer of three megabytes arrives whole', async () => {
  const text = 'abcdefghij '.repeat(270_000).trim();
  server.reply((request) => ({
    status: 200,
    headers: { 'content-type': 'text/event-stream' },
    body: [
      { choices: [{ index: 0, delta: { content: text }, finish_reason: null }] },
      {
        choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
        usage: { prompt_tokens: 1, completion_tokens: 2 },
      },
    ]
      .map(
        (chunk) =>
          `data: ${JSON.stringify({ id: '1', created: 1, model: request.body['model'], ...chunk })}\n\n`,
      )
      .join(''),
  }));
  const result = await modelOf({ baseUrl: server.url }).request(ask());
  expect(result.text).toHaveLength(text.length);
});

test('equal requests have equal digests, different ones have not', async () => {
  const model = modelOf({ baseUrl: server.url });
  const [one, same, other] = await Promise.all([
    model.request(ask({ system: 'a' })),
    model.request(ask({ system: 'a' })),
    model.request(ask({ system: 'b' })),
  ]);
  expect(one!.promptDigest).toBe(same!.promptDigest);
  expect(one!.promptDigest).not.toBe(other!.promptDigest);
});

test('without a name the first model that the server lists is asked, and the ledger says which', async () => {
  const result = await modelOf({ baseUrl: server.url, model: 'auto' }).request(ask());
  expect(server.seen[0]!.body['model']).toBe('first-listed');
  expect(result).toMatchObject({ modelAsked: 'auto', modelUsed: 'first-listed' });
});

test('a list of models that cannot be had is a failure that may go away', async () => {
  const { url } = server;
  await server.close();
  const failure = await failureOf(modelOf({ baseUrl: url, model: 'auto' }).request(ask()));
  expect(failure).toMatchObject({ kind: 'network', retryable: true });
});

test('a reader of deltas that throws ends its own request and nothing else', async () => {
  server.reply({ text: 'one two three' });
  const model = modelOf({ baseUrl: server.url });
  const broken = ask({
    onDelta: () => {
      throw new RangeError('a broken reader');
    },
  });
  await expect(model.request(broken)).rejects.toThrow('a broken reader');
  await expect(model.request(ask())).resolves.toMatchObject({ text: 'one two three' });
});
