import { addDays, daysBetween } from './local-time.js';

/** Of a deadline that has passed. The others are days that are left. */
export const OVERDUE = -1;

export interface ThresholdRule {
  /** Days before the deadline, in any order. */
  readonly days: readonly number[];
  /** A passed deadline is notified too. */
  readonly overdue: boolean;
}

export const standardThresholds: ThresholdRule = { days: [30, 14, 7, 3, 1, 0], overdue: true };

/** How a deadline stands on one day. */
export interface DeadlineStanding {
  readonly daysLeft: number;
  /**
   * The threshold that is due now, unless it was sent before. Null is too far away, or overdue without a wish to
   * send.
   */
  readonly threshold: number | null;
  /** The day on which the next one falls due; null when there is none. */
  readonly nextOn: string | null;
}

/**
 * T1. The last reached threshold counts and makes up for those before it: a missed day gives a single notice.
 * T2. A threshold stays due until the next one is reached. The earlier deliveries show whether it was sent.
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
