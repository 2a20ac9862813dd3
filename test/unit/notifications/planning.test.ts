import fc from 'fast-check';
import { addDays } from '../../../src/domain/notifications/local-time.js';
import { planOffice, type OfficePlan } from '../../../src/domain/notifications/planning.js';
import type {
  DeadlineFacts,
  EarlierKey,
  OfficeFacts,
  StaffFacts,
} from '../../../src/domain/notifications/planning-facts.js';
import { standardThresholds } from '../../../src/domain/notifications/thresholds.js';

const AT = '2026-03-10T03:00:00Z';
const settings = { thresholds: standardThresholds, asOfMs: Date.parse(AT) };
const on = { enabled: true, muteUntil: null };

const staff = (more: Partial<StaffFacts> = {}): StaffFacts => ({
  id: 'stf_1',
  name: 'Aya',
  address: 'aya@example.test',
  language: 'ja',
  digest: true,
  quietHours: null,
  email: on,
  push: on,
  suppressed: null,
  subscriptionIds: ['psh_1'],
  ...more,
});
const deadline = (daysLeft: number, more: Partial<DeadlineFacts> = {}): DeadlineFacts => ({
  id: `ddl_${daysLeft}`,
  title: 'Fire inspection',
  dueOn: addDays('2026-03-10', daysLeft),
  critical: false,
  ...more,
});
const office = (more: Partial<OfficeFacts> = {}): OfficeFacts => ({
  id: 'off_1',
  name: 'Nakano',
  timeZone: 'Asia/Tokyo',
  staff: [staff()],
  deadlines: [deadline(7)],
  earlier: [],
  ...more,
});
const earlier = (more: Partial<EarlierKey> = {}): EarlierKey => ({
  deadlineId: 'ddl_7',
  recipient: 'stf_1',
  channel: 'email',
  threshold: 7,
  dueOn: '2026-03-17',
  deliveryId: 'dlv_1',
  status: 'sent',
  abandoned: false,
  ...more,
});
const planned = (plan: OfficePlan): string[] =>
  plan.messages.map(
    ({ channel, recipient, items }) => `${channel} ${recipient} ${items.map((i) => i.threshold).join('+')}`,
  );
const reasons = (plan: OfficePlan): string[] =>
  plan.exclusions.map(({ channel, reason }) => `${channel} ${reason}`);

test('everybody of the office is notified over each channel', () => {
  const plan = planOffice(
    office({ staff: [staff(), staff({ id: 'stf_2', subscriptionIds: [] })] }),
    settings,
  );
  expect(planned(plan)).toEqual(['email stf_1 7', 'push psh_1 7', 'email stf_2 7']);
  expect(reasons(plan)).toEqual(['push no_subscription']);
});

test('several deadlines are one message, or one each where the person wants no digest', () => {
  const deadlines = [deadline(7), deadline(1), deadline(20), deadline(-2)];
  expect(planned(planOffice(office({ deadlines }), settings))[0]).toBe('email stf_1 7+1+30+-1');
  const single = planOffice(
    office({ deadlines, staff: [staff({ digest: false, subscriptionIds: [] })] }),
    settings,
  );
  expect(planned(single)).toEqual(['email stf_1 7', 'email stf_1 1', 'email stf_1 30', 'email stf_1 -1']);
});

test.each<[string, Partial<StaffFacts>, Partial<EarlierKey> | null, string]>([
  ['a channel that is off', { email: { enabled: false, muteUntil: null } }, null, 'email channel_disabled'],
  ['an address that bounced', { suppressed: '550 no such user' }, null, 'email address_suppressed'],
  ['a mute', { email: { enabled: true, muteUntil: '2026-03-11T00:00:00Z' } }, null, 'email muted'],
  ['a message that was sent', {}, { status: 'sent' }, 'email already_sent'],
  ['a message that another run is about to send', {}, { status: 'planned' }, 'email already_planned'],
  ['a message that is under way', {}, { status: 'sending' }, 'email already_planned'],
  [
    'a message of a run that died in the middle of it',
    {},
    { status: 'sending', abandoned: true },
    'email outcome_unknown',
  ],
  ['a message whose end nobody knows', {}, { status: 'unknown' }, 'email outcome_unknown'],
  ['a message that was refused', {}, { status: 'failed' }, 'email failed_before'],
])('%s keeps the message back and says so', (_what, more, before, reason) => {
  const plan = planOffice(
    office({ staff: [staff(more)], earlier: before === null ? [] : [earlier(before)] }),
    settings,
  );
  expect(planned(plan)).toEqual(['push psh_1 7']);
  expect(reasons(plan)).toEqual([reason]);
});

