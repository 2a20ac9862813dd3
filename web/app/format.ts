import { language } from './i18n';

const cache = new Map<string, unknown>();

/** Formatters are dear to make, and lists need hundreds of answers. */
function formatter<Kind>(key: string, make: (tag: string) => Kind): Kind {
  const tag = language.value;
  const name = `${tag}.${key}`;
  const known = cache.get(name) as Kind | undefined;
  if (known !== undefined) return known;
  const made = make(tag);
  cache.set(name, made);
  return made;
}

export function number(value: number): string {
  return formatter('number', (tag) => new Intl.NumberFormat(tag)).format(value);
}

export function compactNumber(value: number): string {
  const options = { notation: 'compact', maximumFractionDigits: 1 } as const;
  return formatter('compact', (tag) => new Intl.NumberFormat(tag, options)).format(value);
}

export function percent(share: number): string {
  const options = { style: 'percent', maximumFractionDigits: 1 } as const;
  return formatter('percent', (tag) => new Intl.NumberFormat(tag, options)).format(share);
}

export function money(usd: number): string {
  const digits = usd !== 0 && Math.abs(usd) < 0.1 ? 4 : 2;
  const options = { style: 'currency', currency: 'USD', maximumFractionDigits: digits } as const;
  return formatter(`usd${digits}`, (tag) => new Intl.NumberFormat(tag, options)).format(usd);
}

export function bytes(value: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const step = Math.min(units.length - 1, value < 1_000 ? 0 : Math.floor(Math.log10(value) / 3));
  const unit = units[step]!;
  const options = { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 } as const;
  return formatter(unit, (tag) => new Intl.NumberFormat(tag, options)).format(value / 1_000 ** step);
}

export function dateTime(at: string): string {
  const options = { dateStyle: 'medium', timeStyle: 'medium' } as const;
  return formatter('dateTime', (tag) => new Intl.DateTimeFormat(tag, options)).format(new Date(at));
}

/** In the reader's own time zone, or in the given one. A year that is not this one is named. */
export function shortDateTime(at: string, timeZone?: string): string {
  const write = (options: Intl.DateTimeFormatOptions, ms: number | Date): string =>
    formatter(
      JSON.stringify([options, timeZone]),
      (tag) => new Intl.DateTimeFormat(tag, { ...options, timeZone }),
    ).format(ms);
  const year = { year: 'numeric' } as const;
  const date = new Date(at);
  const isThisYear = write(year, date) === write(year, Date.now());
  const options = { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' } as const;
  return write(isThisYear ? options : { ...year, ...options }, date);
}

export function clockTime(at: string): string {
  const options = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
  return formatter('clockTime', (tag) => new Intl.DateTimeFormat(tag, options)).format(new Date(at));
}

/** The time of a moment of today; of an earlier one with its day. */
export function moment(ms: number, nowMs: number): string {
  const at = new Date(ms);
  const isToday = at.toDateString() === new Date(nowMs).toDateString();
  return isToday ? clockTime(at.toISOString()) : shortDateTime(at.toISOString());
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "3 minutes ago", "in 2 hours": one unit is enough to know where one is. */
export function relative(at: string | number, nowMs: number): string {
  const ms = new Date(at).getTime() - nowMs;
  const format = formatter(
    'relative',
    (tag) => new Intl.RelativeTimeFormat(tag, { numeric: 'auto', style: 'short' }),
  );
  const size = Math.abs(ms);
  if (size < 45 * SECOND) return format.format(Math.round(Math.min(0, ms) / SECOND / 10) * 10, 'second');
  if (size < 45 * MINUTE) return format.format(Math.round(ms / MINUTE), 'minute');
  if (size < 22 * HOUR) return format.format(Math.round(ms / HOUR), 'hour');
  return format.format(Math.round(ms / DAY), 'day');
}

/** Two units at most: "1.2 s", "3 m 20 s", "2 h 5 m", "3 d 4 h". */
export function duration(ms: number): string {
  if (ms < SECOND) return parts([[Math.max(0, Math.round(ms)), 'millisecond']]);
  if (ms < 10 * SECOND) return parts([[Math.round(ms / 100) / 10, 'second']]);
  if (ms < MINUTE) return parts([[Math.round(ms / SECOND), 'second']]);
  if (ms < HOUR)
    return parts([
      [Math.floor(ms / MINUTE), 'minute'],
      [Math.floor((ms % MINUTE) / SECOND), 'second'],
    ]);
  if (ms < DAY)
    return parts([
      [Math.floor(ms / HOUR), 'hour'],
      [Math.floor((ms % HOUR) / MINUTE), 'minute'],
    ]);
  return parts([
    [Math.floor(ms / DAY), 'day'],
    [Math.floor((ms % DAY) / HOUR), 'hour'],
  ]);
}

function parts(units: [number, string][]): string {
  const shown = units.filter(([value], place) => place === 0 || value > 0);
  return shown
    .map(([value, unit]) => {
      const options = { style: 'unit', unit, maximumFractionDigits: 1 } as const;
      return formatter(`duration.${unit}`, (tag) => {
        // Japanese has no short words of its own for them: narrow ones are English letters.
        const unitDisplay = tag.startsWith('ja') ? 'short' : 'narrow';
        return new Intl.NumberFormat(tag, { ...options, unitDisplay });
      }).format(value);
    })
    .join(' ');
}
