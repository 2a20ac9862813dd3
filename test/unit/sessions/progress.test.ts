import { phaseStatus, stepStates } from '../../../src/domain/sessions/phases.js';
import { progressUnder } from '../../../src/domain/sessions/progress-under.js';
import { applyFact } from '../../../src/domain/sessions/machine.js';
import { progressView, shownProgress } from '../../../src/domain/sessions/progress-view.js';
import { progressOf, sessionStatus } from '../../../src/domain/sessions/progress.js';
import { auditedOf } from '../../../src/domain/sessions/audited.js';
import {
  emptyPhase,
  initialSession,
  stepNames,
  type SessionState,
  type StepName,
} from '../../../src/domain/sessions/state.js';
import { timesAt, waitingSinceOf, waitMsOf, withWaits } from '../../../src/domain/sessions/waiting.js';
import { runStatuses, type RunStatus } from '../../../src/domain/runs/status.js';
import { approve, by, command, planOf, ref, settle } from './play.js';

const begun = initialSession({ plan: planOf() });
const atGate = settle(initialSession({ plan: planOf({ gateTimeoutMs: 1_000 }) }), 100);
const manual = settle(initialSession({ plan: planOf({ autoSteps: false }) }), 100);
const problem = { phase: 1, step: 'THINK', code: 'server', message: 'the model is down' } as const;
const failed = applyFact(begun, { kind: 'step_failed', stepId: 's', attempt: 1, problem }, 100).state;
const paused = (state: SessionState): SessionState => ({ ...state, pausedAtMs: 200 });
const ended = (status: 'completed' | 'rejected' | 'failed' | 'canceled'): SessionState => ({
  ...atGate,
  waiting: { kind: 'nothing' },
  ending: { status, reason: 'so it is' },
});

test('the progress at a gate says everything that a reader may ask', () => {
  expect(progressOf(atGate)).toEqual({
    status: 'waiting_approval',
    currentPhase: 1,
    currentStep: null,
    completedPhases: [1],
    canProceed: true,
    requiresManualTrigger: true,
    percent: 33,
    totalPhases: 3,
    phaseTitle: 'one',
    attempt: 1,
    gateId: 'gate-1-1',
    outputDigest: '1-INTEGRATE-1',
    waitingSinceMs: 100,
    deadlineAtMs: 1_100,
    reason: null,
    version: 5,
  });
});

test.each<[string, SessionState, Record<string, unknown>]>([
  [
    'it runs',
    begun,
    { status: 'running', currentStep: 'THINK', canProceed: true, requiresManualTrigger: false, reason: null },
  ],
  [
    'a step waits for its trigger',
    manual,
    {
      status: 'waiting_approval',
      currentStep: 'EXECUTE',
      canProceed: true,
      requiresManualTrigger: true,
      gateId: null,
    },
  ],
  [
    'a step failed',
    failed,
    {
      status: 'needs_attention',
      currentStep: 'THINK',
      canProceed: false,
      requiresManualTrigger: true,
      reason: 'the model is down',
    },
  ],
  [
    'it is paused',
    paused(begun),
    {
      status: 'paused',
      currentStep: 'THINK',
      canProceed: false,
      requiresManualTrigger: true,
      waitingSinceMs: 200,
    },
  ],
  [
    'it is paused at a gate',
    paused(atGate),
    {
      status: 'paused',
      currentStep: null,
      canProceed: false,
      requiresManualTrigger: true,
      gateId: 'gate-1-1',
      deadlineAtMs: null,
    },
  ],
  [
    'it was canceled',
    ended('canceled'),
    {
      status: 'canceled',
      currentStep: null,
      canProceed: false,
      requiresManualTrigger: false,
      percent: 33,
      reason: 'so it is',
      outputDigest: null,
    },
  ],
  ['it was completed early', ended('completed'), { status: 'completed', percent: 100 }],
  [
    'it was canceled before its first step',
    { ...begun, ending: { status: 'canceled', reason: null } },
    { status: 'canceled', currentStep: null, percent: 0, reason: null },
  ],
  [
    'it was canceled during a pause',
    { ...paused(atGate), ending: { status: 'canceled', reason: null } },
    { status: 'canceled', canProceed: false, requiresManualTrigger: false },
  ],
])('when %s, the progress says so', (_what, state, expected) => {
  expect(progressOf(state)).toMatchObject(expected);
});

test('percent counts the steps that are done, and stops short of a hundred before the end', () => {
  const results = Object.fromEntries(
    stepNames.map((step) => [step, { stepId: step, attempt: 1, ref: null }]),
  );
  const stateWith = (done: number): SessionState => ({
    ...begun,
    phases: begun.phases.map((_phase, index) => ({
      ...emptyPhase,
      results: Object.fromEntries(Object.entries(results).slice(0, Math.max(0, done - 3 * index))),
    })),
  });
  const percents = Array.from({ length: 10 }, (_, done) => progressOf(stateWith(done)).percent);
  expect(percents).toEqual([0, 11, 22, 33, 44, 55, 66, 77, 88, 99]);
});

