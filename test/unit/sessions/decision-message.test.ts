import {
  decisionLimits,
  problemOfDecision,
  problemOfProceed,
  refusalOfDecision,
  type DecideGateMessage,
} from '../../../src/domain/sessions/decision-message.js';
import { describeSession } from '../../../src/domain/sessions/details.js';
import { applyFact } from '../../../src/domain/sessions/machine.js';
import { initialSession, type SessionState } from '../../../src/domain/sessions/state.js';
import { approve, by, command, planOf, settle } from './play.js';

const members = 'comment, notes, outputDigest';
const everyMember = `${members}, gateId, decision, edits, instructions`;

test.each<[unknown]>([
  [{}],
  [{ comment: '', notes: '', outputDigest: 'd' }],
  [{ comment: 'c'.repeat(4_000), notes: 'n'.repeat(20_000), outputDigest: 'd'.repeat(64) }],
])('a signal with proper texts has no problem', (given) => {
  expect(problemOfProceed(given)).toBeNull();
});

test.each<[string, unknown, string]>([
  ['nothing', undefined, `takes one object with the members ${members}`],
  ['null', null, `takes one object with the members ${members}`],
  ['a text', 'approve', `takes one object with the members ${members}`],
  ['a list', [], `takes one object with the members ${members}`],
  ['a number as comment', { comment: 1 }, 'comment: must be a text of 0 to 4000 characters'],
  ['a long comment', { comment: 'c'.repeat(4_001) }, 'comment: must be a text of 0 to 4000 characters'],
  ['long notes', { notes: 'n'.repeat(20_001) }, 'notes: must be a text of 0 to 20000 characters'],
  ['an empty digest', { outputDigest: '' }, 'outputDigest: must be a text of 1 to 64 characters'],
  ['a long digest', { outputDigest: 'd'.repeat(65) }, 'outputDigest: must be a text of 1 to 64 characters'],
  ['half a character', { comment: 'a\ud800' }, 'comment: holds a character that cannot be stored'],
  ['a zero character', { notes: 'a\u0000' }, 'notes: holds a character that cannot be stored'],
  ['a foreign member', { decision: 'approve' }, `decision: is unknown; the members are ${members}`],
  ['an inherited name', { toString: 'x' }, `toString: is unknown; the members are ${members}`],
  [
    'a bad name',
    { ['x\ud800'.repeat(90)]: 1 },
    `${'x\ufffd'.repeat(50)}: is unknown; the members are ${members}`,
  ],
])('a signal with %s is refused with the reason', (_what, given, problem) => {
  expect(problemOfProceed(given)).toBe(problem);
});

test.each<[unknown]>([
  [{ decision: 'approve', gateId: 'g', outputDigest: 'd', comment: '', notes: '' }],
  [{ decision: 'reject' }],
  [{ decision: 'redo', instructions: 'i'.repeat(20_000) }],
  [{ decision: 'edit', edits: 'e'.repeat(900_000), outputDigest: 'd' }],
  [{ decision: 'edit', edits: { any: 'thing' }, outputDigest: 'd' }],
])('a proper decision has no problem', (given) => {
  expect(problemOfDecision(given)).toBeNull();
});

const oneOf = 'decision: must be one of approve, edit, redo, reject';

test.each<[string, unknown, string]>([
  ['no object', 1, `takes one object with the members ${everyMember}`],
  ['no decision', {}, oneOf],
  ['another decision', { decision: 'maybe' }, oneOf],
  [
    'an edit without edits',
    { decision: 'edit', outputDigest: 'd' },
    'edits: is needed for the decision edit',
  ],
  [
    'an edit without digest',
    { decision: 'edit', edits: 'e' },
    'outputDigest: is needed for the decision edit',
  ],
  ['edits of an approval', { decision: 'approve', edits: 'e' }, 'edits: are for the decision edit alone'],
  ['edits of a redo', { decision: 'redo', edits: {} }, 'edits: are for the decision edit alone'],
  [
    'instructions of a rejection',
    { decision: 'reject', instructions: 'i' },
    'instructions: are for the decision redo alone',
  ],
  [
    'instructions of an edit',
    { decision: 'edit', edits: 'e', outputDigest: 'd', instructions: 'i' },
    'instructions: are for the decision redo alone',
  ],
  ['empty edits', { decision: 'edit', edits: '' }, 'edits: must be a text of 1 to 900000 characters'],
  ['long edits', { edits: 'e'.repeat(900_001) }, 'edits: must be a text of 1 to 900000 characters'],
  ['a list of edits', { edits: ['e'] }, 'edits: must be a text of 1 to 900000 characters'],
  ['no instructions', { instructions: '' }, 'instructions: must be a text of 1 to 20000 characters'],
  [
    'long instructions',
    { instructions: 'i'.repeat(20_001) },
    'instructions: must be a text of 1 to 20000 characters',
  ],
  ['an empty gate', { gateId: '' }, 'gateId: must be a text of 1 to 64 characters'],
  ['a long gate', { gateId: 'g'.repeat(65) }, 'gateId: must be a text of 1 to 64 characters'],
])('a decision with %s is refused with the reason', (_what, given, problem) => {
  expect(problemOfDecision(given)).toBe(problem);
});

