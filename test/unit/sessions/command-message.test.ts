import { problemOfCommand } from '../../../src/domain/sessions/command-message.js';
import { withKnownDeciders } from '../../../src/domain/sessions/vouched.js';
import { applyCommand } from '../../../src/domain/sessions/machine.js';
import { initialSession } from '../../../src/domain/sessions/state.js';
import { approve, by, planOf, redo, settle } from './play.js';

const content = { sha256: 'a'.repeat(64), bytes: 1, preview: 'a' };
const rerun = { instructions: null, model: null };
const state = { by, reason: null };

test.each<[object]>([
  [approve()],
  [approve('a'.repeat(64))],
  [{ ...approve(), gate: null }],
  [{ ...approve(), gate: { id: 'gate_1', attempt: 1, digest: 'd' }, notes: content }],
  [{ kind: 'edit', by, digest: 'd', comment: 'c', output: content, notes: null }],
  [{ kind: 'reject', by, digest: null, comment: null }],
  [{ ...redo(1), input: content }],
  [{ kind: 'run_due_step', by, ...rerun }],
  [{ kind: 'go_on', by, ...rerun, instructions: content }],
  [{ kind: 'skip_step', by, gap: 'no data' }],
  ...['finish_early', 'pause', 'resume', 'cancel'].map((kind): [object] => [{ kind, ...state }]),
  [{ kind: 'pause', ...state, by: { ...by, requestId: 'req_1', ip: null, userAgent: 'a', signature: 's' } }],
  [{ kind: 'pause', ...state, laterMember: {} }],
  ...['console', 'signal'].map((via): [object] => [{ kind: 'pause', ...state, by: { ...by, via } }]),
])('a proper command has no problem: %j', (given) => {
  expect(problemOfCommand(given)).toBeNull();
});

test.each<[unknown, string]>([
  [undefined, 'takes one object'],
  [[], 'takes one object'],
  [{ by }, 'kind: must be one of approve, '],
  [{ kind: 'toString', by }, 'kind: must be one of approve, '],
  [{ kind: 'pause', reason: null }, 'by: must be an object'],
  [{ kind: 'pause', by: {}, reason: null }, 'by: userId: must be a text'],
  [{ kind: 'pause', by: { ...by, via: 'timeout' }, reason: null }, 'by: via: must be one of api, console'],
  [{ kind: 'pause', by: { ...by, ip: 4 }, reason: null }, 'by: ip: must be a text'],
  [{ kind: 'pause', by, reason: {} }, 'reason: must be a text'],
  [{ kind: 'pause', by, reason: 'a\ud800' }, 'reason: holds a character'],
  [{ kind: 'pause', by }, 'reason: must be a text'],
  [{ ...approve(), gate: {} }, 'gate: id: must be a text'],
  [{ ...approve(), notes: 'a note' }, 'notes: must be an object'],
  [{ ...approve(), notes: { ...content, bytes: -1 } }, 'notes: bytes: must be a whole number'],
  [{ kind: 'edit', by, digest: 'd', comment: null, output: null, notes: null }, 'output: must be an object'],
  [{ ...redo(1), from: { phase: 1.5, step: 'THINK' } }, 'from: phase: must be a whole number'],
  [{ ...redo(1), from: { phase: 1, step: 'think' } }, 'from: step: must be one of THINK, '],
  [{ kind: 'skip_step', by, gap: '' }, 'gap: must be a text'],
])('a command that is %j is refused with the reason', (given, problem) => {
  expect(problemOfCommand(given)).toContain(problem);
});

const atGate = settle(initialSession({ plan: planOf() }));
const sent = { ...by, commandId: 'one', requestId: 'req_1' };

test('the events of a command that nobody vouches for come from Temporal', () => {
  const { events } = applyCommand(atGate, { ...redo(1), by: sent }, 0);
  const known = JSON.stringify(withKnownDeciders(events, () => false));
  expect(known).not.toContain('usr_1');
  expect(known).not.toContain('req_1');
  expect(known).toContain('"commandId":"one"');
});

test('the events of a command that is vouched for stay as they are', () => {
  const { events } = applyCommand(atGate, { ...approve(), by: sent }, 0);
  expect(withKnownDeciders(events, ({ kind, gate }) => kind === 'approve' && gate === null)).toEqual(events);
});

test('what the clock decides needs nobody to vouch for it', () => {
  const clock = { userId: null, via: 'timeout' } as const;
  const { events } = applyCommand(atGate, { ...approve(), by: clock }, 0);
  expect(withKnownDeciders(events, () => false)).toEqual(events);
});

test('a command without a person that nobody vouches for comes from Temporal, whatever way it names', () => {
  const forged = { userId: null, via: 'console', commandId: 'one' } as const;
  const { events } = applyCommand(atGate, { ...approve(), by: forged }, 0);
  const [commanded] = withKnownDeciders(events, () => false);
  expect(commanded).toMatchObject({ by: { userId: null, via: 'signal', commandId: 'one' } });
});

const text = (length: number): string => 'x'.repeat(length);
const inGate = (more: object) => ({ ...approve(), gate: { id: 'g', attempt: 1, digest: '', ...more } });
const inBy = (more: object) => ({ kind: 'pause', reason: null, by: { ...by, ...more } });
const inNotes = (more: object) => ({ ...approve(), notes: { ...content, ...more } });
const inRedo = (more: object) => ({ ...redo(1), ...more });

test.each<[string, (length: number) => object, number, number]>([
  ['the id of a gate', (length) => inGate({ id: text(length) }), 1, 64],
  ['the digest of a gate', (length) => inGate({ digest: text(length) }), 0, 64],
  ['the attempt of a gate', (attempt) => inGate({ attempt }), 1, 2_147_483_647],
  ['the digest of an approval', (length) => ({ ...approve(), digest: text(length) }), 1, 64],
  [
    'the digest of an edit',
    (length) => ({ kind: 'edit', by, digest: text(length), comment: null, output: content, notes: null }),
    1,
    64,
  ],
  ['the comment', (length) => ({ ...approve(), comment: text(length) }), 0, 4_000],
  ['a reason', (length) => ({ kind: 'pause', by, reason: text(length) }), 0, 4_000],
  ['a gap', (length) => ({ kind: 'skip_step', by, gap: text(length) }), 1, 4_000],
  ['a user id', (length) => inBy({ userId: text(length) }), 1, 200],
  ['a request id', (length) => inBy({ requestId: text(length) }), 0, 200],
  ['an address', (length) => inBy({ ip: text(length) }), 0, 200],
  ['a user agent', (length) => inBy({ userAgent: text(length) }), 0, 2_000],
  ['a signature', (length) => inBy({ signature: text(length) }), 0, 200],
  ['a hash', (length) => inNotes({ sha256: text(length) }), 64, 64],
  ['a number of bytes', (bytes) => inNotes({ bytes }), 0, 2_147_483_647],
  ['a preview', (length) => inNotes({ preview: text(length) }), 0, 1_000],
  ['a model', (length) => inRedo({ model: text(length) }), 0, 200],
  ['the phase of a redo', (phase) => inRedo({ from: { phase, step: 'THINK' } }), 1, 2_147_483_647],
])('%s has a least and a greatest size', (_what, made, least, most) => {
  expect([least, most].map((size) => problemOfCommand(made(size)))).toEqual([null, null]);
  expect(problemOfCommand(made(most + 1))).not.toBeNull();
  if (least > 0) expect(problemOfCommand(made(least - 1))).not.toBeNull();
});
