/** Every `step`-th number from `start` to `end`. */
export interface CronRange {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** A moment matches when all five fields do. Months count from 1, days of the week from 0, which is Sunday. */
export interface CronCalendar {
  readonly minute: readonly CronRange[];
  readonly hour: readonly CronRange[];
  readonly dayOfMonth: readonly CronRange[];
  readonly month: readonly CronRange[];
  readonly dayOfWeek: readonly CronRange[];
}

/** A moment matches when one of the calendars does. */
export type CronRule = readonly CronCalendar[];

export class CronError extends Error {
  override readonly name = 'CronError';
}

interface Field {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  /** The first is `min`. */
  readonly names?: readonly string[];
}

const fields = {
  minute: { label: 'minute', min: 0, max: 59 },
  hour: { label: 'hour', min: 0, max: 23 },
  dayOfMonth: { label: 'day of the month', min: 1, max: 31 },
  month: {
    label: 'month',
    min: 1,
    max: 12,
    names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  // 7 is Sunday too.
  dayOfWeek: {
    label: 'day of the week',
    min: 0,
    max: 7,
    names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
  },
} as const satisfies Record<keyof CronCalendar, Field>;

/**
 * Five fields: minute, hour, day of the month, month, day of the week. Each is `*`, numbers, names, `a-b`, `a,b`, or
 * `/n` after `*`, a range or a beginning. As ever with cron, of two restricted days one is enough. `0 9 1 * mon` is
 * each first and each Monday. Throws a `CronError` that says which field is wrong.
 */
export function parseCron(text: string): CronRule {
  const parts = text.trim().split(/\s+/);
  const [minute, hour, dayOfMonth, month, dayOfWeek] = parts;
  if (parts.length !== 5 || dayOfWeek === undefined) {
    throw new CronError('must have five fields: minute, hour, day of the month, month, day of the week');
  }
  const calendar: CronCalendar = {
    minute: parseField(minute, fields.minute),
    hour: parseField(hour, fields.hour),
    dayOfMonth: parseField(dayOfMonth, fields.dayOfMonth),
    month: parseField(month, fields.month),
    dayOfWeek: parseField(dayOfWeek, fields.dayOfWeek).flatMap(sundayFirst),
  };
  if (dayOfMonth?.startsWith('*') === true || dayOfWeek.startsWith('*')) return [calendar];
  return [
    { ...calendar, dayOfWeek: [{ start: 0, end: 6, step: 1 }] },
    { ...calendar, dayOfMonth: [{ start: 1, end: 31, step: 1 }] },
  ];
}

export function inRanges(ranges: readonly CronRange[], value: number): boolean {
  return ranges.some(
    ({ start, end, step }) => value >= start && value <= end && (value - start) % step === 0,
  );
}

function parseField(text: string | undefined, field: Field): CronRange[] {
  return (text ?? '').split(',').map((part) => parseRange(part, field));
}

function parseRange(text: string, field: Field): CronRange {
  const [, from = '', to, every] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d{1,2}))?$/.exec(text) ?? refuse(text, field);
  const step = every === undefined ? 1 : Number(every);
  if (step < 1 || (from === '*' && to !== undefined)) refuse(text, field);
  // `*` in days of the week ends with Saturday: 7 is another name of Sunday.
  if (from === '*') return { start: field.min, end: lastOf(field), step };
  const start = valueOf(from, field);
  const end = to === undefined ? (every === undefined ? start : field.max) : valueOf(to, field);
  return end < start ? refuse(text, field) : { start, end, step };
}

function lastOf({ min, max, names }: Field): number {
  return names === undefined ? max : min + names.length - 1;
}

function valueOf(text: string, field: Field): number {
  const named = field.names?.indexOf(text.toLowerCase()) ?? -1;
  if (named >= 0) return field.min + named;
  const value = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= field.min && value <= field.max ? value : refuse(text, field);
}

function refuse(text: string, { label, min, max, names }: Field): never {
  const allowed = names === undefined ? `${min}-${max}` : `${min}-${max} or ${names[0]}-${names.at(-1)}`;
  throw new CronError(`"${text.slice(0, 40)}" is no ${label} (${allowed})`);
}

/** A range that reaches 7 matches Sunday under its other number too. */
function sundayFirst(range: CronRange): CronRange[] {
  if (!inRanges([range], 7)) return [range];
  const sunday = { start: 0, end: 0, step: 1 };
  return range.start === 7 ? [sunday] : [{ ...range, end: 6 }, sunday];
}
