import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import { stepFailed } from '../../../src/workflows/sessions/step-failed.js';

const place = { stepId: 'step_1', phase: 2, step: 'EXECUTE', attempt: 3 } as const;
const of = (cause: Error): ActivityFailure =>
  new ActivityFailure('failed', 'runSessionStep', 'a', 'MAXIMUM_ATTEMPTS_REACHED' as never, 'w', cause);
const unknown = 'the step failed in a way that it could not report';

test.each<[string, unknown, string, string]>([
  [
    'our own failure',
    of(ApplicationFailure.nonRetryable('the model is gone', 'StepExhausted')),
    'StepExhausted',
    'the model is gone',
  ],
  [
    'our own failure without an activity',
    ApplicationFailure.nonRetryable('no', 'RecordGone'),
    'RecordGone',
    'no',
  ],
  ['a failure without a type', of(new ApplicationFailure('secret', null)), 'ApplicationFailure', unknown],
  ['a failure that a person gave', of(new ApplicationFailure('secret', '')), 'ApplicationFailure', unknown],
  [
    'a try that took too long',
    of(new TimeoutFailure('slow', undefined, 'HEARTBEAT' as never)),
    'StepTimedOut',
    'the step did not finish in time',
  ],
  ['any other error', of(new TypeError('secret')), 'TypeError', unknown],
  ['something that is no error', 'secret', 'UnknownFailure', unknown],
])('%s is a problem with a code and words for readers', (_what, error, code, message) => {
  expect(stepFailed(place, error)).toEqual({
    kind: 'step_failed',
    stepId: 'step_1',
    attempt: 3,
    problem: { phase: 2, step: 'EXECUTE', code, message },
  });
});
