import { inRanges, type CronCalendar, type CronRule } from './cron.js';
import { offsetAt } from '../time-zone.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Temporal looks no further. */
const LAST_YEAR = 2100;

/**
 * The next moments of a rule, as Temporal's schedules find them, so that what is announced is what will happen.
 *
 * N1. A wall clock time that a change of the clocks leaves out does not come on that day.
 * N2. In the hour that comes twice, Temporal follows no simple rule. A time in it comes once or twice, by zone and by
 *     earlier times. That is followed here to the letter, and test/workflows/reports/schedule-times.test.ts compares
 *     it with the server.
 */
export function nextTimes(
  rule: CronRule,
  zone: string,
  { afterMs, count }: { readonly afterMs: number; readonly count: number },
): number[] {
  const times: number[] = [];
  for (let from = afterMs; times.length < count;) {
    const found = rule.map((calendar) => nextTime(calendar, zone, from)).filter((at) => at !== undefined);
    if (found.length === 0) return times;
    from = Math.min(...found);
    times.push(from);
  }
  return times;
}

function nextTime(calendar: CronCalendar, zone: string, afterMs: number): number | undefined {
  // Wall clock times are kept as if the zone were UTC.
  const wall = afterMs + offsetAt(zone, afterMs);
  let hour = floorTo(wall, HOUR_MS);
  let minute = Math.floor((wall - hour) / MINUTE_MS) + 1;
  let repeated = hourOf(afterMs - HOUR_MS + offsetAt(zone, afterMs - HOUR_MS)) === hourOf(wall);
  while (new Date(hour).getUTCFullYear() <= LAST_YEAR) {
    if (!isDayOf(calendar, hour)) {
      hour = floorTo(hour, DAY_MS) + DAY_MS;
      repeated = false;
    } else if (!inRanges(calendar.hour, hourOf(hour))) {
      hour += HOUR_MS;
      repeated = false;
    } else {
      const at = timeInHour(calendar, zone, { hour, from: minute });
      if (at !== undefined) return repeated ? at + HOUR_MS : at;
      const comesAgain = !repeated && instantOf(zone, hour + HOUR_MS) - instantOf(zone, hour) > HOUR_MS;
      if (!comesAgain) hour += HOUR_MS;
      repeated = comesAgain;
    }
    minute = 0;
  }
  return undefined;
}

/** The first moment in an hour of the wall clock, at its minute `from` or later. */
function timeInHour(
  calendar: CronCalendar,
  zone: string,
  { hour, from }: { readonly hour: number; readonly from: number },
): number | undefined {
  for (let minute = from; minute < 60; minute += 1) {
    if (!inRanges(calendar.minute, minute)) continue;
    const at = instantOf(zone, hour + minute * MINUTE_MS);
    // A time that does not exist is read as one in another hour: see N1.
    return hourOf(at + offsetAt(zone, at)) === hourOf(hour) ? at : undefined;
  }
  return undefined;
}

function isDayOf({ dayOfMonth, month, dayOfWeek }: CronCalendar, wall: number): boolean {
  const date = new Date(wall);
  return (
    inRanges(month, date.getUTCMonth() + 1) &&
    inRanges(dayOfMonth, date.getUTCDate()) &&
    inRanges(dayOfWeek, date.getUTCDay())
  );
}

/** The moment of a wall clock time. Of two it is the one that has the offset found by reading the time as if it were UTC. */
function instantOf(zone: string, wall: number): number {
  const first = wall - offsetAt(zone, wall);
  const offset = offsetAt(zone, first);
  return wall - offset;
}

function hourOf(wall: number): number {
  return new Date(wall).getUTCHours();
}

function floorTo(value: number, unit: number): number {
  return Math.floor(value / unit) * unit;
}
