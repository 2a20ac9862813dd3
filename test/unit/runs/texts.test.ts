import { isAfter, placeId, placeOfId } from '../../../src/domain/runs/change-place.js';
import { headOf } from '../../../src/domain/runs/content-head.js';
import { previewOf } from '../../../src/domain/runs/content-ref.js';
import { jobErrorOf } from '../../../src/domain/runs/job-error.js';
import { isObjectKey, requireObjectKey, runIdOfResult } from '../../../src/domain/runs/object-key.js';
import { judgeRun, type RunCondition, type WorkflowCondition } from '../../../src/domain/runs/reconcile.js';
import { languageOf } from '../../../src/domain/language.js';
import { contentDisposition } from '../../../src/domain/reports/content-disposition.js';
import {
  humanCost,
  humanCount,
  humanDuration,
  humanShare,
  humanTime,
  shortDigest,
} from '../../../src/domain/reports/human-units.js';

const long = 'x'.repeat(200);

test.each([
  ['short', 'short'],
  [long, long],
  [`${long}y`, `${long}…`],
  ['𠮷'.repeat(200), '𠮷'.repeat(200)],
  ['𠮷'.repeat(201), `${'𠮷'.repeat(200)}…`],
  [`${'𠮷'.repeat(199)}xyz`, `${'𠮷'.repeat(199)}x…`],
])('the preview of a text has 200 characters and says when there are more', (text, preview) => {
  expect(previewOf(text)).toBe(preview);
});

test('a character that is cut at the end of the first bytes is left out', () => {
  expect(headOf(new TextEncoder().encode('ab日').subarray(0, 4))).toBe('ab');
});

const message = 'select * from secrets';

test.each([
  ['InvalidInput', 'invalid_input'],
  ['PayloadTooLarge', 'payload_too_large'],
  ['RecordGone', 'record_gone'],
  ['DependencyUnavailable', 'dependency_unavailable'],
  ['SqlFailed', 'sql_failed'],
  ['SqlNotAllowed', 'sql_not_allowed'],
  ['SqlTimedOut', 'sql_timeout'],
  ['SqlLimitExceeded', 'sql_limit_exceeded'],
])('a failure of the type %s is shown as %s, in its own words', (type, code) => {
  expect(jobErrorOf({ step: 'fetch', cause: { type, message }, timedOut: true })).toEqual({ code, message });
});

test.each([
  [null, false, 'step_failed', 'The step fetch failed and its retries are used up.'],
  ['Error', false, 'step_failed', 'The step fetch failed and its retries are used up.'],
  ['Error', true, 'step_timed_out', 'The step fetch did not finish in time.'],
])('the words of any other failure are not shown: %s, timed out: %s', (type, timedOut, code, shown) => {
  expect(jobErrorOf({ step: 'fetch', cause: { type, message }, timedOut })).toEqual({ code, message: shown });
});

test.each([
  [false, 'step_failed'],
  [true, 'step_timed_out'],
])('a failure that Temporal made says what happened to the step, timed out: %s', (timedOut, code) => {
  expect(jobErrorOf({ step: 'fetch', cause: null, timedOut }).code).toBe(code);
});

const word = 'a'.repeat(80);

test.each([
  ['results/run_1/0af', true, 'run_1'],
  ['a', true, undefined],
  [[word, word, word, word, word, word].join('/'), true, undefined],
  ['a/b/c/d/e/f/g', false, undefined],
  [`${word}a`, false, undefined],
  ['a//b', false, undefined],
  ['../a', false, undefined],
  ['A', false, undefined],
  ['', false, undefined],
  ['x/results/run_1/0af', true, undefined],
  ['results/run_1/0af/0', true, undefined],
])('%j is a key: %s, of the run %s', (key, isKey, runId) => {
  expect(isObjectKey(key)).toBe(isKey);
  expect(runIdOfResult(key)).toBe(runId);
  if (isKey) expect(requireObjectKey(key)).toBe(key);
  else expect(() => requireObjectKey(key)).toThrow('that is not a key of the object store');
});

const run: RunCondition = {
  status: 'running',
  cancelRequested: false,
  stuckSince: null,
  lost: false,
  revivable: false,
};
const lost = 'Temporal no longer knows the workflow.';
const revivable = `${lost} An administrator can revive it: it goes on from what is stored.`;
const stuck = "The workflow's next step has failed 3 times. It goes on by itself once the cause is gone.";

