import fc from 'fast-check';
import { refusalOf, type SessionCommand } from '../../../src/domain/sessions/commands.js';
import { applyCommand, applyFact, nextAction } from '../../../src/domain/sessions/machine.js';
import { progressOf } from '../../../src/domain/sessions/progress.js';
import { waitMsOf } from '../../../src/domain/sessions/waiting.js';
import {
  dueStep,
  initialSession,
  phaseAt,
  stepNames,
  type SessionState,
} from '../../../src/domain/sessions/state.js';
import type { SessionFact } from '../../../src/domain/sessions/transitions.js';
import { approve, by, command, planOf, redo, ref, settle } from './play.js';

test('a session stops at each gate between phases and completes after the last phase', () => {
  let state = settle(initialSession({ plan: planOf() }));
  expect(progressOf(state)).toMatchObject({
    status: 'waiting_approval',
    currentPhase: 1,
    currentStep: null,
    completedPhases: [1],
    canProceed: true,
    requiresManualTrigger: true,
    percent: 33,
    outputDigest: '1-INTEGRATE-1',
  });
  state = settle(command(state, approve()));
  expect(progressOf(state)).toMatchObject({ currentPhase: 2, completedPhases: [1, 2] });
  state = settle(command(state, approve('2-INTEGRATE-1')));
  expect(progressOf(state)).toMatchObject({
    status: 'completed',
    percent: 100,
    canProceed: false,
    requiresManualTrigger: false,
  });
});

test('running: nothing stands in the way and nobody has to trigger it', () => {
  expect(progressOf(initialSession({ plan: planOf() }))).toMatchObject({
    status: 'running',
    currentPhase: 1,
    currentStep: 'THINK',
    canProceed: true,
    requiresManualTrigger: false,
    percent: 0,
  });
});

test('with manual steps each step after the first waits for its trigger', () => {
  let state = settle(initialSession({ plan: planOf({ autoSteps: false }) }));
  expect(progressOf(state)).toMatchObject({
    currentStep: 'EXECUTE',
    canProceed: true,
    requiresManualTrigger: true,
    gateId: null,
  });
  state = settle(command(state, { kind: 'go_on', by, instructions: null, model: null }));
  expect(progressOf(state)).toMatchObject({ currentStep: 'INTEGRATE', requiresManualTrigger: true });
  state = settle(command(state, { kind: 'run_due_step', by, instructions: null, model: null }));
  expect(progressOf(state)).toMatchObject({ currentStep: null, status: 'waiting_approval' });
});

test.each<[string, SessionCommand, string]>([
  ['approve', approve(), 'not_waiting'],
  ['reject', { kind: 'reject', by, digest: null, comment: null }, 'not_waiting'],
  ['run the due step', { kind: 'run_due_step', by, instructions: null, model: null }, 'nothing_due'],
  ['go on', { kind: 'go_on', by, instructions: null, model: null }, 'nothing_due'],
  ['redo a phase that was not reached', redo(2), 'step_not_reached'],
  ['redo a step that was not reached', redo(1, 'INTEGRATE'), 'step_not_reached'],
  ['skip', { kind: 'skip_step', by, gap: 'x' }, 'nothing_due'],
])('while running, %s is refused as it should be', (_what, given, refusal) => {
  expect(refusalOf(initialSession({ plan: planOf() }), given)).toBe(refusal);
});

test('at a gate, going on inside the phase is refused with phase_gate', () => {
  const state = settle(initialSession({ plan: planOf() }));
  expect(refusalOf(state, { kind: 'go_on', by, instructions: null, model: null })).toBe('phase_gate');
});

test('an approval of older content is stale after a redo', () => {
  const first = settle(initialSession({ plan: planOf() }));
  const again = settle(command(first, redo(1)));
  expect(refusalOf(again, approve('1-INTEGRATE-1'))).toBe('stale_approval');
  expect(refusalOf(again, approve('1-INTEGRATE-2'))).toBeNull();
});

test('a redo keeps earlier phases and earlier steps, and asks only the affected gates again', () => {
  let state = settle(command(settle(initialSession({ plan: planOf() })), approve()));
  state = command(state, redo(2, 'EXECUTE'));
  expect(phaseAt(state, 1)).toMatchObject({ approved: true, attempt: 1 });
  expect(Object.keys(phaseAt(state, 2).results)).toEqual(['THINK']);
  expect(progressOf(settle(state))).toMatchObject({
    currentPhase: 2,
    attempt: 2,
    outputDigest: '2-INTEGRATE-2',
  });
});

test('a result that arrives from an abandoned attempt changes nothing', () => {
  const state = command(initialSession({ plan: planOf() }), redo(1));
  const late = { stepId: 'late', attempt: 1, ref: ref('late') };
  expect(applyFact(state, { kind: 'step_finished', phase: 1, step: 'THINK', result: late }, 0).state).toBe(
    state,
  );
});

