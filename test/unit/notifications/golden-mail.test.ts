import type { PlannedItem } from '../../../src/domain/notifications/planning.js';
import { renderMail, renderPush, type NoticeFacts } from '../../../src/domain/notifications/render-notice.js';
import {
  outcomeOfMailFailure,
  outcomeOfPush,
  type MailFailure,
} from '../../../src/domain/notifications/send-outcome.js';
import { lookDelayMs, sendPolicy } from '../../../src/domain/notifications/send-policy.js';
import { goldenMails } from './golden-mails.js';

const item = (daysLeft: number, deadlineId: string, critical = false): PlannedItem => ({
  deadlineId,
  title: `Fire & <${deadlineId}>`,
  dueOn: '2026-03-17',
  daysLeft,
  threshold: daysLeft,
  critical,
});
const facts = (language: 'en' | 'ja', items: PlannedItem[]): NoticeFacts => ({
  office: 'Nakano & Co',
  name: 'Aya <A>',
  language,
  items,
  links: { preferences: 'https://sluice.test/p?a=1&b=2', unsubscribe: 'https://sluice.test/u?a=1&b=2' },
});
const many = [item(7, 'd'), item(0, 'b'), item(0, 'a'), item(0, 'c', true), item(-1, 'e'), item(1, 'f')];
const notices: Record<string, NoticeFacts> = {
  'many, in English': facts('en', many),
  'one, in English': facts('en', [item(-3, 'a', true)]),
  'many, in Japanese': facts('ja', many),
  'one, in Japanese': facts('ja', [item(-3, 'a', true)]),
  none: facts('en', []),
};

test.each(Object.keys(notices))('every word of a notice stays as it is: %s', (name) => {
  const notice = notices[name]!;
  expect({ mail: renderMail(notice), push: renderPush(notice) }).toEqual(goldenMails[name]);
});

test('a title of 120 characters stays whole, a longer one is cut with a sign of it, and so is a push of 800', () => {
  const titled = (title: string) => facts('en', [{ ...item(7, 'a'), title }]);
  const subjectOf = (title: string) => renderMail(titled(title)).subject;
  expect(subjectOf('x'.repeat(120))).toBe(`${'x'.repeat(120)}: due in 7 days`);
  expect(subjectOf('𠮷'.repeat(121))).toBe(`${'𠮷'.repeat(119)}…: due in 7 days`);
  expect(renderPush(titled('x'.repeat(900)))).toMatchObject({
    notification: { body: `${'x'.repeat(799)}…` },
  });
});

const silent: MailFailure = {
  code: 'ETIMEDOUT',
  responseCode: undefined,
  response: undefined,
  command: undefined,
  messageLeft: false,
};
const answered = (responseCode: number, command?: string): MailFailure => ({
  ...silent,
  responseCode,
  command,
  response: `${responseCode}  said\r\nso`,
  messageLeft: true,
});

test.each<[MailFailure, object]>([
  [silent, { kind: 'unreachable', error: 'the connection failed: ETIMEDOUT' }],
  [
    { ...silent, code: undefined, command: 'CONN' },
    { kind: 'unreachable', error: 'CONN: the connection failed: unknown' },
  ],
  [
    { ...silent, messageLeft: true },
    { kind: 'unknown', error: 'the connection failed: ETIMEDOUT' },
  ],
  [answered(500), { kind: 'unreachable', error: '500 said so' }],
  [answered(535, 'AUTH'), { kind: 'unreachable', error: 'AUTH: 535 said so' }],
  [answered(421, 'DATA'), { kind: 'unreachable', error: 'DATA: 421 said so' }],
  [answered(499, 'DATA'), { kind: 'again', error: 'DATA: 499 said so', afterMs: null }],
  [answered(450, 'MAIL FROM'), { kind: 'again', error: 'MAIL FROM: 450 said so', afterMs: null }],
  [answered(500, 'MAIL FROM'), { kind: 'refused', error: 'MAIL FROM: 500 said so', suppress: false }],
  [answered(500, 'RCPT TO'), { kind: 'refused', error: 'RCPT TO: 500 said so', suppress: true }],
  [
    { ...answered(550, 'DATA'), response: undefined },
    { kind: 'refused', error: 'DATA: ', suppress: false },
  ],
])('an exchange that ends with %j comes to %j', (failure, outcome) => {
  expect(outcomeOfMailFailure(failure)).toEqual(outcome);
});

test.each<[number, object]>([
  [200, { kind: 'sent' }],
  [299, { kind: 'sent' }],
  [199, { kind: 'refused', suppress: false }],
  [300, { kind: 'refused', suppress: false }],
  [404, { kind: 'refused', suppress: true }],
  [410, { kind: 'refused', suppress: true }],
  [411, { kind: 'refused', suppress: false }],
  [429, { kind: 'again', afterMs: 7 }],
  [499, { kind: 'refused', suppress: false }],
  [500, { kind: 'again', afterMs: 7 }],
])('the answer %i of a push service comes to %j', (status, outcome) => {
  const error = status < 300 && status >= 200 ? {} : { error: `the push service answered ${status}` };
  expect(outcomeOfPush({ status, retryAfterMs: 7, text: '' })).toEqual(Object.assign(error, outcome));
});

test('what a mail server or a push service says is kept to 300 characters', () => {
  const long = 'x'.repeat(400);
  const mail = outcomeOfMailFailure({ ...answered(550, 'DATA'), response: long });
  const push = outcomeOfPush({ status: 400, retryAfterMs: null, text: long });
  expect(mail).toMatchObject({ error: `DATA: ${'x'.repeat(294)}` });
  expect(push).toMatchObject({ error: `the push service answered 400 ${'x'.repeat(270)}` });
});

test('a sender looks twice as long each time, to ten seconds, and gives up after ten minutes', () => {
  expect([0, 1, 2, 5, 1_000].map((look) => lookDelayMs(sendPolicy, look))).toEqual([
    500, 1_000, 2_000, 10_000, 10_000,
  ]);
  expect(sendPolicy).toEqual({
    againDelaysMs: [1_000, 5_000, 20_000],
    longestPushWaitMs: 120_000,
    patienceMs: 600_000,
    lookMs: [500, 10_000],
  });
});
