import { isFinalEvent } from '../../../src/contracts/event-data.js';
import { startOfReading } from '../../../src/domain/runs/event-start.js';

test.each([
  ['new, while it runs', { lastPos: 4, finished: false }, undefined, { kind: 'snapshot', after: 4 }],
  [
    'new, before anything happened',
    { lastPos: 0, finished: false },
    undefined,
    { kind: 'snapshot', after: 0 },
  ],
  ['new, when it is finished', { lastPos: 4, finished: true }, undefined, { kind: 'snapshot', after: 3 }],
  ['resuming in the middle', { lastPos: 4, finished: false }, 2, { kind: 'resume', after: 2 }],
  ['resuming at the newest', { lastPos: 4, finished: false }, 4, { kind: 'resume', after: 4 }],
  [
    'resuming in the middle of a finished one',
    { lastPos: 4, finished: true },
    2,
    { kind: 'resume', after: 2 },
  ],
  ['having all of a finished one', { lastPos: 4, finished: true }, 4, { kind: 'nothing' }],
  ['ahead of the run', { lastPos: 4, finished: true }, 5, { kind: 'snapshot', after: 3 }],
])('a reader %s starts where nothing is missing', (_who, span, given, expected) => {
  expect(startOfReading(span, given)).toEqual(expected);
});

test('only the end of a session or a job is a final event', () => {
  expect(['session.completed', 'job.failed', 'job.canceled'].every(isFinalEvent)).toBe(true);
  expect(['step.failed', 'phase.completed', 'job.progress', 'snapshot'].some(isFinalEvent)).toBe(false);
});