test('an edit replaces what later phases read', () => {
  const state = settle(initialSession({ plan: planOf() }));
  const edited = command(state, {
    kind: 'edit',
    by,
    digest: '1-INTEGRATE-1',
    comment: null,
    output: ref('mine'),
    notes: ref('n'),
  });
  expect(phaseAt(edited, 1)).toMatchObject({ output: ref('mine'), notes: ref('n'), approved: true });
});

test('every moment in which a person had to act is counted once, whatever it waited for', () => {
  let state = initialSession({ plan: planOf({ autoSteps: false }) });
  const waits = (nowMs: number): [number | null, number] => [
    progressOf(state).waitingSinceMs,
    waitMsOf(state, nowMs),
  ];
  const act = (given: SessionCommand, nowMs: number): void => void (state = command(state, given, nowMs));
  const happen = (kind: 'finish' | 'fail', nowMs: number): void =>
    void (state = applyFact(state, factOf(state, kind, nowMs), nowMs).state);
  expect(waits(50)).toEqual([null, 0]);
  happen('finish', 100);
  expect(waits(150)).toEqual([100, 50]);
  act({ kind: 'pause', by, reason: null }, 160);
  act({ kind: 'go_on', by, instructions: null, model: null }, 170);
  expect(waits(180)).toEqual([160, 80]);
  act({ kind: 'resume', by, reason: null }, 200);
  expect(waits(250)).toEqual([null, 100]);
  happen('fail', 300);
  expect(waits(310)).toEqual([300, 110]);
  act({ kind: 'skip_step', by, gap: 'no source' }, 400);
  expect(waits(450)).toEqual([400, 250]);
  act({ kind: 'cancel', by, reason: null }, 500);
  expect(waits(900)).toEqual([null, 300]);
});

test('a state that an older version handed over goes on counting from where its gate was opened', () => {
  const { waitingSinceMs, waitedMs, ...older } = settle(initialSession({ plan: planOf() }), 100);
  expect([waitingSinceMs, waitedMs]).toEqual([100, 0]);
  expect(waitMsOf(older, 150)).toBe(50);
  expect(command(older, approve(), 200)).toMatchObject({ waitedMs: 100, waitingSinceMs: null });
});

test('a failed step needs attention, and a retry runs the same step again', () => {
  const running = initialSession({ plan: planOf() });
  const problem = { phase: 1, step: 'THINK', code: 'server', message: 'the model is down' } as const;
  const failed = applyFact(running, { kind: 'step_failed', stepId: 's', attempt: 1, problem }, 0).state;
  expect(progressOf(failed)).toMatchObject({
    status: 'needs_attention',
    canProceed: false,
    reason: 'the model is down',
  });
  const retried = command(failed, { kind: 'go_on', by, instructions: null, model: 'other' });
  expect(nextAction(retried)).toEqual({ kind: 'run_step', phase: 1, step: 'THINK', attempt: 1 });
  expect(retried.model).toBe('other');
  const skipped = command(failed, { kind: 'skip_step', by, gap: 'no source' });
  expect(nextAction(skipped)).toMatchObject({ step: 'EXECUTE' });
  expect(phaseAt(skipped, 1).gap).toBe('no source');
});

test('an accepted command names the states before and after it', () => {
  const second = settle(command(settle(initialSession({ plan: planOf() })), approve()));
  const [commanded] = applyCommand(command(second, { kind: 'pause', by, reason: null }), redo(1), 0).events;
  expect(commanded).toMatchObject({
    type: 'session.commanded',
    before: { status: 'paused', phase: 2, step: null, attempt: 1, waitingFor: 'gate' },
    after: { status: 'paused', phase: 1, step: 'THINK', attempt: 2, waitingFor: 'nothing' },
  });
});

test('a command that would change nothing leaves the very state and no event', () => {
  const paused = command(initialSession({ plan: planOf() }), { kind: 'pause', by, reason: null });
  const { state, events } = applyCommand(paused, { kind: 'pause', by, reason: 'again' }, 9_000);
  expect(state).toBe(paused);
  expect(events).toEqual([]);
});

test('an accepted command names the gate that it was bound to, and no other one names any', () => {
  const opened = settle(initialSession({ plan: planOf() }));
  const gate = { id: 'gate-1-1', attempt: 1, digest: '1-INTEGRATE-1' };
  const aboutOf = (given: SessionCommand) =>
    applyCommand(opened, given, 0).events.find(({ type }) => type === 'session.commanded');
  expect(aboutOf({ ...approve(), gate } as SessionCommand)).toMatchObject({ about: gate });
  expect(aboutOf(Object.assign(approve(), { gate: undefined as never }))).toMatchObject({ about: null });
  expect(aboutOf({ kind: 'pause', by, reason: null })).toMatchObject({ about: null });
});

