import { describeFiring } from '../../../src/domain/runs/describe-firing.js';

test('a firing says which job it started, or why there is none', () => {
  expect(describeFiring({ outcome: 'started', jobId: 'job_1' })).toBe('**started** job_1');
  expect(describeFiring({ outcome: 'skipped', reason: 'the last one runs' })).toBe(
    '**skipped**: the last one runs',
  );
  expect(describeFiring({ outcome: 'gone' })).toBe('**skipped**: the schedule is no more');
});