test('messages that a run left behind or held until now are planned, in place of the earlier delivery', () => {
  for (const status of ['planned', 'held'] as const) {
    const [mail] = planOffice(office({ earlier: [earlier({ status, abandoned: true })] }), settings).messages;
    expect(mail).toMatchObject({ channel: 'email', replaces: ['dlv_1'], heldUntil: null });
  }
});

test('a mute that has passed keeps nothing back, and a critical deadline ignores one that has not', () => {
  const muted = (muteUntil: string): StaffFacts =>
    staff({ email: { enabled: true, muteUntil }, subscriptionIds: [] });
  expect(planned(planOffice(office({ staff: [muted(AT)] }), settings))).toEqual(['email stf_1 7']);
  const deadlines = [deadline(7), deadline(3, { critical: true })];
  const plan = planOffice(office({ staff: [muted('2030-01-01T00:00:00Z')], deadlines }), settings);
  expect(planned(plan)).toEqual(['email stf_1 3']);
});

test('quiet hours hold a message until they end, critical or not, and a held one is not planned again', () => {
  const sleeper = staff({ quietHours: { from: '11:00', to: '13:30' }, subscriptionIds: [] });
  const quiet = office({ staff: [sleeper], deadlines: [deadline(7, { critical: true })] });
  expect(planOffice(quiet, settings).messages[0]?.heldUntil).toBe('2026-03-10T04:30:00.000Z');
  const again = planOffice({ ...quiet, earlier: [earlier({ status: 'held' })] }, settings);
  expect([planned(again), reasons(again)]).toEqual([[], ['email held', 'push no_subscription']]);
});

test('a due date that moves makes its thresholds new', () => {
  expect(reasons(planOffice(office({ earlier: [earlier()] }), settings))).toEqual(['email already_sent']);
  const moved = planOffice(office({ earlier: [earlier({ dueOn: '2026-03-16' })] }), settings);
  expect(planned(moved)).toContain('email stf_1 7');
});

test('an office whose time zone does not exist cannot be planned', () => {
  expect(() => planOffice(office({ timeZone: 'Mars/Olympus' }), settings)).toThrow(RangeError);
});

test('planning again after everything was sent plans nothing, whatever the day and the preferences', () => {
  const people = fc.array(
    fc.record({ digest: fc.boolean(), email: fc.boolean(), push: fc.boolean(), devices: fc.nat(2) }),
    { minLength: 1, maxLength: 5 },
  );
  const days = fc.uniqueArray(fc.integer({ min: -5, max: 40 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(people, days, (persons, left) => {
      const facts = office({
        deadlines: left.map((each) => deadline(each)),
        staff: persons.map((person, index) =>
          staff({
            id: `stf_${index}`,
            digest: person.digest,
            email: { enabled: person.email, muteUntil: null },
            push: { enabled: person.push, muteUntil: null },
            subscriptionIds: Array.from({ length: person.devices }, (_, device) => `psh_${index}_${device}`),
          }),
        ),
      });
      const first = planOffice(facts, settings);
      const keys = first.messages.flatMap(({ channel, recipient, items }) =>
        items.map((item) => earlier({ ...item, channel, recipient })),
      );
      expect(new Set(keys.map((key) => `${key.deadlineId} ${key.recipient} ${key.channel}`)).size).toBe(
        keys.length,
      );
      expect(planOffice({ ...facts, earlier: keys }, settings).messages).toEqual([]);
    }),
  );
});
