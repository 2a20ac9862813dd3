import fc from 'fast-check';
import {
  CronError,
  inRanges,
  parseCron,
  type CronCalendar,
  type CronRange,
} from '../../../src/domain/reports/cron.js';

const fieldNames = ['minute', 'hour', 'dayOfMonth', 'month', 'dayOfWeek'] as const;
const limits = {
  minute: [0, 59],
  hour: [0, 23],
  dayOfMonth: [1, 31],
  month: [1, 12],
  dayOfWeek: [0, 6],
} as const;

/** The numbers that a field matches, out of every number that could be asked for. */
function matched(ranges: readonly CronRange[]): number[] {
  return Array.from({ length: 101 }, (_, value) => value).filter((value) => inRanges(ranges, value));
}

function fieldOf(name: keyof CronCalendar, text: string): number[] {
  // A second day field that is `*` leaves one calendar, whose fields are all as they were written.
  const parts = fieldNames.map((each) => (each === name ? text : '*'));
  const rule = parseCron(parts.join(' '));
  expect(rule).toHaveLength(1);
  return matched(rule[0]![name]);
}

function numbers(from: number, to: number, step = 1): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
}

function problemOf(text: string): string {
  try {
    parseCron(text);
  } catch (error) {
    if (error instanceof CronError) return error.message;
    throw error;
  }
  return 'accepted';
}

test.each(fieldNames.map((name) => [name, ...limits[name]] as const))(
  'a star in the %s matches everything from %i to %i',
  (name, min, max) => {
    expect(fieldOf(name, '*')).toEqual(numbers(min, max));
    expect(fieldOf(name, '*/7')).toEqual(numbers(min, max, 7));
    expect(fieldOf(name, `${min}-${max}/2`)).toEqual(numbers(min, max, 2));
    expect(fieldOf(name, `${min},${max}`)).toEqual([min, max]);
  },
);

test.each<[keyof CronCalendar, string, number[]]>([
  ['minute', '5', [5]],
  ['minute', '05', [5]],
  ['minute', '5/20', [5, 25, 45]],
  ['minute', '10-30/10', [10, 20, 30]],
  ['minute', '30-30', [30]],
  ['hour', '9-17/4,23', [9, 13, 17, 23]],
  ['dayOfMonth', '28/2', [28, 30]],
  ['month', 'jan', [1]],
  ['month', 'Dec', [12]],
  ['month', 'oct-DEC', [10, 11, 12]],
  ['dayOfWeek', 'sun', [0]],
  ['dayOfWeek', 'sat', [6]],
  ['dayOfWeek', 'mon-fri', [1, 2, 3, 4, 5]],
  ['dayOfWeek', '7', [0]],
  ['dayOfWeek', '6-7', [0, 6]],
  ['dayOfWeek', '5-7/2', [0, 5]],
  ['dayOfWeek', '4-7/2', [4, 6]],
  ['dayOfWeek', '0-7', [0, 1, 2, 3, 4, 5, 6]],
  ['dayOfWeek', '3/2', [0, 3, 5]],
])('in the %s, %s matches %j', (name, text, expected) => {
  expect(fieldOf(name, text)).toEqual(expected);
});

test('each month and each day of the week has its name, in capitals too', () => {
  const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
  months.forEach((name, index) => {
    expect(fieldOf('month', name)).toEqual([index + 1]);
    expect(fieldOf('month', name.toUpperCase())).toEqual([index + 1]);
  });
  const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
  days.forEach((name, index) => expect(fieldOf('dayOfWeek', name)).toEqual([index]));
});

test('a list matches what one of its members matches, and the blanks around the fields do not count', () => {
  const minutes = fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { minLength: 1 });
  fc.assert(
    fc.property(minutes, (list) => {
      expect(fieldOf('minute', list.join(','))).toEqual([...list].sort((a, b) => a - b));
      expect(parseCron(`  ${list.join(',')} \t * *  * * `)).toEqual(parseCron(`${list.join(',')} * * * *`));
    }),
  );
});

