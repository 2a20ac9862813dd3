import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { newWebhookSchema } from '../../../src/contracts/webhooks/webhook.js';
import {
  createWebhookSecrets,
  isWebhookSecret,
  newWebhookSecret,
  signWebhook,
} from '../../../src/crypto/webhook-secret.js';
import { eventOfRun, webhookBody } from '../../../src/domain/webhooks/body.js';
import { outcomeOfAnswer, webhookDelayMs, webhookPolicy } from '../../../src/domain/webhooks/retry.js';
import { webhookUrlProblem, type WebhookUrlRules } from '../../../src/domain/webhooks/url.js';

const strict: WebhookUrlRules = { allowHttp: false, allowLoopback: false, allowPrivate: false };

test.each([
  'nothing',
  'ftp://example.com/',
  'file:///etc/passwd',
  'http://example.com/',
  'https://user:word@example.com/',
  'https://example.com/#part',
  'https://127.0.0.1/',
  'https://2130706433/',
  'https://0x7f.1/',
  'https://0177.0.0.1/',
  'https://127.1/',
  'https://[::1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[::ffff:a9fe:a9fe]/',
  'https://10.0.0.1/',
  'https://169.254.169.254/latest/meta-data/',
  'https://192.168.1.1:8443/',
  'https://[fd00::1]/',
  'https://[fe80::1]/',
  'https://0.0.0.0/',
  'https://localhost/',
  'https://LOCALHOST./',
  'https://a.localhost/',
])('nothing is delivered to %s', (url) => {
  expect(webhookUrlProblem(url, strict)).toEqual(expect.any(String));
});

test.each([
  ['nothing', 'must be a URL'],
  ['ftp://example.com/', 'must begin with https://'],
  ['http://example.com/', 'must begin with https://'],
  ['https://user@example.com/', 'must not contain a user name or a password'],
  ['https://:word@example.com/', 'must not contain a user name or a password'],
  ['https://example.com/#part', 'must not contain a fragment'],
  ['https://127.0.0.1/', 'must not lead to this machine'],
  ['https://10.0.0.1/', 'must be a public address'],
])('the refusal of %s says that it %s', (url, problem) => {
  expect(webhookUrlProblem(url, strict)).toBe(problem);
});

test.each(['https://example.com/hook?a=b', 'https://93.184.216.34/', 'https://[2606:4700::1111]:8443/x'])(
  '%s may be a receiver',
  (url) => {
    expect(webhookUrlProblem(url, strict)).toBeUndefined();
  },
);

test('each exception has to be configured, and covers nothing else', () => {
  expect(webhookUrlProblem('http://example.com/', { ...strict, allowHttp: true })).toBeUndefined();
  expect(webhookUrlProblem('http://127.0.0.1:9/', { ...strict, allowHttp: true })).toBeDefined();
  expect(webhookUrlProblem('http://localhost:9/', { ...strict, allowLoopback: true })).toBeUndefined();
  expect(webhookUrlProblem('https://10.0.0.1/', { ...strict, allowLoopback: true })).toBeDefined();
  expect(webhookUrlProblem('https://10.0.0.1/', { ...strict, allowPrivate: true })).toBeUndefined();
  expect(webhookUrlProblem('http://10.0.0.1/', { ...strict, allowPrivate: true })).toBeDefined();
});

test('a delivery is tried for about a day, each wait a fifth shorter or longer', () => {
  const waits = webhookPolicy.delaysMs.map((_, index) => webhookDelayMs(webhookPolicy, index + 1, 0.5) ?? 0);
  const hours = waits.reduce((sum, wait) => sum + wait, 0) / 3_600_000;
  expect(hours).toBeGreaterThan(23);
  expect(hours).toBeLessThan(25);
  expect([0, 0.5, 1].map((random) => webhookDelayMs(webhookPolicy, 1, random))).toEqual([
    4_000, 5_000, 6_000,
  ]);
  expect(webhookDelayMs(webhookPolicy, waits.length + 1, 0.5)).toBeUndefined();
});

test('one activity and its last request end within the grace of a stopping worker', () => {
  expect(webhookPolicy.runMs + webhookPolicy.timeoutMs).toBeLessThan(20_000);
});

test.each([
  [200, null],
  [204, null],
  [299, null],
  [301, 'redirect'],
  [304, 'redirect'],
  [400, 'status'],
  [410, 'gone'],
  [429, 'status'],
  [500, 'status'],
])('an answer of %i is %s', (status, error) => {
  const answer = { status, headers: {}, text: '', durationMs: 1 };
  expect(outcomeOfAnswer(answer, 0).error).toBe(error);
});