test('a gate with a deadline reminds once, when four fifths of its time are over', () => {
  const opened = settle(initialSession({ plan: planOf({ gateTimeoutMs: 1_000 }) }), 0);
  expect(nextAction(opened)).toEqual({ kind: 'wait', untilMs: 800 });
  const reminded = applyFact(opened, { kind: 'gate_reminded', gateId: 'gate-1-1' }, 800);
  expect(reminded.events.map((each) => each.type)).toEqual(['gate.reminded']);
  expect(nextAction(reminded.state)).toEqual({ kind: 'wait', untilMs: 1_000 });
});

test('a gate deadline stands still while paused', () => {
  const opened = settle(initialSession({ plan: planOf({ gateTimeoutMs: 1_000, onTimeout: 'reject' }) }), 0);
  const paused = command(opened, { kind: 'pause', by, reason: null }, 400);
  expect(nextAction(paused)).toEqual({ kind: 'wait', untilMs: null });
  const resumed = command(paused, { kind: 'resume', by, reason: null }, 5_400);
  expect(nextAction(resumed)).toEqual({ kind: 'wait', untilMs: 5_800 });
  expect(resumed.waiting).toMatchObject({ gate: { deadlineAtMs: 6_000 } });
});

test.each([
  ['hold', 'waiting_approval', 1],
  ['approve', 'running', 2],
  ['reject', 'rejected', 1],
] as const)('an expired gate with the policy %s leaves the session %s', (onTimeout, status, currentPhase) => {
  const state = settle(initialSession({ plan: planOf({ gateTimeoutMs: 1_000, onTimeout }) }));
  const expired = applyFact(state, { kind: 'gate_expired', gateId: 'gate-1-1' }, 1_000);
  expect(expired.events[0]).toMatchObject({ type: 'gate.expired' });
  expect(progressOf(expired.state)).toMatchObject({ status, currentPhase });
});

test('the expiry of a gate that is no longer open does nothing', () => {
  const state = settle(command(settle(initialSession({ plan: planOf({ onTimeout: 'reject' }) })), approve()));
  expect(applyFact(state, { kind: 'gate_expired', gateId: 'gate-1-1' }, 0).state).toBe(state);
});

test('a fork starts after what it inherited', () => {
  const origin = settle(command(settle(initialSession({ plan: planOf() })), approve()));
  const fork = initialSession({ plan: planOf(), inherited: [origin.phases[0]!] });
  expect(progressOf(fork)).toMatchObject({ currentPhase: 2, currentStep: 'THINK', percent: 33 });
});

type Move = { command: SessionCommand } | { fact: 'finish' | 'late' | 'fail' | 'open' | 'expire' };

const step = fc.constantFrom(...stepNames);
const digest = fc.constantFrom(null, '1-INTEGRATE-1', '2-INTEGRATE-2', 'other');
const plain = { by, comment: null, notes: null };
const commands: fc.Arbitrary<SessionCommand> = fc.oneof(
  digest.map((seen) => ({ kind: 'approve' as const, ...plain, digest: seen })),
  digest.map((seen) => ({ kind: 'reject' as const, by, comment: null, digest: seen })),
  digest.map((seen) => ({ kind: 'edit' as const, ...plain, digest: seen ?? 'other', output: ref('edited') })),
  fc.tuple(fc.integer({ min: 0, max: 4 }), step).map(([phase, from]) => redo(phase, from)),
  fc.constantFrom<SessionCommand>(
    { kind: 'run_due_step', by, instructions: null, model: null },
    { kind: 'go_on', by, instructions: null, model: 'm' },
    { kind: 'skip_step', by, gap: 'gap' },
    { kind: 'pause', by, reason: null },
    { kind: 'resume', by, reason: null },
  ),
);
const rareEnd = fc.constantFrom<SessionCommand>(
  { kind: 'cancel', by, reason: null },
  { kind: 'finish_early', by, reason: null },
);
const moves: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.constantFrom<Move>(
      { fact: 'finish' },
      { fact: 'finish' },
      { fact: 'open' },
      { fact: 'fail' },
      { fact: 'expire' },
      { fact: 'late' },
    ),
  },
  { weight: 8, arbitrary: commands.map((given): Move => ({ command: given })) },
  { weight: 1, arbitrary: rareEnd.map((given): Move => ({ command: given })) },
);

