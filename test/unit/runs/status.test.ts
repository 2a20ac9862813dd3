import fc from 'fast-check';
import {
  canBecome,
  finalStatuses,
  isFinal,
  jobStateOf,
  jobStates,
  runStatuses,
  statusesOfJobState,
} from '../../../src/domain/runs/status.js';

const status = fc.constantFrom(...runStatuses);

test('a finished run becomes nothing else, whatever is asked', () => {
  fc.assert(
    fc.property(fc.constantFrom(...finalStatuses), status, (from, to) => {
      expect(canBecome(from, to)).toBe(false);
    }),
  );
});

test('whatever sequence of changes is asked for, at most one final status is reached and nothing goes back to the queue', () => {
  fc.assert(
    fc.property(fc.array(status, { maxLength: 30 }), (wanted) => {
      const taken = wanted.reduce<(typeof runStatuses)[number][]>(
        (path, to) => (canBecome(path.at(-1) ?? 'queued', to) ? [...path, to] : path),
        ['queued'],
      );
      expect(taken.filter(isFinal).length).toBeLessThanOrEqual(1);
      const left = taken.findIndex((each) => each !== 'queued');
      expect(left === -1 || !taken.slice(left).includes('queued')).toBe(true);
    }),
  );
});

test('of all statuses a queued run alone may be queued', () => {
  expect(runStatuses.filter((from) => canBecome(from, 'queued'))).toEqual(['queued']);
});

test('an open run can always be ended', () => {
  for (const from of runStatuses.filter((each) => !isFinal(each))) {
    expect(finalStatuses.every((to) => canBecome(from, to))).toBe(true);
  }
});

test('the states of a job divide the statuses among them, and the final ones are the ended ones', () => {
  expect(jobStates.flatMap(statusesOfJobState).sort()).toEqual([...runStatuses].sort());
  for (const each of runStatuses) {
    expect(['SUCCESS', 'FAILED', 'CANCELED'].includes(jobStateOf(each))).toBe(isFinal(each));
  }
});
