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
])('a command that is %j is told what is wrong', (given, problem) => {
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
