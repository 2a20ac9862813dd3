/**
 * Failure types that cross Temporal as `ApplicationFailure.type`. They are protocol: never renamed, never taken
 * from a class name. Workflow code may import this file.
 */
export const failureTypes = {
  /** The input can never succeed. Not retried. */
  invalidInput: 'InvalidInput',
  /** A payload is over what Temporal takes. Not retried. */
  payloadTooLarge: 'PayloadTooLarge',
  /** The record that the work is about is gone. Not retried. */
  recordGone: 'RecordGone',
  /** A dependency is down or slow. Retried. */
  dependencyUnavailable: 'DependencyUnavailable',
  /** The retries of a step are used up; the run ends or waits for a person. */
  stepExhausted: 'StepExhausted',
  /** The next call of a session's step would pass its budget. A person raises it, finishes or stops. */
  budgetExhausted: 'BudgetExhausted',
  /** The work was abandoned by a decision, not by a fault. */
  canceled: 'Canceled',
  /** A statement of somebody's failed. Its message is the database's. Not retried. */
  sqlFailed: 'SqlFailed',
  /** The database refused a statement for what it may not do. Not retried. */
  sqlNotAllowed: 'SqlNotAllowed',
  /** A statement took longer than it may. Not retried. */
  sqlTimedOut: 'SqlTimedOut',
  /** A statement needs more memory, disk or width than it may. Not retried. */
  sqlLimitExceeded: 'SqlLimitExceeded',
  /** The run was ended from outside while its step was at work. Not retried. */
  runEnded: 'RunEnded',
  /**
   * An office of a notification run could not be served. Temporal does not retry it: the workflow does, beside the
   * others.
   */
  officeFailed: 'OfficeFailed',
  /** A try of a step took longer than it may. Retried. */
  stepTimedOut: 'StepTimedOut',
  /** The worker is stopped while a step is at work. Retried, and not counted as a try. */
  workerStopped: 'WorkerStopped',
  /** Temporal gave the step to another try. No worker reads it. */
  stepLost: 'StepLost',
} as const;

/** Failures that no retry of a job's step can help. */
export const hopelessFailures: readonly string[] = [
  failureTypes.invalidInput,
  failureTypes.payloadTooLarge,
  failureTypes.recordGone,
  failureTypes.runEnded,
];

/** The details of a step's last failure, which Temporal does not retry. A person may. */
export interface LastFailureDetails {
  readonly usedUp: true;
}