function factOf(state: SessionState, kind: string, nowMs: number): SessionFact {
  const number = state.phase;
  const phase = phaseAt(state, number);
  const due = dueStep(phase) ?? 'INTEGRATE';
  const attempt = kind === 'late' ? phase.attempt - 1 : phase.attempt;
  if (kind === 'open') return { kind: 'gate_opened', gateId: `g${nowMs}` };
  if (kind === 'expire')
    return { kind: 'gate_expired', gateId: state.waiting.kind === 'gate' ? state.waiting.gate.id : 'none' };
  if (kind === 'fail')
    return {
      kind: 'step_failed',
      stepId: `s${nowMs}`,
      attempt,
      problem: { phase: number, step: due, code: 'c', message: 'm' },
    };
  const result = { stepId: `s${nowMs}`, attempt, ref: ref(`${number}-${due}-${attempt}`) };
  return { kind: 'step_finished', phase: number, step: due, result };
}

test('any sequence of commands, results, failures and expiries keeps the invariants', () => {
  const plans = fc.record({
    autoSteps: fc.boolean(),
    gateTimeoutMs: fc.constantFrom(null, 10),
    onTimeout: fc.constantFrom('hold' as const, 'approve' as const, 'reject' as const),
  });
  fc.assert(
    fc.property(plans, fc.array(moves, { maxLength: 80 }), (options, sequence) => {
      let state = initialSession({ plan: planOf(options) });
      sequence.forEach((move, nowMs) => {
        const before = state;
        const { state: after, events } =
          'command' in move
            ? applyCommand(state, move.command, nowMs)
            : applyFact(state, factOf(state, move.fact, nowMs), nowMs);
        const [was, is] = [progressOf(before), progressOf(after)];
        // P1
        for (let number = 1; number < after.phase; number += 1)
          expect(phaseAt(after, number).approved).toBe(true);
        // P2 and P3
        if (after.waiting.kind === 'gate') {
          expect(after.waiting.gate.digest).toBe(phaseAt(after, after.phase).output?.sha256 ?? '');
          expect(after.waiting.gate.attempt).toBe(phaseAt(after, after.phase).attempt);
        }
        const opened = events.filter((each) => each.type === 'gate.opened').length;
        if (opened > 0) expect(before.waiting.kind).not.toBe('gate');
        if ('command' in move && refusalOf(before, move.command) !== null) expect(after).toBe(before);
        // P4
        if ('fact' in move && move.fact === 'late') expect(after).toBe(before);
        // P5
        if (is.attempt === was.attempt) expect(is.percent).toBeGreaterThanOrEqual(was.percent);
        // P6
        if (before.ending !== null) expect(after).toBe(before);
        // P7
        if (after.pausedAtMs !== null) expect(nextAction(after).kind).not.toBe('run_step');
        expect(after.version).toBeGreaterThanOrEqual(before.version);
        if (after !== before) expect(after.version).toBeGreaterThan(before.version);
        state = after;
      });
    }),
    { numRuns: 500 },
  );
});

test('a hundred percent is the end alone, and a deadline that stands still is none', () => {
  const phases = [{ title: 'only', gate: true }];
  const gated = settle(initialSession({ plan: planOf({ phases, gateTimeoutMs: 1_000 }) }), 5_000);
  expect(progressOf(gated)).toMatchObject({ percent: 99, completedPhases: [1], deadlineAtMs: 6_000 });
  const paused = command(gated, { kind: 'pause', by, reason: null }, 5_500);
  expect(progressOf(paused)).toMatchObject({ percent: 99, deadlineAtMs: null });
  const resumed = command(paused, { kind: 'resume', by, reason: null }, 9_500);
  expect(progressOf(resumed).deadlineAtMs).toBe(10_000);
  expect(progressOf(settle(command(resumed, approve())))).toMatchObject({
    percent: 100,
    status: 'completed',
  });
});

test('whatever happened, a person can always bring an open session to its end', () => {
  fc.assert(
    fc.property(fc.array(moves, { maxLength: 60 }), (sequence) => {
      let state = initialSession({ plan: planOf({ autoSteps: false, gateTimeoutMs: 5 }) });
      sequence.forEach((move, nowMs) => {
        state = (
          'command' in move
            ? applyCommand(state, move.command, nowMs)
            : applyFact(state, factOf(state, move.fact, nowMs), nowMs)
        ).state;
      });
      for (let turn = 0; turn < 60 && state.ending === null; turn += 1) {
        state = settle(applyCommand(state, { kind: 'resume', by, reason: null }, 1_000 + turn).state);
        const { kind } = state.waiting;
        if (kind === 'gate') state = applyCommand(state, approve(), 1_000 + turn).state;
        else if (state.ending === null)
          state = applyCommand(state, { kind: 'go_on', by, instructions: null, model: null }, 1_000).state;
      }
      expect(state.ending?.status).toBeDefined();
    }),
    { numRuns: 300 },
  );
});
