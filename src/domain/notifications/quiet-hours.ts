import { addDays, localDateAt, localMinutesAt, momentOf } from './local-time.js';

/** Wall clock times of the office, `22:00` to `07:00`; the end is not quiet any more. Equal times are no quiet hours. */
export interface QuietHours {
  readonly from: string;
  readonly to: string;
}

/** When the quiet hours that hold at this moment end; undefined when none hold. */
export function quietUntil(quiet: QuietHours | null, zone: string, atMs: number): number | undefined {
  if (quiet === null) return undefined;
  const [from, to, now] = [minutesOf(quiet.from), minutesOf(quiet.to), localMinutesAt(zone, atMs)];
  const isQuiet = from <= to ? from <= now && now < to : now >= from || now < to;
  if (!isQuiet) return undefined;
  const today = localDateAt(zone, atMs);
  return momentOf(zone, now < to ? today : addDays(today, 1), to);
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
