import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import { errorOf } from '../../../src/workflows/runs/job-run.js';

const of = (cause: Error | undefined): ActivityFailure =>
  new ActivityFailure('secret', 'gatherSection', 'a', 'MAXIMUM_ATTEMPTS_REACHED', 'w', cause);
const spent = {
  code: 'step_failed',
  message: 'The step phases failed and its retries are used up.',
};

test.each<[string, Error | undefined, object]>([
  [
    'words that were written for the owner',
    ApplicationFailure.nonRetryable('no such session', 'RecordGone'),
    { code: 'record_gone', message: 'no such session' },
  ],
  ['any other failure', ApplicationFailure.nonRetryable('password=x', 'DatabaseError'), spent],
  ['a failure without a type', new ApplicationFailure('password=x', null), spent],
  ['a failure without a cause', undefined, spent],
  ['an error of the language', new Error('password=x'), spent],
  [
    'a step that took too long',
    new TimeoutFailure('password=x', undefined, 'START_TO_CLOSE'),
    { code: 'step_timed_out', message: 'The step phases did not finish in time.' },
  ],
])('a job that ended by %s says so to its owner', (_what, cause, error) => {
  expect(errorOf(of(cause), 'phases')).toEqual(error);
});
