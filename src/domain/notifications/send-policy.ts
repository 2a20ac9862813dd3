/** How long and how often the sender tries. A single object, so that a test can sit the waits out. */
export interface SendPolicy {
  /** Waits before the tries after the first, for a recipient whose server says later. */
  readonly againDelaysMs: readonly number[];
  /** The longest a push service may ask us to wait before the message is given up. */
  readonly longestPushWaitMs: number;
  /** How long a server that does not answer at all is waited for, before the office fails. */
  readonly patienceMs: number;
  /** Between looks at a server that does not answer; it grows to the second. */
  readonly lookMs: readonly [first: number, longest: number];
}

export const sendPolicy: SendPolicy = {
  againDelaysMs: [1_000, 5_000, 20_000],
  longestPushWaitMs: 120_000,
  patienceMs: 600_000,
  lookMs: [500, 10_000],
};

export function lookDelayMs({ lookMs: [first, longest] }: SendPolicy, look: number): number {
  return Math.min(longest, first * 2 ** Math.min(look, 20));
}
