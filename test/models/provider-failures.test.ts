import type { ModelErrorKind } from '../../src/models/error-kind.js';
import type { ModelReply } from '../support/models/reply.js';
import { ask, failureOf, modelOf, useModelServer, wires } from './fixture.js';

const server = useModelServer();
const words = 'one two three four five six seven eight';

interface Case {
  readonly when: string;
  readonly reply: ModelReply;
  readonly kind: ModelErrorKind;
  readonly retryAfterMs?: number;
}

const error = (type: string, code?: string): string =>
  JSON.stringify({ type: 'error', error: { type, code, message: 'told by the provider' } });

const cases: readonly Case[] = [
  {
    when: '429 without a wait',
    reply: { status: 429, body: error('rate_limit_error') },
    kind: 'rate_limited',
  },
  {
    when: '429 with Retry-After in seconds',
    reply: { status: 429, headers: { 'retry-after': '7' } },
    kind: 'rate_limited',
    retryAfterMs: 7_000,
  },
  {
    when: '429 with a wait in milliseconds',
    reply: { status: 429, headers: { 'retry-after-ms': '1250', 'retry-after': '2' } },
    kind: 'rate_limited',
    retryAfterMs: 1_250,
  },
  {
    when: '429 for an empty account',
    reply: { status: 429, body: error('insufficient_quota', 'insufficient_quota') },
    kind: 'auth',
  },
  {
    when: '529 with Retry-After',
    reply: { status: 529, headers: { 'retry-after': '30' }, body: error('overloaded_error') },
    kind: 'overloaded',
    retryAfterMs: 30_000,
  },
  { when: '503', reply: { status: 503, body: 'upstream is gone' }, kind: 'overloaded' },
  { when: '500', reply: { status: 500, body: '<html>oh no</html>' }, kind: 'server' },
  { when: '408', reply: { status: 408 }, kind: 'server' },
  { when: '400', reply: { status: 400, body: error('invalid_request_error') }, kind: 'invalid_request' },
  {
    when: '400 by a content filter',
    reply: { status: 400, body: error('x', 'content_filter') },
    kind: 'refused',
  },
  { when: '401', reply: { status: 401, body: error('authentication_error') }, kind: 'auth' },
  { when: '404', reply: { status: 404, body: error('not_found_error') }, kind: 'invalid_request' },
  {
    when: '307 to elsewhere',
    reply: { status: 307, headers: { location: 'http://127.0.0.1:9/' } },
    kind: 'invalid_request',
  },
  {
    when: 'a page instead of a stream',
    reply: { status: 200, body: '<html>welcome</html>' },
    kind: 'network',
  },
  { when: 'an upgrade instead of an answer', reply: { upgrade: true }, kind: 'server' },
  { when: 'the socket breaks in the middle', reply: { text: words, cutAfter: 5 }, kind: 'network' },
  { when: 'the socket breaks at once', reply: { text: words, cutAfter: 0 }, kind: 'network' },
  { when: 'the stream ends early but cleanly', reply: { text: words, endAfter: 5 }, kind: 'network' },
  { when: 'garbage in the stream', reply: { text: words, garbageAfter: 4 }, kind: 'server' },
  {
    when: 'an overload reported in the stream',
    reply: { text: words, errorAfter: { frames: 4, type: 'overloaded_error', message: 'busy' } },
    kind: 'overloaded',
  },
  {
    when: 'a rate limit reported in the stream',
    reply: { text: words, errorAfter: { frames: 4, type: 'rate_limit_error', message: 'slow down' } },
    kind: 'rate_limited',
  },
  { when: 'the model refuses', reply: { refusal: 'I will not help.' }, kind: 'refused' },
  { when: 'a filter stops the text', reply: { text: words, finish: 'refused' }, kind: 'refused' },
  { when: 'the text reaches its limit', reply: { text: words, finish: 'length' }, kind: 'length' },
  { when: 'nothing is said', reply: { text: '' }, kind: 'server' },
];

