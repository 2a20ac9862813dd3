import { keepShown, shownMessage } from '../../../src/domain/notifications/drift.js';
import type { OfficePlan, PlannedMessage } from '../../../src/domain/notifications/planning.js';
import type { StaffFacts } from '../../../src/domain/notifications/planning-facts.js';

const on = { enabled: true, muteUntil: null };
const person = (id: string): StaffFacts => ({
  id,
  name: id,
  address: `${id}@example.test`,
  language: 'en',
  digest: true,
  quietHours: null,
  email: on,
  push: on,
  suppressed: null,
  subscriptionIds: [],
});
const message = (id: string, title = 'Tax', daysLeft = 7): PlannedMessage => ({
  staff: person(id),
  channel: 'email',
  recipient: id,
  items: [{ deadlineId: 'ddl_1', title, dueOn: '2026-03-17', daysLeft, threshold: 7, critical: false }],
  heldUntil: null,
  replaces: [],
});
const plan = (messages: PlannedMessage[], more: Partial<OfficePlan> = {}): OfficePlan => ({
  today: '2026-03-10',
  standings: [],
  messages,
  exclusions: [],
  ...more,
});

test('what is as it was shown is sent, even where a day less is left', () => {
  const shown = [message('stf_1'), message('stf_2')].map(shownMessage);
  const kept = keepShown(plan([message('stf_1', 'Tax', 6), message('stf_2')]), shown);
  expect(kept.drift).toEqual([]);
  expect(kept.plan.messages).toHaveLength(2);
});

test('what changed, came or went since is named and not sent', () => {
  const shown = [message('stf_1'), message('stf_2'), message('stf_3')].map(shownMessage);
  const now = plan([message('stf_1', 'Tax, moved'), message('stf_4')], {
    exclusions: [
      {
        staffId: 'stf_2',
        deadlineId: 'ddl_1',
        channel: 'email',
        threshold: 7,
        reason: 'muted',
        detail: null,
      },
    ],
  });
  const { plan: kept, drift } = keepShown(now, shown);
  expect(kept.messages).toEqual([]);
  expect(drift.map(({ kind, staffId, reason }) => [kind, staffId, reason])).toEqual([
    ['changed', 'stf_1', 'changed_since_plan'],
    ['added', 'stf_4', 'not_in_plan'],
    ['dropped', 'stf_2', 'muted'],
    ['dropped', 'stf_3', 'no_longer_due'],
  ]);
});

test.each([
  ['changed', 'stf_1', 'changed_since_plan'],
  ['added', 'stf_4', 'not_in_plan'],
])('a message that was %s is excluded with its reason', (_kind, staffId, reason) => {
  const { plan: kept } = keepShown(plan([message(staffId, 'Tax, moved')]), [shownMessage(message('stf_1'))]);
  expect(kept.exclusions).toMatchObject([{ staffId, deadlineId: 'ddl_1', channel: 'email', reason }]);
});
