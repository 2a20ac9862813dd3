import fc from 'fast-check';
import {
  attemptErrors,
  outcomeOfAnswer,
  webhookDelayMs,
  webhookPolicy,
} from '../../../src/domain/webhooks/retry.js';

test('the policy of deliveries is the documented one', () => {
  expect(webhookPolicy).toEqual({
    delaysMs: [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800].map(
      (seconds) => seconds * 1_000,
    ),
    jitter: 0.2,
    timeoutMs: 15_000,
    maxAnswerBytes: 65_536,
    atOnce: 5,
    runMs: 4_000,
    giveUpAfterMs: 259_200_000,
    disableAfterMs: 432_000_000,
  });
});

test('a wait lies within its jitter, in whole milliseconds, and grows with chance', () => {
  const policy = { delaysMs: [1_000, 10_001], jitter: 0.25 };
  expect(webhookDelayMs(policy, 1, 0)).toBe(750);
  expect(webhookDelayMs(policy, 1, 1)).toBe(1_250);
  expect(webhookDelayMs(policy, 2, 0.5)).toBe(10_001);
  expect(webhookDelayMs(policy, 2, 0.1)).toBe(8_001);
  expect([0, 3].map((attempt) => webhookDelayMs(policy, attempt, 0.5))).toEqual([undefined, undefined]);
});

const answer = (status: number, text = '', headers: Record<string, string> = {}) => ({
  status,
  text,
  headers,
  durationMs: 12,
});

test('an answer is kept with its status, its beginning and its time', () => {
  expect(outcomeOfAnswer(answer(200, 'ok'), 0)).toEqual({
    statusCode: 200,
    error: null,
    detail: null,
    excerpt: 'ok',
    durationMs: 12,
    retryAfterMs: null,
  });
  expect(outcomeOfAnswer(answer(410, 'gone'), 0)).toMatchObject({
    error: 'gone',
    detail: 'the receiver answered 410',
    excerpt: 'gone',
  });
});

test('every answer has one judgement, by its status alone', () => {
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 599 }), (status) => {
      const class3 = status >= 300 && status <= 399;
      const expected =
        status === 410 ? 'gone' : class3 ? 'redirect' : status >= 200 && status <= 299 ? null : 'status';
      expect(outcomeOfAnswer(answer(status), 0).error).toBe(expected);
    }),
    {
      numRuns: 500,
      examples: [[199], [200], [299], [300], [399], [400], [410]].map(([status]) => [status!]),
    },
  );
});

test('only 429 and 503 ask for a pause', () => {
  const asking = Array.from({ length: 500 }, (_, index) => index + 100).filter(
    (status) => outcomeOfAnswer(answer(status, '', { 'retry-after': '2' }), 0).retryAfterMs !== null,
  );
  expect(asking).toEqual([429, 503]);
  expect(outcomeOfAnswer(answer(429, '', { 'retry-after': '2' }), 0).retryAfterMs).toBe(2_000);
});

test.each([
  ['a\nb\tc', 'a\nb\tc'],
  ['a\u0000b\u001bc\u202ed\r', 'a\ufffdb\ufffdc\ufffdd\ufffd'],
  ['日本', '日本'],
  ['x'.repeat(1_024), 'x'.repeat(1_024)],
  ['x'.repeat(1_025), 'x'.repeat(1_024)],
  ['👍'.repeat(1_100), '👍'.repeat(1_024)],
])('of a long or wild answer only its harmless beginning is kept', (text, excerpt) => {
  expect(outcomeOfAnswer(answer(500, text), 0).excerpt).toBe(excerpt);
});

test('the reasons of a failed attempt have these names', () => {
  expect(attemptErrors).toEqual([
    'status',
    'redirect',
    'gone',
    'timeout',
    'network',
    'unresolved',
    'forbidden',
    'secret_unreadable',
    'interrupted',
    'disabled',
  ]);
});