test.each<[string, Partial<Record<keyof CronCalendar, number[]>>[]]>([
  [
    '0 9 1 * mon',
    [
      { dayOfMonth: [1], dayOfWeek: numbers(0, 6) },
      { dayOfMonth: numbers(1, 31), dayOfWeek: [1] },
    ],
  ],
  ['0 9 */10 * mon', [{ dayOfMonth: [1, 11, 21, 31], dayOfWeek: [1] }]],
  ['0 9 1 * */2', [{ dayOfMonth: [1], dayOfWeek: [0, 2, 4, 6] }]],
  ['0 9 1 * *', [{ dayOfMonth: [1], dayOfWeek: numbers(0, 6) }]],
  ['0 9 * * mon', [{ dayOfMonth: numbers(1, 31), dayOfWeek: [1] }]],
])('of the two days of %s the right ones are enough', (text, calendars) => {
  const found = parseCron(text).map(({ dayOfMonth, dayOfWeek }) => ({
    dayOfMonth: matched(dayOfMonth),
    dayOfWeek: matched(dayOfWeek),
  }));
  expect(found).toEqual(calendars);
  for (const calendar of parseCron(text))
    expect([matched(calendar.hour), matched(calendar.minute)]).toEqual([[9], [0]]);
});

const fiveFields = 'must have five fields: minute, hour, day of the month, month, day of the week';

test.each([
  ['', fiveFields],
  ['* * * *', fiveFields],
  ['* * * * * *', fiveFields],
  ['60 * * * *', '"60" is no minute (0-59)'],
  ['* 24 * * *', '"24" is no hour (0-23)'],
  ['* * 0 * *', '"0" is no day of the month (1-31)'],
  ['* * 32 * *', '"32" is no day of the month (1-31)'],
  ['* * * 0 *', '"0" is no month (1-12 or jan-dec)'],
  ['* * * 13 *', '"13" is no month (1-12 or jan-dec)'],
  ['* * * * 8', '"8" is no day of the week (0-7 or sun-sat)'],
  ['* * * * mon-sun', '"mon-sun" is no day of the week (0-7 or sun-sat)'],
  ['5-4 * * * *', '"5-4" is no minute (0-59)'],
  ['*/0 * * * *', '"*/0" is no minute (0-59)'],
  ['*-5 * * * *', '"*-5" is no minute (0-59)'],
  ['*/100 * * * *', '"*/100" is no minute (0-59)'],
  ['x*/5 * * * *', '"x*/5" is no minute (0-59)'],
  ['1-2-3 * * * *', '"1-2-3" is no minute (0-59)'],
  ['001 * * * *', '"001" is no minute (0-59)'],
  ['1x * * * *', '"1x" is no minute (0-59)'],
  ['x1 * * * *', '"x1" is no minute (0-59)'],
  ['1, * * * *', '"" is no minute (0-59)'],
  ['jan * * * *', '"jan" is no minute (0-59)'],
  ['* * * monday *', '"monday" is no month (1-12 or jan-dec)'],
  [`${'9'.repeat(50)} * * * *`, `"${'9'.repeat(40)}" is no minute (0-59)`],
])('%j is refused: %s', (text, problem) => {
  expect(problemOf(text)).toBe(problem);
});

test('a Sunday that is written as 7 leaves no empty range behind', () => {
  const sunday = { start: 0, end: 0, step: 1 };
  expect(parseCron('* * * * 7')[0]?.dayOfWeek).toEqual([sunday]);
  expect(parseCron('* * * * 6-7')[0]?.dayOfWeek).toEqual([{ start: 6, end: 6, step: 1 }, sunday]);
});

test('an error of a rule is known by its name', () => {
  expect(new CronError('x').name).toBe('CronError');
});

test('a range matches its beginning and its end, and every step between them', () => {
  fc.assert(
    fc.property(fc.nat(30), fc.nat(30), fc.integer({ min: 1, max: 9 }), (start, length, step) => {
      const range = { start, end: start + length, step };
      expect(matched([range])).toEqual(numbers(start, start + length, step));
    }),
  );
});
