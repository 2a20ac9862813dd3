import {
  gateRefusal,
  hasTaken,
  openGateOf,
  refusalOf,
  withTaken,
  type GateName,
  type SessionCommand,
} from '../../../src/domain/sessions/commands.js';
import { initialSession } from '../../../src/domain/sessions/state.js';
import { planOf, redo, settle } from './play.js';

const begun = initialSession({ plan: planOf() });
const atGate = settle(begun);
const open = openGateOf(atGate)!;

test('the gate that is open is named by its id, its attempt and the output it is about', () => {
  expect(open).toEqual({ id: 'gate-1-1', attempt: 1, digest: '1-INTEGRATE-1' });
  expect(openGateOf(begun)).toBeNull();
});

test.each<[string, GateName | null | undefined, string | null, string | null]>([
  ['nothing', undefined, null, null],
  ['the output alone', undefined, open.digest, null],
  ['the whole gate', open, null, null],
  ['the whole gate and its output', open, open.digest, null],
  ['another output', undefined, 'other', 'stale_approval'],
  ['another id', { ...open, id: 'other' }, null, 'stale_approval'],
  ['another attempt', { ...open, attempt: 2 }, null, 'stale_approval'],
  ['the output of another gate', { ...open, digest: 'other' }, null, 'stale_approval'],
  ['that no gate was open', null, null, 'not_waiting'],
])('a decision whose sender saw %s is judged by that', (_what, gate, digest, refusal) => {
  expect(gateRefusal(atGate, { gate, digest } as { gate?: GateName | null; digest: string | null })).toBe(
    refusal,
  );
});

test.each<[string, Partial<Extract<SessionCommand, { kind: 'redo' }>>, string | null]>([
  ['the gate that is open', { gate: open }, null],
  ['another gate', { gate: { ...open, id: 'other' } }, 'stale_approval'],
  ['no gate', { gate: null }, 'not_waiting'],
  ['a point that was not reached', { gate: open, from: { phase: 2, step: 'THINK' } }, 'step_not_reached'],
  ['such a point, and nothing of a gate', { from: { phase: 2, step: 'THINK' } }, 'step_not_reached'],
])('a redo that names %s is judged by the gate first and then by the point', (_what, more, refusal) => {
  expect(refusalOf(atGate, { ...redo(1), ...more } as SessionCommand)).toBe(refusal);
});

test('a session remembers the last fifty commands, the earlier ones no more', () => {
  let state = begun;
  for (let number = 1; number <= 51; number += 1) state = withTaken(state, `command ${number}`);
  const remembered = [1, 2, 51, 52].map((number) => hasTaken(state, `command ${number}`));
  expect(remembered).toEqual([false, true, true, false]);
  expect(hasTaken(begun, 'command 1')).toBe(false);
});
