import { ApplicationFailure } from '@temporalio/activity';
import { failureTypes } from '../../contracts/errors.js';
import { SourceError } from '../../contracts/sql/ports.js';

/** Why a statement was ended by us. */
export type StopReason = 'canceled' | 'timeout' | 'full' | 'ended' | 'unstored';

/** A statement's failure for the workflow: its origin decides whether it is retried. */
export function failureOf(error: unknown, stopped: StopReason | undefined, limitMs: number): unknown {
  switch (stopped) {
    case 'canceled':
      return ApplicationFailure.nonRetryable('It was canceled.', failureTypes.canceled);
    case 'timeout': {
      const message = `The statement was ended: it took longer than ${limitMs} ms.`;
      return ApplicationFailure.nonRetryable(message, failureTypes.sqlTimedOut);
    }
    case 'ended':
      return ApplicationFailure.nonRetryable('the run has ended', failureTypes.runEnded);
    case 'full':
    case 'unstored':
    case undefined:
      return error instanceof SourceError ? ofSource(error) : error;
  }
}

const types = {
  statement: failureTypes.sqlFailed,
  not_allowed: failureTypes.sqlNotAllowed,
  timeout: failureTypes.sqlTimedOut,
  resources: failureTypes.sqlLimitExceeded,
} as const;

function ofSource(error: SourceError): ApplicationFailure {
  const { fault, message } = error;
  if (fault === 'connection') {
    // Addresses and passwords stand in messages about connections: the details go to the dead letters alone.
    return ApplicationFailure.create({
      message: 'The data source could not be reached, or was lost while the statement ran.',
      type: failureTypes.dependencyUnavailable,
      cause: error,
    });
  }
  const text = `The database says: ${message}`;
  return ApplicationFailure.create({ message: text, type: types[fault], nonRetryable: true, cause: error });
}
