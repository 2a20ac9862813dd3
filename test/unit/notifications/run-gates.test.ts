import { canaryGate, errorGate, haveTooManyFailed } from '../../../src/domain/notifications/run-gates.js';
import { problemOfRunDecision } from '../../../src/domain/notifications/run-decision.js';
import { describeRun, progressOfRun } from '../../../src/domain/notifications/run-progress.js';

const counts = (sent: number, failed: number) => ({ offices: 3, officesFailed: 1, sent, failed });
const decision = {
  gateId: 'gate_1',
  decision: 'approve',
  userId: 'usr_1',
  via: 'console',
  comment: null,
  signature: 's',
};

test.each<[number, number, number, boolean]>([
  [0, 19, 50, false],
  [10, 9, 1, false],
  [10, 10, 50, true],
  [0, 20, 100, true],
  [11, 9, 46, false],
  [11, 9, 45, true],
  [60, 40, 40, true],
  [61, 40, 40, false],
  [0, 20, 0, false],
])('%i sent and %i failed at a rate of %i: too many is %s', (sent, failed, rate, tooMany) => {
  expect(haveTooManyFailed(counts(sent, failed), rate)).toBe(tooMany);
});

test('the gate behind the first offices says what happened, and what either decision does', () => {
  expect(canaryGate(counts(7, 2))).toEqual({
    kind: 'canary',
    place: 1,
    summary:
      'The first 3 offices are through: 7 messages sent, 2 failed, 1 offices failed.\n\n' +
      'Approve to go on with the others; reject to end the run here.',
    progress: { offices_processed: 3, offices_failed: 1, sent: 7, failed: 2 },
  });
});

test('the gate of failed messages is another one, and counts them against all', () => {
  expect(errorGate(counts(7, 2))).toEqual({
    kind: 'errors',
    place: 2,
    summary:
      '2 of 9 messages have failed, after 3 offices.\n\n' +
      'Approve to go on in spite of it; reject to end the run here.',
    progress: { offices_processed: 3, offices_failed: 1, sent: 7, failed: 2 },
  });
});

test.each<[string, object]>([
  ['an approval', {}],
  ['a rejection from the API', { decision: 'reject', via: 'api' }],
  ['the longest texts', { comment: 'c'.repeat(4_000), signature: 's'.repeat(200), userId: 'u'.repeat(200) }],
  ['an empty comment', { comment: '' }],
  ['no signature', { signature: undefined }],
  ['a member that a newer API knows', { reason: 'x' }],
])('%s is a decision about a run', (_what, more) => {
  expect(problemOfRunDecision({ ...decision, ...more })).toBeNull();
});

test.each<[string, unknown, string]>([
  ['nothing', undefined, 'must be an object'],
  ['null', null, 'must be an object'],
  ['a gate without a name', { ...decision, gateId: '' }, 'gateId: must be a text of 1 to 64 characters'],
  ['a redo', { ...decision, decision: 'redo' }, 'decision: must be one of approve, reject'],
  ['a signal', { ...decision, via: 'signal' }, 'via: must be one of api, console'],
  ['nobody', { ...decision, userId: '' }, 'userId: must be a text of 1 to 200 characters'],
  ['no comment', { ...decision, comment: undefined }, 'comment: must be a text of 0 to 4000 characters'],
  [
    'a long comment',
    { ...decision, comment: 'c'.repeat(4_001) },
    'comment: must be a text of 0 to 4000 characters',
  ],
  [
    'a long signature',
    { ...decision, signature: 's'.repeat(201) },
    'signature: must be a text of 0 to 200 characters',
  ],
])('%s is no decision about a run', (_what, given, problem) => {
  expect(problemOfRunDecision(given)).toBe(problem);
});

test.each<[number, number, number]>([
  [0, 0, 0],
  [3, 0, 0],
  [0, 7, 0],
  [1, 3, 32],
  [3, 3, 95],
  [4, 3, 95],
])(
  '%i of %i offices are %i percent of a run, which keeps the last five for its result',
  (offices, total, percent) => {
    expect(progressOfRun({ offices, officesFailed: 2, sent: 5, failed: 4 }, total)).toEqual({
      percent,
      phase: 'notify',
      offices_processed: offices,
      offices_failed: 2,
      offices_total: total,
      sent: 5,
      failed: 4,
    });
  },
);

test('the Web UI names failed offices only when there are any', () => {
  const all = { offices: 3, officesFailed: 0, sent: 7, failed: 2 };
  expect(describeRun(all, 9)).toBe('**3** of 9 offices; 7 messages sent, 2 failed');
  expect(describeRun({ ...all, officesFailed: 1 }, 9)).toBe(
    '**3** of 9 offices, **1** failed; 7 messages sent, 2 failed',
  );
});
