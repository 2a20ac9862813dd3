import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import { failureTypes } from '../../contracts/errors.js';

/** An activity found the run closed: further work would have no reader. */
export function hasRunEnded(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure && cause.type === failureTypes.runEnded;
}
