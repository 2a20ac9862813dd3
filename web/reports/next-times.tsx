import { parseCron } from '../../src/domain/reports/cron.js';
import { nextTimes } from '../../src/domain/reports/schedule-times.js';
import { isTimeZone } from '../../src/domain/time-zone.js';
import { shortDateTime } from '../app/format';
import { t } from '../app/i18n';

const COUNT = 3;

interface NextTimesProps {
  readonly cron: string;
  readonly timeZone: string;
}

/** The next moments of a rule while it is written, in its own time zone. */
export function NextTimes({ cron, timeZone }: NextTimesProps) {
  const times = timesOf(cron, timeZone.trim());
  if (times === undefined) return null;
  const words = t().schedules;
  return (
    <p class="note" role="status">
      {times.length === 0
        ? words.never
        : words.nextAre(times.map((at) => shortDateTime(new Date(at).toISOString(), timeZone.trim())))}
    </p>
  );
}

/** Nothing while the rule is not whole yet: its fault is said when it is saved. */
function timesOf(cron: string, timeZone: string): readonly number[] | undefined {
  if (!isTimeZone(timeZone)) return undefined;
  try {
    return nextTimes(parseCron(cron), timeZone, { afterMs: Date.now(), count: COUNT });
  } catch {
    return undefined;
  }
}
