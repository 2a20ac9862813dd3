import { retryAfterMs } from '../retry-after.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How webhooks are delivered. */
export interface WebhookPolicy {
  /** The wait before each further attempt; after the last one the delivery has failed. */
  readonly delaysMs: readonly number[];
  /** Each wait is this part longer or shorter, so that what failed together does not come back together. */
  readonly jitter: number;
  /** For everything: name, connection, answer. */
  readonly timeoutMs: number;
  /** The most that is read of an answer. */
  readonly maxAnswerBytes: number;
  /** Requests that one endpoint has in flight at most; one, while it is failing. */
  readonly atOnce: number;
  /** How long one activity takes up new deliveries. With the timeout it stays below the grace of a stopping worker. */
  readonly runMs: number;
  /** A delivery has failed after so long at an endpoint that nothing reached, whatever attempts are left. */
  readonly giveUpAfterMs: number;
  /** An endpoint that nothing reached for so long is disabled when a delivery has used up its attempts. */
  readonly disableAfterMs: number;
}

export const webhookPolicy: WebhookPolicy = {
  delaysMs: [
    5 * SECOND,
    30 * SECOND,
    2 * MINUTE,
    10 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    4 * HOUR,
    8 * HOUR,
    8 * HOUR,
  ],
  jitter: 0.2,
  timeoutMs: 15 * SECOND,
  maxAnswerBytes: 65_536,
  atOnce: 5,
  runMs: 4 * SECOND,
  // A queue that grows faster than a dead endpoint is tried would else never come to a last attempt.
  giveUpAfterMs: 3 * 24 * HOUR,
  disableAfterMs: 5 * 24 * HOUR,
};

/** The wait after the attempt of this number (1, 2, 3 …) failed; undefined when it was the last one. */
export function webhookDelayMs(
  policy: Pick<WebhookPolicy, 'delaysMs' | 'jitter'>,
  attempt: number,
  random: number,
): number | undefined {
  const delayMs = policy.delaysMs[attempt - 1];
  return delayMs === undefined
    ? undefined
    : Math.round(delayMs * (1 - policy.jitter + 2 * policy.jitter * random));
}

/** The outcome of an attempt. */
export interface AttemptOutcome {
  /** Absent when there was no answer. */
  readonly statusCode?: number;
  readonly error: AttemptError | null;
  /** Why it failed, for people. */
  readonly detail: string | null;
  /** The beginning of the answer. */
  readonly excerpt: string | null;
  readonly durationMs: number;
  /** The wait that the receiver asked for. */
  readonly retryAfterMs: number | null;
}

export const attemptErrors = [
  'status',
  'redirect',
  'gone',
  'timeout',
  'network',
  'unresolved',
  'forbidden',
  'secret_unreadable',
  'interrupted',
  'disabled',
] as const;
export type AttemptError = (typeof attemptErrors)[number];

/** Receivers that ask for a pause: too many requests, or down for maintenance. */
const pausing: readonly number[] = [429, 503];
const EXCERPT_CHARACTERS = 1_024;

export interface WebhookAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly durationMs: number;
}

/** Success is 2xx alone: a redirect is not followed, and every other answer may be another one later. */
export function outcomeOfAnswer(answer: WebhookAnswer, nowMs: number): AttemptOutcome {
  const { status, headers, durationMs } = answer;
  const error = errorOfStatus(status);
  return {
    statusCode: status,
    error,
    detail: error === null ? null : `the receiver answered ${status}`,
    excerpt: excerptOf(answer.text),
    durationMs,
    retryAfterMs: pausing.includes(status) ? retryAfterMs(headers, nowMs) : null,
  };
}

function errorOfStatus(status: number): AttemptError | null {
  if (status >= 200 && status < 300) return null;
  if (status === 410) return 'gone';
  return status >= 300 && status < 400 ? 'redirect' : 'status';
}

/** Somebody else's text: no control characters, and not more than is good for a log. */
function excerptOf(text: string): string {
  return Array.from(text.slice(0, 2 * EXCERPT_CHARACTERS), (each) =>
    /[^\P{C}\n\t]/u.test(each) ? '\uFFFD' : each,
  )
    .slice(0, EXCERPT_CHARACTERS)
    .join('');
}