test('the limits of a decision are those of the API', () => {
  expect(decisionLimits).toEqual({
    digest: 64,
    comment: 4_000,
    notes: 20_000,
    instructions: 20_000,
    edits: 900_000,
  });
});

const atGate = settle(initialSession({ plan: planOf() }));
const given = (more: Partial<DecideGateMessage>): DecideGateMessage => ({ decision: 'approve', ...more });

test.each<[string, SessionState, Partial<DecideGateMessage>, string | null]>([
  ['the open gate', atGate, {}, null],
  ['the gate and what it shows', atGate, { gateId: 'gate-1-1', outputDigest: '1-INTEGRATE-1' }, null],
  ['another gate', atGate, { gateId: 'gate-1-2', outputDigest: '1-INTEGRATE-1' }, 'stale_approval'],
  ['other content', atGate, { gateId: 'gate-1-1', outputDigest: 'other' }, 'stale_approval'],
  ['a session without a gate', command(atGate, approve()), { gateId: 'gate-1-1' }, 'not_waiting'],
  [
    'a session that has ended',
    { ...atGate, ending: { status: 'failed', reason: null } },
    { gateId: 'gate-1-1' },
    'already_finished',
  ],
])('a decision about %s is taken or refused', (_what, state, more, refusal) => {
  expect(refusalOfDecision(state, given(more))).toBe(refusal);
});

const problem = { phase: 1, step: 'THINK', code: 'server', message: 'the model is down' } as const;
const begun = initialSession({ plan: planOf() });
const manual = settle(initialSession({ plan: planOf({ autoSteps: false }) }));

test('the Web UI shows where a session stands, phase by phase', () => {
  expect(describeSession(settle(command(atGate, approve())), { link: 'https://sluice.example/s' })).toBe(
    [
      '**waiting_approval** · 66% · phase 2 of 3: two',
      "Waits for a decision. Signal `proceedNextPhase` approves phase 2; the output's digest is `2-INTEGRATE-1`.",
      '✅ 1. one',
      '🧑 2. two',
      '▫️ 3. three',
      '[Open it in the console](https://sluice.example/s)',
    ].join('\n\n'),
  );
});

test('the Web UI shows of a session that runs only its phases', () => {
  expect(describeSession(begun)).toBe(
    ['**running** · 0% · phase 1 of 3: one', '▶️ 1. one', '▫️ 2. two', '▫️ 3. three'].join('\n\n'),
  );
});

test.each<[string, SessionState, string]>([
  ['paused', command(atGate, { kind: 'pause', by, reason: null }), 'Paused: waits for `resume`.'],
  ['waiting for a trigger', manual, 'Waits for its next step to be triggered (`continue-async`).'],
  [
    'in need of attention',
    applyFact(begun, { kind: 'step_failed', stepId: 's', attempt: 1, problem }, 0).state,
    'Needs attention at THINK: the model is down',
  ],
  ['ended with a reason', command(atGate, { kind: 'cancel', by, reason: 'enough' }), 'Ended: enough'],
  ['ended without one', command(atGate, { kind: 'cancel', by, reason: null }), '🧑 1. one'],
])('the Web UI says of a session that is %s what it waits for', (_what, state, line) => {
  expect(describeSession(state, { link: null }).split('\n\n')[1]).toBe(line);
});

test('the Web UI says that a signal was ignored, and why', () => {
  expect(describeSession(begun, { ignored: 'it is unknown' }).split('\n\n')[1]).toBe(
    '⚠️ A signal `proceedNextPhase` was ignored: it is unknown',
  );
});
