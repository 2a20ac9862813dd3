import fc from 'fast-check';
import { inRanges, parseCron, type CronRule } from '../../../src/domain/reports/cron.js';
import { nextTimes } from '../../../src/domain/reports/schedule-times.js';

const MINUTE_MS = 60_000;

/** Every minute after a moment that a rule matches, on clocks that never change: looked at one after the other. */
function matching(rule: CronRule, offsetMinutes: number, afterMs: number, days: number): number[] {
  const found: number[] = [];
  const first = Math.floor(afterMs / MINUTE_MS) + 1;
  for (let minute = first; minute < first + days * 1_440; minute += 1) {
    const wall = new Date((minute + offsetMinutes) * MINUTE_MS);
    const matches = rule.some(
      (calendar) =>
        inRanges(calendar.minute, wall.getUTCMinutes()) &&
        inRanges(calendar.hour, wall.getUTCHours()) &&
        inRanges(calendar.dayOfMonth, wall.getUTCDate()) &&
        inRanges(calendar.month, wall.getUTCMonth() + 1) &&
        inRanges(calendar.dayOfWeek, wall.getUTCDay()),
    );
    if (matches) found.push(minute * MINUTE_MS);
  }
  return found;
}

const someOf = (min: number, max: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constant('*'),
    fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 3 }).map((list) => list.join(',')),
  );

test.each([
  ['UTC', 0],
  ['Asia/Tokyo', 540],
  ['Asia/Kolkata', 330],
  ['America/Phoenix', -420],
] as const)('in %s the next times are the minutes that match, in their order', (zone, offsetMinutes) => {
  const from = fc.integer({
    min: Date.parse('2026-01-01T00:00:00Z'),
    max: Date.parse('2027-01-01T00:00:00Z'),
  });
  const crons = fc
    .tuple(someOf(0, 59), someOf(0, 23), someOf(1, 31), someOf(1, 12), someOf(0, 6))
    .map((fields) => fields.join(' '));
  fc.assert(
    fc.property(crons, from, (cron, afterMs) => {
      const rule = parseCron(cron);
      const expected = matching(rule, offsetMinutes, afterMs, 3);
      const found = nextTimes(rule, zone, { afterMs, count: 5 });
      expect(found).toHaveLength(new Set(found).size);
      expect(found.filter((at) => at <= afterMs + 2 * 86_400_000)).toEqual(
        expected.filter((at) => at <= afterMs + 2 * 86_400_000).slice(0, 5),
      );
    }),
    { numRuns: 25 },
  );
});

test.each([
  ['0 0 29 2 *', 'UTC', '2026-01-01T00:00:00Z', ['2028-02-29T00:00:00.000Z', '2032-02-29T00:00:00.000Z']],
  ['0 0 30 2 *', 'UTC', '2026-01-01T00:00:00Z', []],
  ['0 0 1 1 *', 'UTC', '2099-06-01T00:00:00Z', ['2100-01-01T00:00:00.000Z']],
  // N1: on the 29th of March 2026 the clocks of Berlin go from two to three.
  [
    '30 2 * * *',
    'Europe/Berlin',
    '2026-03-28T12:00:00Z',
    ['2026-03-30T00:30:00.000Z', '2026-03-31T00:30:00.000Z'],
  ],
  // On the 4th of November 2035 the hour from one to two comes twice in New York.
  [
    '30 * * * *',
    'America/New_York',
    '2035-11-04T05:45:00Z',
    ['2035-11-04T06:30:00.000Z', '2035-11-04T07:30:00.000Z'],
  ],
  [
    '30 1 * * *',
    'America/New_York',
    '2035-11-04T05:00:00Z',
    ['2035-11-04T05:30:00.000Z', '2035-11-04T06:30:00.000Z'],
  ],
  [
    '30 1 * * *',
    'America/New_York',
    '2035-11-04T05:45:00Z',
    ['2035-11-04T06:30:00.000Z', '2035-11-05T06:30:00.000Z'],
  ],
  [
    '30 2 * * *',
    'America/New_York',
    '2035-11-04T06:10:00Z',
    ['2035-11-04T07:30:00.000Z', '2035-11-05T07:30:00.000Z'],
  ],
  [
    '30 0 5 * *',
    'America/New_York',
    '2035-11-04T06:10:00Z',
    ['2035-11-05T05:30:00.000Z', '2035-12-05T05:30:00.000Z'],
  ],
])('%s in %s after %s comes at %j', (cron, zone, from, expected) => {
  const found = nextTimes(parseCron(cron), zone, { afterMs: Date.parse(from), count: 2 });
  expect(found.map((at) => new Date(at).toISOString())).toEqual(expected);
});
