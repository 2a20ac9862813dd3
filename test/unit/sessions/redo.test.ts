import fc from 'fast-check';
import type { SessionCommand } from '../../../src/domain/sessions/commands.js';
import { inheritedPhases, planRerun } from '../../../src/domain/sessions/fork.js';
import { applyCommand, applyFact, nextAction } from '../../../src/domain/sessions/machine.js';
import { isReached } from '../../../src/domain/sessions/redo-point.js';
import {
  dueStep,
  emptyPhase,
  initialSession,
  phaseAt,
  stepNames,
  withPhase,
  type StepName,
} from '../../../src/domain/sessions/state.js';
import { approve, by, command, planOf, redo, ref, settle } from './play.js';

const started = initialSession({ plan: planOf() });
const firstGate = settle(started);
const secondGate = settle(command(firstGate, approve()));
const notes = ref('note');

function redoWith(phase: number, step: StepName, more: Partial<SessionCommand>): SessionCommand {
  return { ...redo(phase, step), ...more } as SessionCommand;
}

/** `1.THINK`, `1.EXECUTE`, … in their order. */
function placesOf(places: readonly { phase: number; step: StepName }[]): string[] {
  return places.map(({ phase, step }) => `${phase}.${step}`);
}

const everyPlace = [1, 2, 3].flatMap((phase) => stepNames.map((step) => `${phase}.${step}`));
const reached = everyPlace.slice(0, 6);

test.each(reached.map((place, index) => [place, index] as const))(
  'a redo from %s keeps what came before it and runs the rest again',
  (place, index) => {
    const [phase, step] = [Number(place[0]), place.slice(2) as StepName];
    const again = command(secondGate, redo(phase, step));
    const kept = again.phases.flatMap((each, at) =>
      Object.keys(each.results).map((name) => `${at + 1}.${name}`),
    );
    expect(kept).toEqual(everyPlace.slice(0, index));
    expect(nextAction(again)).toEqual({ kind: 'run_step', phase, step, attempt: 2 });
    expect(again.phases.map((each) => each.attempt)).toEqual([phase > 1 ? 1 : 2, 2, 2]);
    expect(again.phases.map((each) => each.approved)).toEqual([phase > 1, false, false]);
    expect(phaseAt(again, phase).output).toBeNull();
  },
);

/** Phases of which only those named have a result of each step. */
const doneIn = (...done: number[]) =>
  [1, 2, 3].reduce((state, number) => {
    const results = done.includes(number) ? phaseAt(secondGate, 1).results : {};
    return withPhase(state, number, { ...emptyPhase, results });
  }, started);

test.each<[string, number[], string, boolean]>([
  ['the phase before the first', [1, 2, 3], '0.THINK', false],
  ['the last step of all', [1, 2, 3], '3.INTEGRATE', true],
  ['a phase after the last', [1, 2, 3], '4.THINK', false],
  ['the step that is due', [1], '2.THINK', true],
  ['a step after the one that is due', [1], '2.EXECUTE', false],
  ['a phase after one that is not done', [2], '3.THINK', false],
  ['a phase after one that is not done', [1], '3.THINK', false],
])('%s is reached when each step before it has a result', (_what, done, place, expected) => {
  const from = { phase: Number(place[0]), step: place.slice(2) as StepName };
  expect(isReached(doneIn(...done), from)).toBe(expected);
});

test('a redo gives its instructions to the phase it starts in alone', () => {
  const again = command(secondGate, redoWith(1, 'EXECUTE', { instructions: ref('shorter') }));
  expect(again.phases.map((phase) => phase.instructions)).toEqual([ref('shorter'), null, null]);
});

test('a redo without instructions drops those of an earlier one', () => {
  const redone = settle(command(firstGate, redoWith(1, 'THINK', { instructions: ref('shorter') })));
  expect(phaseAt(command(redone, redo(1)), 1).instructions).toBeNull();
});

test('a redo names where it starts and who asked for it', () => {
  const running = command(firstGate, approve());
  expect(applyCommand(running, redo(1, 'EXECUTE'), 0).events.slice(1)).toEqual([
    { type: 'session.redone', from: { phase: 1, step: 'EXECUTE' }, attempt: 2, by },
  ]);
});

test.each([
  [{}, 'first', ref('topic')],
  [{ model: 'second' }, 'second', ref('topic')],
  [{ input: ref('other') }, 'first', ref('other')],
])('a redo with %j goes on with the model %s and the input %j', (more, model, input) => {
  const state = settle(initialSession({ plan: planOf(), model: 'first', input: ref('topic') }));
  expect(command(state, redoWith(1, 'THINK', more as Partial<SessionCommand>))).toMatchObject({
    model,
    input,
  });
});