test.each<[string, SessionState, number | null]>([
  ['it runs', begun, null],
  ['a gate is open', atGate, 100],
  ['a step waits for its trigger', manual, 100],
  ['a step failed', failed, 100],
  ['it is paused', paused(begun), 200],
  ['it is paused at a gate', paused(atGate), 100],
  ['it has ended', { ...atGate, ending: { status: 'failed', reason: null } }, null],
  ['an older version counted no trigger', { ...paused(manual), waitingSinceMs: null }, 200],
])('when %s, somebody is waited for since the right moment', (_what, state, since) => {
  expect(waitingSinceOf(state)).toBe(since);
});

test.each<[string, SessionState, number]>([
  ['it runs', { ...begun, waitedMs: 7 }, 7],
  ['it stands still', { ...atGate, waitedMs: 7 }, 207],
  ['the clock went back', { ...atGate, waitedMs: 7, waitingSinceMs: 900 }, 7],
  ['an older version says nothing of it', { ...begun, waiting: { kind: 'trigger' } }, 0],
  ['it has ended at a gate', { ...atGate, waitedMs: 7, ending: { status: 'failed', reason: null } }, 7],
])('when %s, the time waited for people is counted once', (_what, state, waitMs) => {
  expect(waitMsOf(state, 300)).toBe(waitMs);
});

test('a change that neither ends nor begins a wait keeps what is counted', () => {
  const other = { ...atGate, model: 'other' };
  expect(withWaits(atGate, other, 900)).toBe(other);
  expect(withWaits(atGate, atGate, 900)).toBe(atGate);
  const pausedRun = { ...begun, pausedAtMs: 300 };
  expect(withWaits(begun, pausedRun, 300)).toMatchObject({ waitedMs: 0, waitingSinceMs: 300 });
  expect(withWaits({ ...pausedRun, waitingSinceMs: 300 }, begun, 450)).toMatchObject({
    waitedMs: 150,
    waitingSinceMs: null,
  });
  const cut: SessionState = { ...failed, waiting: { kind: 'trigger' } };
  expect(withWaits(failed, cut, 450)).toMatchObject({ waitedMs: 350, waitingSinceMs: 450 });
});

test('where a session stands names its content by hashes alone', () => {
  const state: SessionState = {
    ...begun,
    model: 'm',
    input: ref('topic'),
    phases: [{ ...emptyPhase, instructions: ref('shorter') }, emptyPhase, emptyPhase],
  };
  expect(auditedOf(state)).toEqual({
    status: 'running',
    phase: 1,
    step: 'THINK',
    attempt: 1,
    waitingFor: 'nothing',
    model: 'm',
    inputDigest: 'topic',
    instructionsDigest: 'shorter',
  });
  expect(auditedOf(atGate)).toMatchObject({
    step: null,
    waitingFor: 'gate',
    inputDigest: null,
    instructionsDigest: null,
  });
});

const secondRuns = command(atGate, approve());

test.each<[string, SessionState, RunStatus, string[]]>([
  ['is queued', begun, 'queued', ['pending', 'pending', 'pending']],
  ['runs', secondRuns, 'running', ['approved', 'running', 'pending']],
  ['is at a gate', atGate, 'waiting_approval', ['waiting_approval', 'pending', 'pending']],
  ['waits for a trigger', manual, 'waiting_approval', ['waiting_trigger', 'pending', 'pending']],
  ['is paused at a gate', atGate, 'paused', ['paused', 'pending', 'pending']],
  ['needs attention', failed, 'needs_attention', ['needs_attention', 'pending', 'pending']],
  ['was completed early', secondRuns, 'completed', ['approved', 'not_reached', 'not_reached']],
  ['was rejected', atGate, 'rejected', ['rejected', 'not_reached', 'not_reached']],
  ['failed', secondRuns, 'failed', ['approved', 'failed', 'not_reached']],
  ['was canceled', begun, 'canceled', ['canceled', 'not_reached', 'not_reached']],
])('each phase of a session that %s has its own status', (_what, state, status, expected) => {
  expect([1, 2, 3].map((number) => phaseStatus(state, number, status))).toEqual(expected);
});

test('the steps of a phase are done, skipped, due or pending, each with its own attempt', () => {
  const phase = {
    ...emptyPhase,
    attempt: 3,
    results: {
      THINK: { stepId: 't', attempt: 2, ref: ref('x') },
      EXECUTE: { stepId: '', attempt: 3, ref: null },
    },
  };
  const done = [
    { step: 'THINK', state: 'done', stepId: 't', attempt: 2 },
    { step: 'EXECUTE', state: 'skipped', stepId: null, attempt: 3 },
  ];
  const last = { step: 'INTEGRATE', stepId: null, attempt: 3 };
  expect(stepStates(phase, true)).toEqual([...done, { ...last, state: 'due' }]);
  expect(stepStates(phase, false)).toEqual([...done, { ...last, state: 'pending' }]);
  const states = (results: Partial<Record<StepName, never>>) =>
    stepStates({ ...emptyPhase, results }, true).map(({ state }) => state);
  expect(states({})).toEqual(['due', 'pending', 'pending']);
});

