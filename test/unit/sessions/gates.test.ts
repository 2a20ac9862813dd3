import { applyCommand, applyFact, nextAction } from '../../../src/domain/sessions/machine.js';
import type { SessionCommand } from '../../../src/domain/sessions/commands.js';
import {
  initialSession,
  phaseAt,
  type OpenGate,
  type SessionState,
} from '../../../src/domain/sessions/state.js';
import type { SessionFact, SessionEvent } from '../../../src/domain/sessions/transitions.js';
import { approve, by, command, planOf, redo, ref, settle } from './play.js';

const timed = planOf({ gateTimeoutMs: 1_000 });
const pause: SessionCommand = { kind: 'pause', by, reason: null };
const resume: SessionCommand = { kind: 'resume', by, reason: 'back' };

function gateOf(state: SessionState): OpenGate {
  if (state.waiting.kind !== 'gate') throw new Error('no gate is open');
  return state.waiting.gate;
}

function eventsOf(state: SessionState, given: SessionCommand): readonly SessionEvent[] {
  return applyCommand(state, given, 0).events;
}

/** The steps of the first phase are done and its gate is not open yet. */
function integrated(plan = timed): SessionState {
  const { waiting, ...rest } = settle(initialSession({ plan }));
  return waiting.kind === 'gate' ? { ...rest, waiting: { kind: 'nothing' } } : { ...rest, waiting };
}

test('a gate holds what it was opened for, and publishes it', () => {
  const gate = {
    id: 'g',
    phase: 1,
    attempt: 1,
    digest: '1-INTEGRATE-1',
    openedAtMs: 500,
    deadlineAtMs: 1_500,
    remindAtMs: 1_300,
  };
  const opened = applyFact(integrated(), { kind: 'gate_opened', gateId: 'g' }, 500);
  expect(opened.state.waiting).toEqual({ kind: 'gate', gate });
  expect(opened.events).toEqual([{ type: 'gate.opened', gate }]);
});

test('a gate without a time limit has neither a deadline nor a reminder', () => {
  const opened = applyFact(integrated(planOf()), { kind: 'gate_opened', gateId: 'g' }, 500).state;
  expect(gateOf(opened)).toMatchObject({ deadlineAtMs: null, remindAtMs: null });
  expect(nextAction(opened)).toEqual({ kind: 'wait', untilMs: null });
});

test('a gate of a phase that has no output carries an empty digest', () => {
  const state = integrated();
  const bare = { ...state, phases: state.phases.map((phase) => ({ ...phase, output: null })) };
  expect(gateOf(applyFact(bare, { kind: 'gate_opened', gateId: 'g' }, 0).state).digest).toBe('');
});

const problem = { phase: 1, step: 'THINK', code: 'c', message: 'm' } as const;
const atGate = settle(initialSession({ plan: timed }));

test.each<[string, SessionState, SessionFact]>([
  ['a second gate', atGate, { kind: 'gate_opened', gateId: 'g' }],
  ['a gate before the steps are done', initialSession({ plan: timed }), { kind: 'gate_opened', gateId: 'g' }],
  [
    'a gate while a failure waits',
    { ...integrated(), waiting: { kind: 'attention', problem } },
    { kind: 'gate_opened', gateId: 'g' },
  ],
  ['a reminder of another gate', atGate, { kind: 'gate_reminded', gateId: 'g' }],
  ['a reminder without a gate', integrated(), { kind: 'gate_reminded', gateId: 'gate-1-1' }],
  ['the expiry of another gate', atGate, { kind: 'gate_expired', gateId: 'g' }],
  ['the expiry without a gate', integrated(), { kind: 'gate_expired', gateId: 'gate-1-1' }],
  ['the expiry while paused', command(atGate, pause), { kind: 'gate_expired', gateId: 'gate-1-1' }],
  ['a failure at a gate', atGate, { kind: 'step_failed', stepId: 's', attempt: 1, problem }],
  [
    'a failure of another attempt',
    initialSession({ plan: timed }),
    { kind: 'step_failed', stepId: 's', attempt: 2, problem },
  ],
  [
    'a failure after the end',
    command(atGate, { kind: 'cancel', by, reason: null }),
    { kind: 'step_failed', stepId: 's', attempt: 1, problem },
  ],
  [
    'a result of another phase',
    initialSession({ plan: timed }),
    { kind: 'step_finished', phase: 2, step: 'THINK', result: { stepId: 's', attempt: 1, ref: null } },
  ],
  [
    'a result of a step that is not due',
    initialSession({ plan: timed }),
    { kind: 'step_finished', phase: 1, step: 'EXECUTE', result: { stepId: 's', attempt: 1, ref: null } },
  ],
])('%s changes nothing and publishes nothing', (_what, state, fact) => {
  const next = applyFact(state, fact, 2_000);
  expect(next.state).toBe(state);
  expect(next.events).toEqual([]);
});

test('a reminded gate stays as it is, and is not reminded of again', () => {
  const reminded = applyFact(atGate, { kind: 'gate_reminded', gateId: 'gate-1-1' }, 800);
  const gate = { ...gateOf(atGate), remindAtMs: null };
  expect(reminded.state.waiting).toEqual({ kind: 'gate', gate });
  expect(reminded.events).toEqual([{ type: 'gate.reminded', gate }]);
});

