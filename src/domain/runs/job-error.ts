/** The last failure of a step, as its workflow saw it. */
export interface StepFailure {
  readonly step: string;
  /** Null when Temporal made the failure. The type is from contracts/errors.ts when the failure is one of ours. */
  readonly cause: { readonly type?: string | null | undefined; readonly message: string } | null;
  readonly timedOut: boolean;
}

/**
 * Failures whose message was written for the job's owner. Any other message may hold SQL, a path or a secret: it stays
 * in the dead letters, for administrators.
 */
const speakable: Readonly<Record<string, string>> = {
  InvalidInput: 'invalid_input',
  PayloadTooLarge: 'payload_too_large',
  RecordGone: 'record_gone',
  DependencyUnavailable: 'dependency_unavailable',
  SqlFailed: 'sql_failed',
  SqlNotAllowed: 'sql_not_allowed',
  SqlTimedOut: 'sql_timeout',
  SqlLimitExceeded: 'sql_limit_exceeded',
};

export function jobErrorOf({ step, cause, timedOut }: StepFailure): { code: string; message: string } {
  const code = speakable[cause?.type ?? ''];
  if (cause !== null && code !== undefined) return { code, message: cause.message };
  if (timedOut) return { code: 'step_timed_out', message: `The step ${step} did not finish in time.` };
  return { code: 'step_failed', message: `The step ${step} failed and its retries are used up.` };
}
