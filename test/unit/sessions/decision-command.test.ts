import { initialSession } from '../../../src/domain/sessions/state.js';
import { decisionCommand, hasTexts } from '../../../src/workflows/sessions/decision-command.js';
import { planOf } from './play.js';

const by = { userId: null, via: 'signal' };
const ref = (digest: string) => ({ digest, bytes: 1, mime: 'text/plain' }) as never;
const state = { ...initialSession({ plan: planOf() } as never), phase: 2 };
const kept = { output: ref('o'), notes: ref('n'), instructions: ref('i') };

test('an approval carries digest, comment and the stored notes', () => {
  const given = { decision: 'approve', outputDigest: 'd', comment: 'c' } as const;
  expect(decisionCommand(given, state, kept)).toEqual({
    kind: 'approve',
    by,
    digest: 'd',
    comment: 'c',
    notes: ref('n'),
  });
});

test('a decision without words carries none', () => {
  expect(decisionCommand({ decision: 'approve' }, state)).toEqual({
    kind: 'approve',
    by,
    digest: null,
    comment: null,
    notes: null,
  });
  expect(decisionCommand({ decision: 'reject' }, state)).toEqual({
    kind: 'reject',
    by,
    digest: null,
    comment: null,
  });
});

test('a redo begins at the first step of the phase that is open', () => {
  expect(decisionCommand({ decision: 'redo' }, state, kept)).toEqual({
    kind: 'redo',
    by,
    from: { phase: 2, step: 'THINK' },
    digest: null,
    comment: null,
    instructions: ref('i'),
    input: null,
    model: null,
  });
});

test('an edit carries the stored output', () => {
  expect(decisionCommand({ decision: 'edit', outputDigest: 'd' }, state, kept)).toEqual({
    kind: 'edit',
    by,
    digest: 'd',
    comment: null,
    output: ref('o'),
    notes: ref('n'),
  });
});

test.each([
  ['its output', { decision: 'edit', outputDigest: 'd' } as const, { ...kept, output: null }],
  ['the digest of what was seen', { decision: 'edit' } as const, kept],
])('an edit without %s fails for good', (_what, given, texts) => {
  expect(() => decisionCommand(given, state, texts)).toThrow(
    expect.objectContaining({
      message: 'an edit needs edits and outputDigest',
      type: 'InvalidInput',
      nonRetryable: true,
    }),
  );
});

test.each([
  [{}, false],
  [{ comment: 'c' }, false],
  [{ edits: 'e' }, true],
  [{ notes: '' }, true],
  [{ instructions: 'i' }, true],
])('texts of %j that must be stored: %s', (more, has) => {
  expect(hasTexts({ decision: 'approve', ...more })).toBe(has);
});
