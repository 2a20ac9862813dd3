import { refusalOf, type SessionCommand } from '../../../src/domain/sessions/commands.js';
import { applyCommand, applyFact } from '../../../src/domain/sessions/machine.js';
import { sessionStatus } from '../../../src/domain/sessions/progress.js';
import {
  currentPhase,
  dueStep,
  initialSession,
  type SessionState,
} from '../../../src/domain/sessions/state.js';
import { approve, by, command, planOf, redo, ref, settle } from './play.js';

const goOn: SessionCommand = { kind: 'go_on', by, instructions: null, model: null };
const pause: SessionCommand = { kind: 'pause', by, reason: 'later' };
const plain = { by, comment: null, notes: null };

const begun = initialSession({ plan: planOf() });
const atGate = settle(begun);
const manual = initialSession({ plan: planOf({ autoSteps: false }) });
const beforeExecute = finish(manual);
const integrated = finish(command(finish(command(beforeExecute, goOn)), goOn));

const situations: Record<string, SessionState> = {
  'the first step runs': begun,
  'EXECUTE waits for its trigger': beforeExecute,
  'INTEGRATE of phase 2 waits for its trigger': phaseTwo(),
  'all steps are done and the gate is not open yet': integrated,
  'the gate of phase 1 is open': atGate,
  'EXECUTE failed': failed(command(beforeExecute, goOn)),
  'the first step runs, paused': command(begun, pause),
  'the gate of phase 1 is open, paused': command(atGate, pause),
};

const commands: Record<string, SessionCommand> = {
  approve: approve(),
  'approve what is there': approve('1-INTEGRATE-1'),
  'approve something else': approve('other'),
  edit: { kind: 'edit', ...plain, digest: '1-INTEGRATE-1', output: ref('mine') },
  'edit something else': { kind: 'edit', ...plain, digest: 'other', output: ref('mine') },
  reject: { kind: 'reject', by, digest: null, comment: 'no' },
  'redo phase 0': redo(0),
  'redo phase 1': redo(1),
  'redo from EXECUTE': redo(1, 'EXECUTE'),
  'redo from INTEGRATE': redo(1, 'INTEGRATE'),
  'redo phase 2': redo(2),
  'redo what is there': { ...redo(1), digest: '1-INTEGRATE-1' } as SessionCommand,
  'redo something else': { ...redo(1), digest: 'other' } as SessionCommand,
  'run the due step': { kind: 'run_due_step', by, instructions: null, model: null },
  'go on': goOn,
  'skip the step': { kind: 'skip_step', by, gap: 'no source' },
  'finish early': { kind: 'finish_early', by, reason: null },
  pause,
  resume: { kind: 'resume', by, reason: 'now' },
  cancel: { kind: 'cancel', by, reason: 'enough' },
};

function finish(state: SessionState): SessionState {
  const step = dueStep(currentPhase(state))!;
  const { attempt } = currentPhase(state);
  const result = { stepId: step, attempt, ref: ref(`${state.phase}-${step}-${attempt}`) };
  return applyFact(state, { kind: 'step_finished', phase: state.phase, step, result }, 0).state;
}

function phaseTwo(): SessionState {
  const gate = settle(integrated);
  return finish(command(finish(command(gate, approve())), goOn));
}

function failed(state: SessionState): SessionState {
  const step = dueStep(currentPhase(state))!;
  const problem = { phase: state.phase, step, code: 'server', message: 'the model is down' };
  return applyFact(state, { kind: 'step_failed', stepId: 's', attempt: 1, problem }, 0).state;
}

/** `running 1.THINK a2 nothing: session.commanded, session.redone`, or the refusal. */
function outcomeOf(state: SessionState, given: SessionCommand): string {
  const { state: after, events } = applyCommand(state, given, 0);
  const refusal = refusalOf(state, given);
  if (refusal !== null)
    return after === state && events.length === 0 ? refusal : 'a refused command changed something';
  if (after === state) return events.length === 0 ? 'changes nothing' : 'publishes what did not happen';
  const at = `${after.phase}.${dueStep(currentPhase(after)) ?? 'done'} a${after.attempt}`;
  return `${sessionStatus(after)} ${at} ${after.waiting.kind}: ${events.map(({ type }) => type).join(', ')}`;
}

