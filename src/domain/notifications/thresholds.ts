import { addDays, daysBetween } from './local-time.js';

/** Of a deadline that has passed. The others are days that are left. */
export const OVERDUE = -1;

export interface ThresholdRule {
  /** Days before the deadline, in any order. */
  readonly days: readonly number[];
  /** Whether a deadline that has passed is told about. */
  readonly overdue: boolean;
}

export const standardThresholds: ThresholdRule = { days: [30, 14, 7, 3, 1, 0], overdue: true };

/** How a deadline stands on one day. */
export interface DeadlineStanding {
  readonly daysLeft: number;
  /** What is to be told now, unless it was told before; null: it is too far away, or overdue ones are not told. */
  readonly threshold: number | null;
  /** The day on which the next one falls due; null when there is none. */
  readonly nextOn: string | null;
}

/**
 * T1. Of the thresholds that have been reached the last one counts: those before it are made up for by it, so a missed day
 *     gives one notice and not several.
 * T2. A threshold stays due until the next one is reached. Whether it was told is for the earlier deliveries to say.
 */
export function standingOf(dueOn: string, today: string, rule: ThresholdRule): DeadlineStanding {
  const daysLeft = daysBetween(today, dueOn);
  const later = rule.days.filter((days) => days < daysLeft);
  const next = later.length > 0 ? Math.max(...later) : rule.overdue && daysLeft >= 0 ? OVERDUE : null;
  const nextOn = next === null ? null : addDays(dueOn, -next);
  if (daysLeft < 0) return { daysLeft, threshold: rule.overdue ? OVERDUE : null, nextOn };
  const reached = rule.days.filter((days) => days >= daysLeft);
  return { daysLeft, threshold: reached.length === 0 ? null : Math.min(...reached), nextOn };
}
