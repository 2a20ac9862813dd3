import { activityInfo } from '@temporalio/activity';
import type { RunSessionStepInput } from '../../contracts/sessions/workflow.js';

export interface TryLimits {
  readonly maxRetries: number;
  readonly retryDelayMs: number;
  /** For the model, in one try. */
  readonly stepTimeoutMs: number;
}

const LONGEST_DELAY_MS = 60_000;

/** A step that an older workflow scheduled does not carry its limits; Temporal counts its attempts then, too. */
export function limitsOf({ limits }: RunSessionStepInput): TryLimits {
  if (limits !== undefined) return limits;
  const { retryPolicy, startToCloseTimeoutMs } = activityInfo();
  const maxRetries = Math.max(0, (retryPolicy?.maximumAttempts ?? 1) - 1);
  return { maxRetries, retryDelayMs: 1_000, stepTimeoutMs: startToCloseTimeoutMs };
}

/** Before the retry that follows so many failures. */
export function delayAfter(failures: number, { retryDelayMs }: TryLimits, askedMs: number | null): number {
  // Each wait is a little longer than asked, at random. A burst that was held off does not come back as a burst.
  if (askedMs !== null) return Math.round(askedMs * (1 + Math.random() / 5));
  return Math.max(retryDelayMs, Math.min(retryDelayMs * 2 ** (failures - 1), LONGEST_DELAY_MS));
}