test('a gate held after its deadline stays open without one', () => {
  const gate = gateOf(atGate);
  const held = applyFact(atGate, { kind: 'gate_expired', gateId: gate.id }, 1_000);
  expect(held.state.waiting).toEqual({
    kind: 'gate',
    gate: { ...gate, deadlineAtMs: null, remindAtMs: null },
  });
  expect(held.events).toEqual([{ type: 'gate.expired', gate }]);
});

test.each([
  ['approve', ['gate.expired', 'gate.decided']],
  ['reject', ['gate.expired', 'gate.decided', 'session.ended']],
] as const)('the clock decides %s in its own name and says why', (onTimeout, types) => {
  const state = settle(initialSession({ plan: planOf({ gateTimeoutMs: 1_000, onTimeout }) }));
  const gate = gateOf(state);
  const { events } = applyFact(state, { kind: 'gate_expired', gateId: gate.id }, 1_000);
  expect(events.map(({ type }) => type)).toEqual(types);
  expect(events[1]).toEqual({
    type: 'gate.decided',
    gate,
    decision: {
      decision: onTimeout,
      by: { userId: null, via: 'timeout' },
      comment: 'nobody decided in time',
      notes: null,
      output: null,
    },
  });
});

test.each<[string, SessionCommand, Record<string, unknown>]>([
  [
    'approval',
    { kind: 'approve', by, digest: null, comment: 'good', notes: ref('n') },
    { decision: 'approve', comment: 'good', notes: ref('n'), output: null },
  ],
  [
    'edit',
    { kind: 'edit', by, digest: '1-INTEGRATE-1', comment: 'mine', output: ref('o'), notes: ref('n') },
    { decision: 'edit', comment: 'mine', notes: ref('n'), output: ref('o') },
  ],
  [
    'rejection',
    { kind: 'reject', by, digest: null, comment: 'no' },
    { decision: 'reject', comment: 'no', notes: null, output: null },
  ],
  [
    'redo',
    { ...redo(1), comment: 'again', instructions: ref('i') } as SessionCommand,
    { decision: 'redo', comment: 'again', notes: ref('i'), output: null },
  ],
])('the events of an %s hold everything that was decided', (_what, given, decision) => {
  expect(eventsOf(atGate, given)[1]).toEqual({
    type: 'gate.decided',
    gate: gateOf(atGate),
    decision: { by, ...decision },
  });
});

test('an approval keeps the output and the notes of its phase, and ends the wait', () => {
  const given: SessionCommand = { kind: 'approve', by, digest: null, comment: null, notes: ref('n') };
  const approved = command(atGate, given);
  expect(phaseAt(approved, 1)).toMatchObject({
    approved: true,
    output: ref('1-INTEGRATE-1'),
    notes: ref('n'),
  });
  expect(approved).toMatchObject({ phase: 2, waiting: { kind: 'nothing' }, ending: null });
});

test.each<[string, SessionCommand, SessionState['ending']]>([
  ['rejected', { kind: 'reject', by, digest: null, comment: 'no' }, { status: 'rejected', reason: 'no' }],
  ['canceled', { kind: 'cancel', by, reason: 'enough' }, { status: 'canceled', reason: 'enough' }],
])('a session that is %s waits for nothing and is not paused', (_what, given, ending) => {
  const ended = command(command(atGate, pause, 10), given, 20);
  expect(ended).toMatchObject({ ending, waiting: { kind: 'nothing' }, pausedAtMs: null });
  expect(nextAction(ended)).toEqual({ kind: 'end', ending });
});

test('the approval of the last gate completes the session', () => {
  const phases = ['one', 'two'].map((title) => ({ title, gate: true }));
  const second = settle(command(settle(initialSession({ plan: planOf({ phases }) })), approve()));
  expect(command(second, approve())).toMatchObject({
    phase: 2,
    ending: { status: 'completed', reason: null },
  });
  expect(eventsOf(second, approve()).map(({ type }) => type)).toEqual([
    'session.commanded',
    'gate.decided',
    'session.ended',
  ]);
});

test.each([
  ['before the pause', 0, 5_400],
  ['during the pause', 700, 5_700],
])('a gate opened %s gets back the time that it stood still', (_what, openedAtMs, nowMs) => {
  const [pausedAtMs, shiftMs] = [400, 5_000];
  const gate = {
    ...gateOf(atGate),
    openedAtMs,
    deadlineAtMs: openedAtMs + 1_000,
    remindAtMs: openedAtMs + 800,
  };
  const paused: SessionState = { ...atGate, waiting: { kind: 'gate', gate }, pausedAtMs };
  const resumed = applyCommand(paused, resume, nowMs);
  expect(gateOf(resumed.state)).toEqual({
    ...gate,
    deadlineAtMs: gate.deadlineAtMs + shiftMs,
    remindAtMs: gate.remindAtMs + shiftMs,
  });
  expect(resumed.state.pausedAtMs).toBeNull();
  expect(resumed.events.at(-1)).toEqual({ type: 'session.resumed', reason: 'back' });
});

test('a gate that was reminded of, or has no deadline, gets neither back by a resume', () => {
  const reminded = { ...gateOf(atGate), remindAtMs: null };
  const resumed = command(
    { ...atGate, waiting: { kind: 'gate', gate: reminded }, pausedAtMs: 100 },
    resume,
    300,
  );
  expect(gateOf(resumed)).toMatchObject({ deadlineAtMs: 1_200, remindAtMs: null });
  const timeless = command(settle(initialSession({ plan: planOf() })), pause, 100);
  expect(gateOf(command(timeless, resume, 300))).toEqual(gateOf(timeless));
});
