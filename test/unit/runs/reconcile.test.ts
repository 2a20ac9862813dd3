import fc from 'fast-check';
import type { RunOutcome } from '../../../src/contracts/runs/run.js';
import { judgeRun, type RunCondition, type WorkflowCondition } from '../../../src/domain/runs/reconcile.js';
import { problemOfHome, problemOfLosses } from '../../../src/domain/runs/temporal-home.js';
import { isFinal, runStatuses } from '../../../src/domain/runs/status.js';

const open = runStatuses.filter((status) => !isFinal(status));
const condition: fc.Arbitrary<RunCondition> = fc.record({
  status: fc.constantFrom(...open),
  cancelRequested: fc.boolean(),
  stuckSince: fc.option(fc.constantFrom(...open)),
  lost: fc.boolean(),
  revivable: fc.boolean(),
});
const ended: fc.Arbitrary<WorkflowCondition<RunOutcome>> = fc.oneof(
  fc.constantFrom('failed', 'canceled', 'terminated', 'timed_out').map((kind) => ({ kind }) as const),
  fc
    .option(fc.constantFrom(...runStatuses.filter(isFinal)).map((status) => ({ status })))
    .map((outcome) => ({ kind: 'completed', outcome }) as const),
);

test('no run stays open behind a workflow that has ended, whatever either looked like', () => {
  fc.assert(
    fc.property(condition, ended, (run, workflow) => {
      expect(['close', 'adopt']).toContain(judgeRun(run, workflow).kind);
    }),
  );
});

test('a run whose workflow is open is never ended and never started again', () => {
  fc.assert(
    fc.property(condition, fc.nat(10), (run, taskAttempt) => {
      expect(['leave', 'flag', 'unflag']).toContain(judgeRun(run, { kind: 'open', taskAttempt }).kind);
    }),
  );
});

test('a flag is set at the third failed try, once, and taken back to the very status it had', () => {
  fc.assert(
    fc.property(fc.constantFrom(...open), fc.nat(10), (status, taskAttempt) => {
      const fresh = { status, cancelRequested: false, stuckSince: null, lost: false, revivable: false };
      const verdict = judgeRun(fresh, { kind: 'open', taskAttempt });
      expect(verdict.kind).toBe(taskAttempt >= 3 ? 'flag' : 'leave');
      if (verdict.kind !== 'flag') return;
      const flagged = { ...fresh, status: 'needs_attention', stuckSince: verdict.was } as const;
      expect(judgeRun(flagged, { kind: 'open', taskAttempt }).kind).toBe('leave');
      expect(judgeRun(flagged, { kind: 'open', taskAttempt: 0 })).toEqual({ kind: 'unflag', status });
    }),
  );
});

test('only a run that never began is started again', () => {
  for (const status of open) {
    const run = { status, cancelRequested: false, stuckSince: null, lost: false, revivable: false };
    expect(judgeRun(run, { kind: 'not_found' }).kind).toBe(status === 'queued' ? 'start_again' : 'close');
  }
});

test('a session whose workflow is gone is flagged once, keeps the status it had, and ends when it was to be canceled', () => {
  const run = {
    status: 'waiting_approval',
    cancelRequested: false,
    stuckSince: null,
    lost: false,
    revivable: true,
  } as const;
  const gone = { kind: 'not_found' } as const;
  expect(judgeRun(run, gone)).toMatchObject({ kind: 'flag', code: 'workflow_lost', was: 'waiting_approval' });
  const flagged = { ...run, status: 'needs_attention', stuckSince: 'waiting_approval', lost: true } as const;
  expect(judgeRun(flagged, gone).kind).toBe('leave');
  expect(judgeRun(flagged, { kind: 'open', taskAttempt: 1 })).toEqual({
    kind: 'unflag',
    status: 'waiting_approval',
  });
  expect(judgeRun({ ...flagged, cancelRequested: true }, gone)).toMatchObject({
    kind: 'close',
    status: 'canceled',
  });
});

const home = { namespaceId: 'a', namespace: 'default', clusterId: null };

test('another namespace is not the home of the runs, whatever its name', () => {
  expect(problemOfHome(home, { ...home, clusterId: 'c' })).toBeNull();
  expect(problemOfHome(home, { ...home, namespaceId: 'b' })).toContain('"default" (b) is not the one');
});

test.each([
  [4, 4, false],
  [5, 5, true],
  [5, 10, true],
  [5, 11, false],
  [200, 200, true],
])('%i of %i workflows that are gone are a Temporal that lost its data: %s', (lost, looked, expected) => {
  expect(problemOfLosses(lost, looked) !== null).toBe(expected);
});
