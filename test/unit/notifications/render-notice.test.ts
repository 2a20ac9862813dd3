import type { PlannedItem } from '../../../src/domain/notifications/planning.js';
import {
  pushUrgency,
  renderMail,
  renderPush,
  type NoticeFacts,
} from '../../../src/domain/notifications/render-notice.js';
import { outcomeOfMailFailure, outcomeOfPush } from '../../../src/domain/notifications/send-outcome.js';

const item = (daysLeft: number, title = 'Fire inspection'): PlannedItem => ({
  deadlineId: `ddl_${title}`,
  title,
  dueOn: '2026-03-17',
  daysLeft,
  threshold: daysLeft,
  critical: false,
});
const facts = (more: Partial<NoticeFacts> = {}): NoticeFacts => ({
  office: 'Nakano',
  name: 'Aya',
  language: 'en',
  items: [item(7)],
  links: { preferences: 'https://sluice.test/p/t', unsubscribe: 'https://sluice.test/u/t' },
  ...more,
});

test.each([
  ['en', 7, 'Fire inspection: due in 7 days'],
  ['en', 1, 'Fire inspection: due tomorrow'],
  ['en', 0, 'Fire inspection: due today'],
  ['en', -2, 'Fire inspection: overdue by 2 days'],
  ['ja', 7, '【期限まで7日】Fire inspection'],
  ['ja', 0, '【本日期限】Fire inspection'],
] as const)('in %s with %i days left the subject is %s', (language, daysLeft, subject) => {
  expect(renderMail(facts({ language, items: [item(daysLeft)] })).subject).toBe(subject);
});

test('a digest names every deadline, most pressing first, in text and HTML alike', () => {
  const mail = renderMail(facts({ items: [item(7, 'Later'), item(-1, 'Passed'), item(1, 'Soon')] }));
  expect(mail.subject).toBe('3 deadlines, the first overdue by 1 day: Passed');
  for (const body of [mail.text, mail.html]) {
    expect(['Passed', 'Soon', 'Later'].map((title) => body.indexOf(title))).toEqual(
      ['Passed', 'Soon', 'Later'].map((title) => body.indexOf(title)).sort((a, b) => a - b),
    );
    expect(body).toContain('https://sluice.test/p/t');
    expect(body).toContain('https://sluice.test/u/t');
  }
  expect(mail.html).toContain('prefers-color-scheme:dark');
});

test('of deadlines on one day the critical ones come first, then each in the order of its id', () => {
  const [first, second, third] = ['Boiler', 'Crane', 'Door'].map((title) => item(1, title));
  const urgent = { ...item(1, 'Lift'), critical: true };
  const items = [second!, third!, first!, urgent];
  for (const given of [items, items.toReversed()]) {
    const { text } = renderMail(facts({ items: given }));
    const places = ['Lift', 'Boiler', 'Crane', 'Door'].map((title) => text.indexOf(title));
    expect(places).toEqual(places.toSorted((left, right) => left - right));
  }
});

test('a title cannot add a header or markup', () => {
  const mail = renderMail(facts({ items: [item(7, '<script>x</script>\r\nBcc: all@example.test')] }));
  expect(mail.subject).not.toMatch(/[\r\n]/);
  expect(mail.html).not.toContain('<script>');
});

test('a push is a declarative message that wakes a device only when it is pressing', () => {
  expect(renderPush(facts({ language: 'ja' }))).toMatchObject({
    web_push: 8030,
    notification: { lang: 'ja', navigate: 'https://sluice.test/p/t' },
  });
  expect([pushUrgency([item(7)]), pushUrgency([item(7), item(1)])]).toEqual(['normal', 'high']);
});

const failure = {
  code: 'ECONNECTION',
  responseCode: undefined,
  response: undefined,
  command: 'CONN',
  messageLeft: false,
};

test.each([
  ['no answer, the message had not left', {}, 'unreachable'],
  ['no answer, the message had left whole', { messageLeft: true }, 'unknown'],
  ['550 to the recipient', { responseCode: 550, command: 'RCPT TO' }, 'refused'],
  ['450 to the recipient', { responseCode: 450, command: 'RCPT TO' }, 'again'],
  ['452 after the message', { responseCode: 452, command: 'DATA', messageLeft: true }, 'again'],
  ['554 after the message', { responseCode: 554, command: 'DATA', messageLeft: true }, 'refused'],
  ['421 in the middle', { responseCode: 421, command: 'MAIL FROM' }, 'unreachable'],
  ['535 to our password', { responseCode: 535, command: 'AUTH PLAIN' }, 'unreachable'],
])('%s means %s', (_what, more, kind) => {
  expect(outcomeOfMailFailure({ ...failure, ...more }).kind).toBe(kind);
});

test.each([
  [201, 'sent'],
  [404, 'refused'],
  [410, 'refused'],
  [413, 'refused'],
  [429, 'again'],
  [503, 'again'],
])('a push service that answers %i means %s', (status, kind) => {
  expect(outcomeOfPush({ status, retryAfterMs: 1_000, text: '' }).kind).toBe(kind);
});