test.each([
  [429, '120', 120_000],
  [503, 'Thu, 01 Jan 1970 00:01:00 GMT', 60_000],
  [503, '999999999', 3_600_000],
  [429, 'soon', null],
  [500, '120', null],
])('of %i, Retry-After: %s is a wait of %s', (status, header, wait) => {
  const answer = { status, headers: { 'retry-after': header }, text: '', durationMs: 1 };
  expect(outcomeOfAnswer(answer, 0).retryAfterMs).toBe(wait);
});

const event = {
  type: 'job.completed',
  at: '2026-01-02T03:04:05.123456Z',
  runId: 'job_1',
  kind: 'report',
  pos: 7,
};

test('an event is sent with its place, which its data cannot take', () => {
  const data = { result: { bytes: 3 }, pos: 'mine', runId: 'other' };
  expect(JSON.parse(webhookBody(eventOfRun({ ...event, data })))).toEqual({
    type: 'job.completed',
    timestamp: event.at,
    data: { pos: 7, at: event.at, runId: 'job_1', kind: 'report', result: { bytes: 3 } },
  });
});

test('an event that is too large is sent without its data, and says so', () => {
  const sent = eventOfRun({ ...event, data: { text: '日'.repeat(100_000) } });
  expect(sent.data).toEqual({ pos: 7, at: event.at, runId: 'job_1', kind: 'report', truncated: true });
});

test('an event of 262,144 bytes is sent whole, and one of a byte more is not', () => {
  const eventWith = (text: string): ReturnType<typeof eventOfRun> => eventOfRun({ ...event, data: { text } });
  const most = 262_144 - webhookBody(eventWith('')).length;
  expect(eventWith('x'.repeat(most)).data['truncated']).toBeUndefined();
  expect(eventWith('x'.repeat(most + 1)).data['truncated']).toBe(true);
});

test('two secrets give two signatures, and the reference implementation accepts either', () => {
  const [first, second] = [newWebhookSecret(), newWebhookSecret()];
  const headers = signWebhook({
    id: 'dlv_1',
    timestampMs: Date.now(),
    body: '{"a":"日"}',
    secrets: [first, second],
  });
  for (const secret of [first, second])
    expect(new Webhook(secret).verify('{"a":"日"}', headers)).toEqual({ a: '日' });
  expect(() => new Webhook(newWebhookSecret()).verify('{"a":"日"}', headers)).toThrow();
  expect(() => new Webhook(first).verify('{"a":"x"}', headers)).toThrow();
});

test.each([
  [`whsec_${randomBytes(24).toString('base64')}`, true],
  [`whsec_${randomBytes(64).toString('base64')}`, true],
  [`whsec_${randomBytes(23).toString('base64')}`, false],
  [`whsec_${randomBytes(65).toString('base64')}`, false],
  [randomBytes(32).toString('base64'), false],
  [`whsec_${randomBytes(32).toString('base64')} `, false],
  ['whsec_', false],
])('%s is a secret: %s', (secret, expected) => {
  expect(isWebhookSecret(secret)).toBe(expected);
});

test('a stored secret opens for its webhook alone, and under the signing secret of before as well', () => {
  const before = createWebhookSecrets({ current: 'the first signing secret of all' });
  const sealed = before.seal('whk_1', 'whsec_x');
  expect(sealed.toString('latin1')).not.toContain('whsec_x');
  expect(before.open('whk_1', sealed)).toBe('whsec_x');
  expect(before.open('whk_2', sealed)).toBeUndefined();
  const after = { current: 'the second signing secret', previous: 'the first signing secret of all' };
  expect(createWebhookSecrets(after).open('whk_1', sealed)).toBe('whsec_x');
  expect(createWebhookSecrets({ current: after.current }).open('whk_1', sealed)).toBeUndefined();
});

test('a webhook subscribes to names of events, and to all of them by a star', () => {
  const events = (names: string[]) =>
    newWebhookSchema.safeParse({ url: 'https://a.example/', events: names });
  expect(events(['job.failed', 'job.failed']).data?.events).toEqual(['job.failed']);
  expect(events(['job.failed', '*']).data?.events).toEqual(['*']);
  for (const names of [[], ['snapshot'], ['step.delta'], ['webhook.test'], ['nothing']])
    expect(events(names).success).toBe(false);
});
