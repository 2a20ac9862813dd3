import fc from 'fast-check';
import { addDays } from '../../../src/domain/notifications/local-time.js';
import { OVERDUE, standardThresholds, standingOf } from '../../../src/domain/notifications/thresholds.js';

const TODAY = '2026-03-10';
const dueIn = (days: number): string => addDays(TODAY, days);

test.each([
  [45, null, dueIn(15)],
  [30, 30, dueIn(16)],
  [29, 30, dueIn(15)],
  [14, 14, dueIn(7)],
  [6, 7, dueIn(3)],
  [2, 3, dueIn(1)],
  [1, 1, dueIn(1)],
  [0, 0, dueIn(1)],
  [-1, OVERDUE, null],
  [-400, OVERDUE, null],
])('with %i days left the threshold is %s and the next one falls due on %s', (days, threshold, nextOn) => {
  expect(standingOf(dueIn(days), TODAY, standardThresholds)).toMatchObject({
    daysLeft: days,
    threshold,
    nextOn,
  });
});

test('overdue deadlines are due only where the rule says so', () => {
  const rule = { days: [7], overdue: false };
  expect(standingOf(dueIn(-1), TODAY, rule).threshold).toBeNull();
  expect(standingOf(dueIn(7), TODAY, rule).nextOn).toBeNull();
});

const rules = fc.record({
  days: fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 8 }),
  overdue: fc.boolean(),
});

test('whatever days are missed, no threshold fires twice, and a later one never before an earlier one', () => {
  const looks = fc.uniqueArray(fc.integer({ min: -10, max: 70 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(rules, looks, (rule, daysLeft) => {
      const fired: number[] = [];
      for (const days of [...daysLeft].sort((left, right) => right - left)) {
        const { threshold } = standingOf(dueIn(days), TODAY, rule);
        if (threshold !== null && !fired.includes(threshold)) fired.push(threshold);
      }
      expect(fired).toEqual([...fired].sort((left, right) => right - left));
    }),
  );
});

test('looked at every day, each threshold fires exactly on its day', () => {
  fc.assert(
    fc.property(rules, (rule) => {
      const firedOn = new Map<number, number>();
      for (let days = 70; days >= -3; days -= 1) {
        const { threshold } = standingOf(dueIn(days), TODAY, rule);
        if (threshold !== null && !firedOn.has(threshold)) firedOn.set(threshold, days);
      }
      for (const [threshold, days] of firedOn) expect(days).toBe(threshold);
      expect(firedOn.size).toBe(rule.days.length + (rule.overdue ? 1 : 0));
    }),
  );
});