const outcomes: Record<string, Record<string, string>> = {
  'the first step runs': {
    approve: 'not_waiting',
    'approve what is there': 'not_waiting',
    'approve something else': 'not_waiting',
    edit: 'not_waiting',
    'edit something else': 'not_waiting',
    reject: 'not_waiting',
    'redo phase 0': 'step_not_reached',
    'redo phase 1': 'running 1.THINK a2 nothing: session.commanded, session.redone',
    'redo from EXECUTE': 'step_not_reached',
    'redo from INTEGRATE': 'step_not_reached',
    'redo phase 2': 'step_not_reached',
    'redo what is there': 'not_waiting',
    'redo something else': 'not_waiting',
    'run the due step': 'nothing_due',
    'go on': 'nothing_due',
    'skip the step': 'nothing_due',
    'finish early': 'nothing_due',
    pause: 'paused 1.THINK a1 nothing: session.commanded, session.paused',
    resume: 'unchanged',
    cancel: 'canceled 1.THINK a1 nothing: session.commanded, session.ended',
  },
  'EXECUTE waits for its trigger': {
    approve: 'not_waiting',
    'approve what is there': 'not_waiting',
    'approve something else': 'not_waiting',
    edit: 'not_waiting',
    'edit something else': 'not_waiting',
    reject: 'not_waiting',
    'redo phase 0': 'step_not_reached',
    'redo phase 1': 'running 1.THINK a2 nothing: session.commanded, session.redone',
    'redo from EXECUTE': 'running 1.EXECUTE a2 nothing: session.commanded, session.redone',
    'redo from INTEGRATE': 'step_not_reached',
    'redo phase 2': 'step_not_reached',
    'redo what is there': 'not_waiting',
    'redo something else': 'not_waiting',
    'run the due step': 'running 1.EXECUTE a1 nothing: session.commanded',
    'go on': 'running 1.EXECUTE a1 nothing: session.commanded',
    'skip the step': 'nothing_due',
    'finish early': 'nothing_due',
    pause: 'paused 1.EXECUTE a1 trigger: session.commanded, session.paused',
    resume: 'unchanged',
    cancel: 'canceled 1.EXECUTE a1 nothing: session.commanded, session.ended',
  },
  'INTEGRATE of phase 2 waits for its trigger': {
    approve: 'not_waiting',
    'approve what is there': 'not_waiting',
    'approve something else': 'not_waiting',
    edit: 'not_waiting',
    'edit something else': 'not_waiting',
    reject: 'not_waiting',
    'redo phase 0': 'step_not_reached',
    'redo phase 1': 'running 1.THINK a2 nothing: session.commanded, session.redone',
    'redo from EXECUTE': 'running 1.EXECUTE a2 nothing: session.commanded, session.redone',
    'redo from INTEGRATE': 'running 1.INTEGRATE a2 nothing: session.commanded, session.redone',
    'redo phase 2': 'running 2.THINK a2 nothing: session.commanded, session.redone',
    'redo what is there': 'not_waiting',
    'redo something else': 'not_waiting',
    'run the due step': 'running 2.INTEGRATE a1 nothing: session.commanded',
    'go on': 'running 2.INTEGRATE a1 nothing: session.commanded',
    'skip the step': 'nothing_due',
    'finish early': 'nothing_due',
    pause: 'paused 2.INTEGRATE a1 trigger: session.commanded, session.paused',
    resume: 'unchanged',
    cancel: 'canceled 2.INTEGRATE a1 nothing: session.commanded, session.ended',
  },
  'all steps are done and the gate is not open yet': {
    approve: 'not_waiting',
    'approve what is there': 'not_waiting',
    'approve something else': 'not_waiting',
    edit: 'not_waiting',
    'edit something else': 'not_waiting',
    reject: 'not_waiting',
    'redo phase 0': 'step_not_reached',
    'redo phase 1': 'running 1.THINK a2 nothing: session.commanded, session.redone',
    'redo from EXECUTE': 'running 1.EXECUTE a2 nothing: session.commanded, session.redone',
    'redo from INTEGRATE': 'running 1.INTEGRATE a2 nothing: session.commanded, session.redone',
    'redo phase 2': 'step_not_reached',
    'redo what is there': 'not_waiting',
    'redo something else': 'not_waiting',
    'run the due step': 'nothing_due',
    'go on': 'nothing_due',
    'skip the step': 'nothing_due',
    'finish early': 'nothing_due',
    pause: 'paused 1.done a1 nothing: session.commanded, session.paused',
    resume: 'unchanged',
    cancel: 'canceled 1.done a1 nothing: session.commanded, session.ended',
  },
  'the gate of phase 1 is open': {
    approve: 'running 2.THINK a1 nothing: session.commanded, gate.decided',
    'approve what is there': 'running 2.THINK a1 nothing: session.commanded, gate.decided',
    'approve something else': 'stale_approval',
    edit: 'running 2.THINK a1 nothing: session.commanded, gate.decided',
    'edit something else': 'stale_approval',
    reject: 'rejected 1.done a1 nothing: session.commanded, gate.decided, session.ended',
    'redo phase 0': 'step_not_reached',
    'redo phase 1': 'running 1.THINK a2 nothing: session.commanded, gate.decided, session.redone',
    'redo from EXECUTE': 'running 1.EXECUTE a2 nothing: session.commanded, gate.decided, session.redone',
    'redo from INTEGRATE': 'running 1.INTEGRATE a2 nothing: session.commanded, gate.decided, session.redone',
    'redo phase 2': 'step_not_reached',
    'redo what is there': 'running 1.THINK a2 nothing: session.commanded, gate.decided, session.redone',
    'redo something else': 'stale_approval',
    'run the due step': 'nothing_due',
    'go on': 'phase_gate',
    'skip the step': 'nothing_due',
    'finish early': 'nothing_due',
    pause: 'paused 1.done a1 gate: session.commanded, session.paused',
    resume: 'unchanged',
    cancel: 'canceled 1.done a1 nothing: session.commanded, session.ended',
  },
  'EXECUTE failed': {
    approve: 'not_waiting',
    'approve what is there': 'not_waiting',
    'approve something else': 'not_waiting',
    edit: 'not_waiting',
    'edit something else': 'not_waiting',
    reject: 'not_waiting',
    'redo phase 0': 'step_not_reached',
    'redo phase 1': 'running 1.THINK a2 nothing: session.commanded, session.redone',
    'redo from EXECUTE': 'running 1.EXECUTE a2 nothing: session.commanded, session.redone',
    'redo from INTEGRATE': 'step_not_reached',
    'redo phase 2': 'step_not_reached',
    'redo what is there': 'not_waiting',
    'redo something else': 'not_waiting',
    'run the due step': 'running 1.EXECUTE a1 nothing: session.commanded',
    'go on': 'running 1.EXECUTE a1 nothing: session.commanded',
    'skip the step': 'waiting_approval 1.INTEGRATE a1 trigger: session.commanded',
    'finish early': 'completed 1.EXECUTE a1 nothing: session.commanded, session.ended',
    pause: 'paused 1.EXECUTE a1 attention: session.commanded, session.paused',
    resume: 'unchanged',
    cancel: 'canceled 1.EXECUTE a1 nothing: session.commanded, session.ended',
  },
  'the first step runs, paused': {
    approve: 'not_waiting',
    'approve what is there': 'not_waiting',
    'approve something else': 'not_waiting',
    edit: 'not_waiting',
    'edit something else': 'not_waiting',
    reject: 'not_waiting',
    'redo phase 0': 'step_not_reached',
    'redo phase 1': 'paused 1.THINK a2 nothing: session.commanded, session.redone',
    'redo from EXECUTE': 'step_not_reached',
    'redo from INTEGRATE': 'step_not_reached',
    'redo phase 2': 'step_not_reached',
    'redo what is there': 'not_waiting',
    'redo something else': 'not_waiting',
    'run the due step': 'nothing_due',
    'go on': 'nothing_due',
    'skip the step': 'nothing_due',
    'finish early': 'nothing_due',
    pause: 'unchanged',
    resume: 'running 1.THINK a1 nothing: session.commanded, session.resumed',
    cancel: 'canceled 1.THINK a1 nothing: session.commanded, session.ended',
  },
  'the gate of phase 1 is open, paused': {
    approve: 'paused 2.THINK a1 nothing: session.commanded, gate.decided',
    'approve what is there': 'paused 2.THINK a1 nothing: session.commanded, gate.decided',
    'approve something else': 'stale_approval',
    edit: 'paused 2.THINK a1 nothing: session.commanded, gate.decided',
    'edit something else': 'stale_approval',
    reject: 'rejected 1.done a1 nothing: session.commanded, gate.decided, session.ended',
    'redo phase 0': 'step_not_reached',
    'redo phase 1': 'paused 1.THINK a2 nothing: session.commanded, gate.decided, session.redone',
    'redo from EXECUTE': 'paused 1.EXECUTE a2 nothing: session.commanded, gate.decided, session.redone',
    'redo from INTEGRATE': 'paused 1.INTEGRATE a2 nothing: session.commanded, gate.decided, session.redone',
    'redo phase 2': 'step_not_reached',
    'redo what is there': 'paused 1.THINK a2 nothing: session.commanded, gate.decided, session.redone',
    'redo something else': 'stale_approval',
    'run the due step': 'nothing_due',
    'go on': 'phase_gate',
    'skip the step': 'nothing_due',
    'finish early': 'nothing_due',
    pause: 'unchanged',
    resume: 'waiting_approval 1.done a1 gate: session.commanded, session.resumed',
    cancel: 'canceled 1.done a1 nothing: session.commanded, session.ended',
  },
};

test.each(Object.entries(situations))('when %s, each command does what it should', (situation, state) => {
  const found = Object.entries(commands).map(([name, given]) => [name, outcomeOf(state, given)]);
  expect(Object.fromEntries(found)).toEqual(outcomes[situation]);
});

test.each(['completed', 'rejected', 'failed', 'canceled'] as const)(
  'a session that was %s refuses every command',
  (status) => {
    const ended: SessionState = { ...atGate, ending: { status, reason: null } };
    for (const given of Object.values(commands)) expect(outcomeOf(ended, given)).toBe('already_finished');
  },
);