const shown = { canProceed: true, requiresManualTrigger: true };

test.each<[RunStatus, Record<string, unknown>]>([
  [
    'queued',
    { canProceed: true, requiresManualTrigger: false, currentStep: null, gateId: 'gate-1-1', percent: 33 },
  ],
  ['running', { canProceed: true, requiresManualTrigger: false, gateId: 'gate-1-1' }],
  ['paused', { canProceed: false, requiresManualTrigger: true, gateId: 'gate-1-1', waitingSinceMs: 100 }],
  ['needs_attention', { canProceed: false, requiresManualTrigger: true, deadlineAtMs: 1_100 }],
  [
    'completed',
    { canProceed: false, requiresManualTrigger: false, percent: 100, gateId: null, outputDigest: null },
  ],
  [
    'failed',
    {
      canProceed: false,
      requiresManualTrigger: false,
      percent: 33,
      waitingSinceMs: null,
      deadlineAtMs: null,
    },
  ],
])(
  'under a row that says %s, the progress of an open gate keeps only what can still be',
  (status, expected) => {
    expect(progressUnder(progressOf(atGate), status)).toMatchObject({ status, ...expected });
  },
);

test('progress that agrees with its row is shown as it is', () => {
  const progress = progressOf(atGate);
  expect(progressUnder(progress, 'waiting_approval')).toBe(progress);
  const running = progressOf(begun);
  expect(progressUnder(running, 'waiting_approval')).toEqual({
    ...running,
    status: 'waiting_approval',
    ...shown,
  });
  expect(progressUnder(running, 'paused').currentStep).toBe('THINK');
  expect(progressUnder(running, 'canceled').currentStep).toBeNull();
});

test('every status of a row makes progress of that status', () => {
  for (const status of runStatuses) expect(progressUnder(progressOf(begun), status).status).toBe(status);
  expect(sessionStatus(ended('rejected'))).toBe('rejected');
});

test('readers see the times of a session as texts, and no wait longer than its age', () => {
  const { waitingSinceMs, deadlineAtMs, ...rest } = progressOf(atGate);
  expect([waitingSinceMs, deadlineAtMs]).toEqual([100, 1_100]);
  const readable = {
    ...rest,
    waitingSince: '1970-01-01T00:00:00.100Z',
    deadlineAt: '1970-01-01T00:00:01.100Z',
  };
  expect(shownProgress(progressOf(atGate))).toEqual(readable);
  expect(shownProgress(progressOf(begun))).toMatchObject({ waitingSince: null, deadlineAt: null });
  const times = { elapsedMs: 500, waitMs: 700, etaMs: null, etaBasis: null, updatedAt: 'now' };
  expect(progressView(progressOf(atGate), times)).toEqual({ ...readable, ...times, waitMs: 500 });
  expect(progressView(progressOf(atGate), { ...times, waitMs: 300 }).waitMs).toBe(300);
});

test('a pause of a running session counts from its beginning', () => {
  const state = command(begun, { kind: 'pause', by, reason: null }, 40);
  expect(state).toMatchObject({ pausedAtMs: 40, waitingSinceMs: 40, waitedMs: 0 });
});

describe('times some while after they were read', () => {
  const createdAt = '2026-01-01T00:00:00Z';
  const read = { createdAt, elapsedMs: 70_000, waitMs: 60_000, isWaiting: true, hasEnded: false };
  const afterReadMs = Date.parse(createdAt) + 70_000;

  test('a wait that goes on grows by what came since, once', () => {
    expect(timesAt(read, afterReadMs)).toEqual({ workMs: 10_000, waitMs: 60_000 });
    expect(timesAt(read, afterReadMs + 5_000)).toEqual({ workMs: 10_000, waitMs: 65_000 });
  });

  test('work that goes on grows likewise, and an ended session stands', () => {
    expect(timesAt({ ...read, isWaiting: false }, afterReadMs + 5_000)).toEqual({
      workMs: 15_000,
      waitMs: 60_000,
    });
    const ended = { ...read, isWaiting: false, hasEnded: true };
    expect(timesAt(ended, afterReadMs + 5_000)).toEqual({ workMs: 10_000, waitMs: 60_000 });
  });

  test('a clock that is behind takes nothing away', () => {
    expect(timesAt(read, afterReadMs - 5_000)).toEqual({ workMs: 10_000, waitMs: 60_000 });
  });
});