test('a phase that a redo did not reach keeps its notes and its approval', () => {
  const noted = settle(command(firstGate, { kind: 'approve', by, digest: null, comment: null, notes }));
  const [first] = noted.phases;
  expect(command(noted, redo(2)).phases[0]).toBe(first);
});

test('the plan of a rerun divides all steps of the session at its point, and names those it reuses', () => {
  const inReach = fc.constantFrom(...everyPlace);
  fc.assert(
    fc.property(inReach, (place) => {
      const from = { phase: Number(place[0]), step: place.slice(2) as StepName };
      const at = everyPlace.indexOf(place);
      const plan = planRerun(secondGate, from);
      // Phase 3 was not begun: its first step is the last that can be asked for.
      if (at > 6) return expect(plan).toBeNull();
      expect(placesOf(plan!.reused)).toEqual(everyPlace.slice(0, at));
      // Two phases have results; the third would have run anyway.
      expect(placesOf(plan!.rerun)).toEqual(everyPlace.slice(at, 6));
      expect(placesOf(plan!.pending)).toEqual(everyPlace.slice(6));
      expect(plan!.reused.map(({ stepId }) => stepId)).toEqual(
        everyPlace.slice(0, at).map((each) => `${each.replace('.', '')}1`),
      );
    }),
  );
});

test.each<[number, StepName]>([
  [0, 'THINK'],
  [4, 'THINK'],
  [-1, 'THINK'],
])('a rerun from phase %i is no plan', (phase, step) => {
  expect(planRerun(secondGate, { phase, step })).toBeNull();
});

test('a rerun may start at any step of the last phase once everything is done', () => {
  const whole = settle(command(secondGate, approve()));
  for (const step of stepNames)
    expect(placesOf(planRerun(whole, { phase: 3, step })!.rerun)[0]).toBe(`3.${step}`);
});

test('a rerun past a phase that is not done is no plan', () => {
  expect(planRerun(command(firstGate, approve()), { phase: 3, step: 'THINK' })).toBeNull();
});

test('a fork takes over whole phases as approved, and the earlier steps of the one it starts in', () => {
  const again = settle(command(settle(command(firstGate, redo(1))), approve()));
  const newIds = new Map([
    ['1THINK2', 'new1'],
    ['2THINK1', 'new2'],
  ]);
  const phases = inheritedPhases(
    again,
    { phase: 2, step: 'EXECUTE' },
    { instructions: ref('shorter'), newStepIds: newIds },
  );
  expect(phases).toHaveLength(2);
  expect(phases[0]).toEqual({
    ...again.phases[0],
    attempt: 1,
    approved: true,
    results: {
      THINK: { stepId: 'new1', attempt: 1, ref: ref('1-THINK-2') },
      EXECUTE: { stepId: '1EXECUTE2', attempt: 1, ref: ref('1-EXECUTE-2') },
      INTEGRATE: { stepId: '1INTEGRATE2', attempt: 1, ref: ref('1-INTEGRATE-2') },
    },
  });
  expect(phases[1]).toEqual({
    ...emptyPhase,
    instructions: ref('shorter'),
    results: { THINK: { stepId: '2THINK2', attempt: 1, ref: ref('2-THINK-2') } },
  });
});

test('a fork of a phase whose gate is open counts that phase as approved', () => {
  const phases = inheritedPhases(
    firstGate,
    { phase: 2, step: 'THINK' },
    { instructions: null, newStepIds: new Map() },
  );
  expect(phases.map(({ approved }) => approved)).toEqual([true, false]);
  const fork = initialSession({ plan: planOf(), inherited: phases });
  expect([fork.phase, dueStep(phaseAt(fork, 2)), fork.phases[2]]).toEqual([2, 'THINK', emptyPhase]);
});

test('a fork takes over nothing of a step without a result', () => {
  expect(
    inheritedPhases(
      started,
      { phase: 1, step: 'INTEGRATE' },
      { instructions: null, newStepIds: new Map() },
    )[0]?.results,
  ).toEqual({});
});

test('a session begins with nothing done, at its first attempt and version', () => {
  expect(started).toEqual({
    plan: planOf(),
    version: 1,
    attempt: 1,
    phase: 1,
    phases: [emptyPhase, emptyPhase, emptyPhase],
    waiting: { kind: 'nothing' },
    pausedAtMs: null,
    ending: null,
    model: null,
    input: null,
  });
  expect(emptyPhase).toEqual({
    attempt: 1,
    results: {},
    output: null,
    approved: false,
    notes: null,
    instructions: null,
    gap: null,
  });
});

