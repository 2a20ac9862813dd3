import {
  isOutdated,
  namesOf,
  projectedAfter,
  unprojectedEvents,
  type Projected,
} from '../../../src/domain/sessions/projected.js';
import type { SessionEvent } from '../../../src/domain/sessions/transitions.js';

const projected: Projected = { runId: 'run-1', sequence: 5, atMs: 100, news: ['session.started'] };

test.each([
  ['nothing was projected yet', null, {}, false],
  ['a task projects the next', projected, { sequence: 6 }, false],
  ['the same is projected again', projected, {}, true],
  ['an earlier part of the task comes late', projected, { sequence: 4 }, true],
  ['another workflow run projects at the same moment', projected, { runId: 'run-2', sequence: 1 }, false],
  ['the repeated task is later', projected, { atMs: 101, sequence: 1 }, false],
  ['a frozen worker is earlier', projected, { atMs: 99, sequence: 9 }, true],
  ['a frozen worker of another workflow run is earlier', projected, { atMs: 99, runId: 'run-2' }, true],
])('when %s, the projection is judged outdated or not', (_what, before, more, expected) => {
  expect(isOutdated(before, { runId: 'run-1', sequence: 5, atMs: 100, ...more })).toBe(expected);
});

const by = { userId: 'usr_1', via: 'api' } as const;
const gate = { id: 'gate-1' };
const commanded = { type: 'session.commanded', kind: 'pause', by: { ...by, commandId: 'c1' } };
const events = [
  { type: 'session.started' },
  commanded,
  { type: 'session.paused', reason: null },
  { type: 'session.commanded', kind: 'resume', by },
  { type: 'session.resumed', reason: null },
  { type: 'session.redone', from: { phase: 1, step: 'THINK' }, attempt: 2, by },
  { type: 'gate.opened', gate },
  { type: 'gate.reminded', gate },
  { type: 'gate.decided', gate },
  { type: 'gate.expired', gate },
  { type: 'step.failed', stepId: 'step-1' },
  { type: 'session.ended' },
] as unknown as SessionEvent[];
const names = [
  'session.started',
  'session.commanded:c1',
  'session.paused:c1',
  'session.commanded:resume',
  'session.resumed:resume',
  'session.redone:resume',
  'gate.opened:gate-1',
  'gate.reminded:gate-1',
  'gate.decided:gate-1',
  'gate.expired:gate-1',
  'step.failed:step-1',
  'session.ended',
];

test('an event is named by its subject and by the command that led to it', () => {
  expect(namesOf(events)).toEqual(names);
  expect(namesOf([{ type: 'session.paused', reason: null }])).toEqual(['session.paused:']);
});

test('a workflow run projects an event once, and another one projects it again', () => {
  const projection = { runId: 'run-1', sequence: 6, atMs: 100 };
  expect(unprojectedEvents(null, projection, events)).toEqual(events);
  expect(unprojectedEvents(projected, projection, events)).toEqual(events.slice(1));
  expect(unprojectedEvents(projected, { ...projection, runId: 'run-2' }, events)).toEqual(events);
});

test('the names of the last forty events are kept, each once, and those of another workflow run are not', () => {
  const projection = { runId: 'run-1', sequence: 6, atMs: 120 };
  expect(projectedAfter(projected, projection, events)).toEqual({ ...projection, news: names });
  expect(projectedAfter(null, projection, [])).toEqual({ ...projection, news: [] });
  expect(projectedAfter({ ...projected, runId: 'run-0', news: ['x'] }, projection, events.slice(-1))).toEqual(
    {
      ...projection,
      news: ['session.ended'],
    },
  );
  const many = Array.from({ length: 40 }, (_, index) => `step.failed:${index}`);
  const after = projectedAfter({ ...projected, news: many }, projection, events.slice(-1));
  expect(after.news).toEqual([...many.slice(1), 'session.ended']);
});
