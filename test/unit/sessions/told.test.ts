import { isOutdated, namesOf, toldAfter, untoldNews, type Told } from '../../../src/domain/sessions/told.js';
import type { SessionNews } from '../../../src/domain/sessions/transitions.js';

const told: Told = { runId: 'run-1', sequence: 5, atMs: 100, news: ['session.started'] };

test.each([
  ['nothing was told yet', null, {}, false],
  ['a task says the next', told, { sequence: 6 }, false],
  ['the very same is told again', told, {}, true],
  ['an earlier part of the task comes late', told, { sequence: 4 }, true],
  ['another workflow run tells at the same moment', told, { runId: 'run-2', sequence: 1 }, false],
  ['the repeated task is later', told, { atMs: 101, sequence: 1 }, false],
  ['a frozen worker is earlier', told, { atMs: 99, sequence: 9 }, true],
  ['a frozen worker of another workflow run is earlier', told, { atMs: 99, runId: 'run-2' }, true],
])('when %s, the telling is judged', (_what, before, more, expected) => {
  expect(isOutdated(before, { runId: 'run-1', sequence: 5, atMs: 100, ...more })).toBe(expected);
});

const by = { userId: 'usr_1', via: 'api' } as const;
const gate = { id: 'gate-1' };
const commanded = { type: 'session.commanded', kind: 'pause', by: { ...by, commandId: 'c1' } };
const news = [
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
] as unknown as SessionNews[];
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

test('each of the news is named by what it is about and by the command that led to it', () => {
  expect(namesOf(news)).toEqual(names);
  expect(namesOf([{ type: 'session.paused', reason: null }])).toEqual(['session.paused:']);
});

test('news are told once by a workflow run, and again by another one', () => {
  const telling = { runId: 'run-1', sequence: 6, atMs: 100 };
  expect(untoldNews(null, telling, news)).toEqual(news);
  expect(untoldNews(told, telling, news)).toEqual(news.slice(1));
  expect(untoldNews(told, { ...telling, runId: 'run-2' }, news)).toEqual(news);
});

test('the names of the last forty news are kept, each once, and those of another workflow run are not', () => {
  const telling = { runId: 'run-1', sequence: 6, atMs: 120 };
  expect(toldAfter(told, telling, news)).toEqual({ ...telling, news: names });
  expect(toldAfter(null, telling, [])).toEqual({ ...telling, news: [] });
  expect(toldAfter({ ...told, runId: 'run-0', news: ['x'] }, telling, news.slice(-1))).toEqual({
    ...telling,
    news: ['session.ended'],
  });
  const many = Array.from({ length: 40 }, (_, index) => `step.failed:${index}`);
  const after = toldAfter({ ...told, news: many }, telling, news.slice(-1));
  expect(after.news).toEqual([...many.slice(1), 'session.ended']);
});