test('a phase put in place of itself leaves the state as it is, and a phase beyond the plan is empty', () => {
  expect(withPhase(started, 1, phaseAt(started, 1))).toBe(started);
  expect(phaseAt(started, 9)).toBe(emptyPhase);
  const other = { ...emptyPhase, gap: 'x' };
  expect(withPhase(started, 2, other).phases).toEqual([emptyPhase, other, emptyPhase]);
});

test('every accepted change counts one version', () => {
  const paused = command(firstGate, { kind: 'pause', by, reason: null });
  expect(paused.version).toBe(firstGate.version + 1);
});

test.each<[string, readonly StepName[], string | null]>([
  ['EXECUTE and INTEGRATE', ['THINK'], '1-THINK-1'],
  ['INTEGRATE', ['THINK', 'EXECUTE'], '1-EXECUTE-1'],
  ['all', [], null],
])('a phase of which %s was skipped hands on the best it has', (_what, done, output) => {
  let state = started;
  for (const step of stepNames) {
    const result = { stepId: step, attempt: 1, ref: ref(`1-${step}-1`) };
    const problem = { phase: 1, step, code: 'c', message: 'm' };
    state = done.includes(step)
      ? applyFact(state, { kind: 'step_finished', phase: 1, step, result }, 0).state
      : command(applyFact(state, { kind: 'step_failed', stepId: 's', attempt: 1, problem }, 0).state, {
          kind: 'skip_step',
          by,
          gap: `no ${step}`,
        });
  }
  expect(phaseAt(state, 1).output?.sha256 ?? null).toBe(output);
  expect(phaseAt(state, 1).gap).toBe('no INTEGRATE');
  expect(phaseAt(state, 1).results.INTEGRATE).toEqual({ stepId: '', attempt: 1, ref: null });
});

test('a phase hands on nothing before its last step', () => {
  const result = { stepId: 's', attempt: 1, ref: ref('x') };
  const state = applyFact(started, { kind: 'step_finished', phase: 1, step: 'THINK', result }, 0).state;
  expect(phaseAt(state, 1)).toMatchObject({ output: null, results: { THINK: result }, approved: false });
});

test('a failure waits for attention with its problem, and names its step and attempt', () => {
  const problem = { phase: 1, step: 'THINK', code: 'server', message: 'down' } as const;
  const failed = applyFact(started, { kind: 'step_failed', stepId: 's', attempt: 1, problem }, 0);
  expect(failed.state.waiting).toEqual({ kind: 'attention', problem });
  expect(failed.events).toEqual([{ type: 'step.failed', stepId: 's', attempt: 1, problem }]);
});

test.each<[string, SessionCommand, string | null]>([
  ['a pause', { kind: 'pause', by, reason: 'later' }, 'later'],
  ['an early end', { kind: 'finish_early', by, reason: 'enough' }, 'enough'],
  ['a skip', { kind: 'skip_step', by, gap: 'no source' }, 'no source'],
  ['a redo', redo(1), null],
])('the record of %s names who asked and why', (_what, given, reason) => {
  const problem = { phase: 1, step: 'THINK', code: 'server', message: 'down' } as const;
  const failed = applyFact(started, { kind: 'step_failed', stepId: 's', attempt: 1, problem }, 0).state;
  expect(applyCommand(failed, given, 0).events[0]).toMatchObject({
    type: 'session.commanded',
    kind: given.kind,
    by,
    reason,
  });
});

test('an early end keeps its reason, or says that there was none', () => {
  const problem = { phase: 1, step: 'THINK', code: 'server', message: 'down' } as const;
  const failed = applyFact(started, { kind: 'step_failed', stepId: 's', attempt: 1, problem }, 0).state;
  const ending = (reason: string | null) => command(failed, { kind: 'finish_early', by, reason }).ending;
  expect(ending('enough')).toEqual({ status: 'completed', reason: 'enough' });
  expect(ending(null)).toEqual({ status: 'completed', reason: 'finished early with what is there' });
});

test('going on gives its instructions and its model to the step that was due, and keeps those of before', () => {
  const plan = planOf({ autoSteps: false });
  const state = settle(initialSession({ plan, model: 'first' }));
  const instructed = command(state, { kind: 'go_on', by, instructions: ref('a'), model: 'second' });
  expect([phaseAt(instructed, 1).instructions, instructed.model]).toEqual([ref('a'), 'second']);
  const plain = command(settle(instructed), { kind: 'run_due_step', by, instructions: null, model: null });
  expect([phaseAt(plain, 1).instructions, plain.model]).toEqual([ref('a'), 'second']);
});