test.each<[Partial<RunCondition>, WorkflowCondition<{ status: 'completed' | 'running' }>, object]>([
  [
    {},
    { kind: 'completed', outcome: { status: 'completed' } },
    { kind: 'adopt', outcome: { status: 'completed' } },
  ],
  [
    {},
    { kind: 'completed', outcome: { status: 'running' } },
    {
      kind: 'close',
      status: 'failed',
      code: 'outcome_missing',
      message: 'The workflow ended without an outcome.',
    },
  ],
  [
    {},
    { kind: 'completed', outcome: null },
    {
      kind: 'close',
      status: 'failed',
      code: 'outcome_missing',
      message: 'The workflow ended without an outcome.',
    },
  ],
  [
    {},
    { kind: 'canceled' },
    {
      kind: 'close',
      status: 'canceled',
      code: 'workflow_canceled',
      message: 'The workflow was canceled on Temporal.',
    },
  ],
  [
    {},
    { kind: 'failed' },
    {
      kind: 'close',
      status: 'failed',
      code: 'workflow_failed',
      message: 'The workflow ended with a failure that it could not report.',
    },
  ],
  [
    { cancelRequested: true },
    { kind: 'terminated' },
    {
      kind: 'close',
      status: 'canceled',
      code: 'workflow_terminated',
      message: 'The workflow was terminated on Temporal.',
    },
  ],
  [
    {},
    { kind: 'timed_out' },
    {
      kind: 'close',
      status: 'failed',
      code: 'workflow_timed_out',
      message: 'The workflow ran out of the time it was given on Temporal.',
    },
  ],
  [{ status: 'queued' }, { kind: 'not_found' }, { kind: 'start_again' }],
  [{}, { kind: 'not_found' }, { kind: 'close', status: 'failed', code: 'workflow_lost', message: lost }],
  [
    { cancelRequested: true, revivable: true },
    { kind: 'not_found' },
    { kind: 'close', status: 'canceled', code: 'workflow_lost', message: lost },
  ],
  [
    { revivable: true },
    { kind: 'not_found' },
    { kind: 'flag', was: 'running', code: 'workflow_lost', message: revivable },
  ],
  [
    { revivable: true, stuckSince: 'paused' },
    { kind: 'not_found' },
    { kind: 'flag', was: 'paused', code: 'workflow_lost', message: revivable },
  ],
  [{ revivable: true, lost: true }, { kind: 'not_found' }, { kind: 'leave' }],
  [{}, { kind: 'open', taskAttempt: 2 }, { kind: 'leave' }],
  [
    {},
    { kind: 'open', taskAttempt: 3 },
    { kind: 'flag', was: 'running', code: 'workflow_stuck', message: stuck },
  ],
  [
    { lost: true, stuckSince: 'paused' },
    { kind: 'open', taskAttempt: 3 },
    { kind: 'flag', was: 'paused', code: 'workflow_stuck', message: stuck },
  ],
  [{ stuckSince: 'paused' }, { kind: 'open', taskAttempt: 3 }, { kind: 'leave' }],
  [{ stuckSince: 'paused' }, { kind: 'open', taskAttempt: 2 }, { kind: 'unflag', status: 'paused' }],
])('a run that is %j, with a workflow that is %j, comes to %j', (more, workflow, verdict) => {
  expect(judgeRun({ ...run, ...more }, workflow)).toEqual(verdict);
});

test.each([
  ['', 'en'],
  ['plain', 'en'],
  ['売上', 'ja'],
  ['売上 ab', 'en'],
  ['売上 a', 'ja'],
  ['long English with one かな', 'ja'],
  ['ｶﾅ', 'ja'],
  ['PLAIN 売上', 'en'],
])('%j is written in %s', (text, language) => {
  expect(languageOf(text)).toBe(language);
});

test('a file name stands in a header plainly and exactly', () => {
  expect(contentDisposition('attachment', "a (1)'s*売.csv")).toBe(
    `attachment; filename="a_1_s_.csv"; filename*=UTF-8''a%20%281%29%27s%2A%E5%A3%B2.csv`,
  );
});

test.each<[unknown, unknown]>([
  [humanDuration(0), '0 ms'],
  [humanDuration(999.4), '999 ms'],
  [humanDuration(1_000), '1.0 s'],
  [humanDuration(59_940), '59.9 s'],
  [humanDuration(60_000), '1 min 00 s'],
  [humanDuration(3_599_499), '59 min 59 s'],
  [humanDuration(3_599_500), '1 h 0 min'],
  [humanDuration(47.5 * 3_600_000), '47 h 30 min'],
  [humanDuration(48 * 3_600_000), '2 d 00 h'],
  [humanCount(999), '999'],
  [humanCount(1_234_567), '1,234,567'],
  [humanCost(0), '$0.000'],
  [humanCost(0.0099), '$0.009900'],
  [humanCost(0.01), '$0.010'],
  [humanCost(-0.5), '$-0.500'],
  [humanCost(null), '–'],
  [humanShare(null), '–'],
  [humanShare(0.1249), '12.5 %'],
  [humanTime(null), '–'],
  [humanTime('2026-01-02T03:04:05.678Z'), '2026-01-02 03:04:05 UTC'],
  [shortDigest(null), '–'],
  [shortDigest('0123456789abcdef'), '0123456789ab'],
])('people read %j where %j is meant', (shown, meant) => {
  expect(shown).toBe(meant);
});

test.each([
  ['2-1', '1-9', true],
  ['1-9', '2-1', false],
  ['1-2', '1-1', true],
  ['1-1', '1-1', false],
  ['1-1', '1-2', false],
  ['2-0', '2-1', false],
])('the change %s comes after %s: %s', (one, other, expected) => {
  expect(isAfter(placeOfId(one)!, placeOfId(other)!)).toBe(expected);
});

test.each(['0-0', '12-3', '999999999999999-999999999'])('the place %s is its own id', (id) => {
  expect(placeId(placeOfId(id)!)).toBe(id);
});

test.each(['', '1', '1-', '-1', '1-2-3', 'a-1', '1000000000000000-1', '1-1000000000'])(
  '%j is no place',
  (id) => {
    expect(placeOfId(id)).toBeUndefined();
  },
);