const retryable: readonly ModelErrorKind[] = ['rate_limited', 'overloaded', 'server', 'network', 'stalled'];

describe.each(wires)('over %s', (provider) => {
  test.each(cases)('$when: $kind', async ({ reply, kind, retryAfterMs }) => {
    server.reply(reply);
    const failure = await failureOf(modelOf({ provider, baseUrl: server.url }).request(ask()));
    expect(failure).toMatchObject({
      kind,
      retryable: retryable.includes(kind),
      retryAfterMs: retryAfterMs ?? null,
    });
    expect(server.seen).toHaveLength(1);
    expect(failure.calls).toMatchObject([{ outcome: kind, provider, modelAsked: 'model-a' }]);
  });

  test('a wait given as a date counts from now', async () => {
    const inAMinute = new Date(Date.now() + 60_000).toUTCString();
    server.reply({ status: 429, headers: { 'retry-after': inAMinute } });
    const failure = await failureOf(modelOf({ provider, baseUrl: server.url }).request(ask()));
    expect(failure.retryAfterMs).toBeGreaterThan(50_000);
    expect(failure.retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  test('a stream that falls silent is cut by the idle timeout and its socket closed', async () => {
    server.reply({ text: words, stallAfter: 5 });
    const failure = await failureOf(
      modelOf({ provider, baseUrl: server.url, idleTimeoutMs: 150 }).request(ask()),
    );
    expect(failure).toMatchObject({ kind: 'stalled', retryable: true });
    expect(failure.partialText).not.toBe('');
    await expect(server.seen[0]!.closed).resolves.toBe('client');
  });

  test('comments keep a thinking model alive until the total limit', async () => {
    server.reply({ keepAliveMs: 40 });
    const failure = await failureOf(
      modelOf({ provider, baseUrl: server.url, idleTimeoutMs: 300, timeoutMs: 900 }).request(ask()),
    );
    expect(failure.message).toContain('took longer than 900 ms');
    expect(failure.kind).toBe('stalled');
  });

  test('an answer in single bytes is put together whole', async () => {
    server.reply({ text: 'slow but 完全 🙂', dripMs: 0 });
    const result = await modelOf({ provider, baseUrl: server.url }).request(ask());
    expect(result.text).toBe('slow but 完全 🙂');
  });

  test('canceling closes the socket at the provider', async () => {
    server.reply({ text: words, stallAfter: 6 });
    const cancel = new AbortController();
    const answer = modelOf({ provider, baseUrl: server.url }).request(
      ask({ signal: cancel.signal, onDelta: () => cancel.abort() }),
    );
    const failure = await failureOf(answer);
    expect(failure).toMatchObject({ kind: 'canceled', retryable: false });
    await expect(server.seen[0]!.closed).resolves.toBe('client');
  });

  test('a request that was canceled before it began reaches no provider', async () => {
    const answer = modelOf({ provider, baseUrl: server.url }).request(ask({ signal: AbortSignal.abort() }));
    expect((await failureOf(answer)).kind).toBe('canceled');
    expect(server.seen).toHaveLength(0);
  });
});

test('a provider that nobody listens at is a network failure', async () => {
  const { url } = server;
  await server.close();
  const failure = await failureOf(modelOf({ baseUrl: url }).request(ask()));
  expect(failure).toMatchObject({ kind: 'network', retryable: true });
});

test('an absurd wait is not believed', async () => {
  server.reply({ status: 429, headers: { 'retry-after': '99999999' } });
  const failure = await failureOf(modelOf({ baseUrl: server.url }).request(ask()));
  expect(failure.retryAfterMs).toBe(3_600_000);
});

test('an answer that never ends is ended', async () => {
  server.reply({
    status: 200,
    headers: { 'content-type': 'text/event-stream' },
    body: 'x'.repeat(40_000_000),
  });
  const failure = await failureOf(modelOf({ baseUrl: server.url }).request(ask()));
  expect(failure).toMatchObject({ kind: 'server', message: 'the answer of the provider does not end' });
});
