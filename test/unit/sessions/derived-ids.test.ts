import { stepIdBehind, gateIdOf } from '../../../src/domain/sessions/derived-ids.js';
import { initialSession } from '../../../src/domain/sessions/state.js';
import { sortableId, timeOfSortableId } from '../../../src/domain/sortable-id.js';
import { possibleSteps, stepAhead } from '../../../src/domain/sessions/steps/steps-ahead.js';
import { planOf, settle } from './play.js';

const first = 'session_01ks7e7q80abcdefghjkmnpqrs';
const atGate = settle(initialSession({ plan: planOf() }));

// Histories that are open hold such ids: another id for the same gate would be a second gate.
test('a gate has the very same id in every version', () => {
  expect(gateIdOf(first, atGate)).toBe('gate_01ks7e7q80hrrtbp2fe5fjsxcp');
  expect(gateIdOf(first, { ...atGate, phase: 2 })).toBe('gate_01ks7e7q80rdnny5d0qnhq82ac');
  expect(gateIdOf(first.replace(/s$/, 'q'), atGate)).toBe('gate_01ks7e7q80j55wdmewbfxd7hy8');
});

test('a session without any output has an id for its gate too, always the same', () => {
  const begun = initialSession({ plan: planOf() });
  expect(gateIdOf(first, begun)).toBe('gate_01ks7e7q80rdnny5d0krxde9mf');
});

test('sessions, phases, attempts and outputs have gates of their own, made when the session was', () => {
  const phase = atGate.phases[0]!;
  const again = { ...phase, attempt: 2 };
  const other = { ...phase, results: { INTEGRATE: { stepId: 'other', attempt: 1, ref: null } } };
  const ids = [
    gateIdOf(first, atGate),
    gateIdOf(first.replace(/s$/, 't'), atGate),
    gateIdOf(first, { ...atGate, phase: 2 }),
    gateIdOf(first, { ...atGate, phases: atGate.phases.with(0, again) }),
    gateIdOf(first, { ...atGate, phases: atGate.phases.with(0, other) }),
  ];
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(timeOfSortableId(id)).toBe(timeOfSortableId(first));
});

test('the time is read behind the last underscore, so that a prefix may have its own', () => {
  const id = sortableId('dead_letter', 1_700_000_000_000, 'f'.repeat(20));
  expect(timeOfSortableId(id)).toBe(1_700_000_000_000);
});

const firstStep = 'step_01ks7e7q80abcdefghjkmnpqrs';

test('a step that an activity runs behind others has the same id in each of its tries, in their order', () => {
  const ids = [firstStep, stepIdBehind(firstStep, 1), stepIdBehind(firstStep, 2)];
  expect(ids).toEqual([...ids].sort());
  expect(ids[1]).toBe(stepIdBehind(firstStep, 1));
  expect(stepIdBehind(firstStep.replace(/s$/, 't'), 1)).not.toBe(ids[1]);
});

test('an activity may run the steps up to the next gate, and none where the workflow decides', () => {
  const begun = initialSession({ plan: planOf() });
  const places = possibleSteps(begun, firstStep);
  expect(places.map(({ phase, step }) => `${phase} ${step}`)).toEqual([
    '1 THINK',
    '1 EXECUTE',
    '1 INTEGRATE',
  ]);
  expect(places.map(({ stepId }) => stepId)).toEqual([
    firstStep,
    stepIdBehind(firstStep, 1),
    stepIdBehind(firstStep, 2),
  ]);
  expect(stepAhead(atGate, firstStep, 1)).toBeNull();
  expect(stepAhead({ ...begun, pausedAtMs: 1 }, firstStep, 1)).toBeNull();
});
