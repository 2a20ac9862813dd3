import fc from 'fast-check';
import { headOf } from '../../../src/domain/runs/content-head.js';
import { diffLines, type LineDiff } from '../../../src/domain/line-diff.js';
import {
  alignPhases,
  outputsOfAttempt,
  type ComparedPhase,
  type RunStep,
} from '../../../src/domain/sessions/compare.js';

const fewLines = fc
  .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 })
  .map((lines) => lines.join('\n'));

/** The right side, out of the left one and the hunks alone. */
function patched(left: string, { hunks }: LineDiff): string {
  const source = left.split('\n');
  const target: string[] = [];
  let position = 0;
  for (const hunk of hunks) {
    for (; position < hunk.leftLine - 1; position += 1) target.push(source[position]!);
    expect(hunk.rightLine).toBe(target.length + 1);
    for (const { kind, text } of hunk.lines) {
      if (kind !== 'added') expect(source[position++]).toBe(text);
      if (kind !== 'removed') target.push(text);
    }
  }
  return [...target, ...source.slice(position)].join('\n');
}

/** The length of the longest common subsequence, by the book. */
function commonLines(left: string[], right: string[]): number {
  const table = Array.from({ length: left.length + 1 }, () => new Array<number>(right.length + 1).fill(0));
  for (let i = 1; i <= left.length; i += 1)
    for (let j = 1; j <= right.length; j += 1)
      table[i]![j] =
        left[i - 1] === right[j - 1]
          ? table[i - 1]![j - 1]! + 1
          : Math.max(table[i - 1]![j]!, table[i]![j - 1]!);
  return table[left.length]![right.length]!;
}

test('the hunks of any two texts turn the left one into the right one', () => {
  fc.assert(
    fc.property(fewLines, fewLines, (left, right) => {
      expect(patched(left, diffLines(left, right))).toBe(right);
    }),
    { numRuns: 2_000 },
  );
});

test('no shorter script would do', () => {
  fc.assert(
    fc.property(fewLines, fewLines, (left, right) => {
      const [one, other] = [left.split('\n'), right.split('\n')];
      const { added, removed } = diffLines(left, right);
      expect(added + removed).toBe(one.length + other.length - 2 * commonLines(one, other));
    }),
    { numRuns: 500 },
  );
});

test('equal texts have no hunks, and far apart changes have hunks of their own', () => {
  const lines = Array.from({ length: 40 }, (_, index) => `line ${index}`);
  expect(diffLines(lines.join('\n'), lines.join('\n'))).toEqual({
    added: 0,
    removed: 0,
    exact: true,
    hunks: [],
  });
  const changed = lines.with(2, 'changed').with(30, 'changed');
  const { hunks } = diffLines(lines.join('\n'), changed.join('\n'));
  expect(hunks.map(({ leftLine, lines: shown }) => [leftLine, shown.length])).toEqual([
    [1, 7],
    [28, 8],
  ]);
});

test('texts that are too different are replaced whole, and it says that they were not aligned', () => {
  const text = (mark: string): string =>
    Array.from({ length: 3_000 }, (_, index) => `${mark}${index}`).join('\n');
  const diff = diffLines(`same\n${text('a')}`, `same\n${text('b')}`);
  expect([diff.added, diff.removed, diff.exact]).toEqual([3_000, 3_000, false]);
  expect(patched(`same\n${text('a')}`, diff)).toBe(`same\n${text('b')}`);
});

test('a change between two long ends that are alike is found, however long they are', () => {
  const end = Array.from({ length: 10_000 }, (_, index) => `line ${index}`);
  const text = (...middle: string[]): string => [...end, ...middle, ...end].join('\n');
  expect(diffLines(text('a', 'b'), text('c'))).toMatchObject({ added: 1, removed: 2, exact: true });
});

test('changes whose surroundings touch share a hunk, and a hunk says where it begins on both sides', () => {
  const lines = Array.from({ length: 40 }, (_, index) => `line ${index}`);
  const hunksOf = (right: readonly string[]): unknown =>
    diffLines(lines.join('\n'), right.join('\n')).hunks.map((hunk) => [
      hunk.leftLine,
      hunk.rightLine,
      hunk.lines.length,
    ]);
  expect(hunksOf(lines.toSpliced(10, 1).toSpliced(16, 1))).toEqual([[8, 8, 14]]);
  expect(hunksOf(lines.toSpliced(10, 1).toSpliced(17, 1))).toEqual([
    [8, 8, 7],
    [16, 15, 7],
  ]);
});

test('lines that are only added or only removed are exact, however many', () => {
  const many = ['first', ...Array.from({ length: 20_001 }, (_, index) => `line ${index}`)].join('\n');
  expect(diffLines('first', many)).toMatchObject({ added: 20_001, removed: 0, exact: true });
  expect(diffLines(many, 'first')).toMatchObject({ added: 0, removed: 20_001, exact: true });
});

test.each([
  [10_000, true],
  [10_001, false],
])('changes at both ends of 10000 lines are aligned with %d others: %s', (count, exact) => {
  const text = (mark: string, lines: number): string =>
    [mark, ...Array.from({ length: lines - 2 }, (_, index) => `line ${index}`), mark].join('\n');
  expect(diffLines(text('a', 10_000), text('b', count)).exact).toBe(exact);
});

const phase = (key: string, number: number, digest: string | null): ComparedPhase => ({
  key,
  title: key,
  number,
  digest,
});

test('phases are laid side by side by their keys, also where a template got another phase', () => {
  const left = [phase('a', 1, 'x'), phase('b', 2, 'y'), phase('c', 3, null)];
  const right = [phase('a', 1, 'x'), phase('new', 2, 'n'), phase('b', 3, 'z'), phase('c', 4, null)];
  expect(alignPhases(left, right).map(({ key, state }) => [key, state])).toEqual([
    ['a', 'equal'],
    ['b', 'changed'],
    ['c', 'none'],
    ['new', 'only_right'],
  ]);
});

const done = (place: number, attempt: number): RunStep => ({
  phase: place,
  step: 'INTEGRATE',
  attempt,
  status: 'completed',
  sha256: `${place}-${attempt}`,
});

test('an attempt has the outputs that stood when it ended: a redo discards its phase and all after it', () => {
  // Two phases, then phase 1 anew: the second attempt ends before phase 2, the third begins at phase 2.
  const steps = [done(1, 1), done(2, 1), done(1, 2), done(2, 3)];
  expect(outputsOfAttempt(1, { phaseCount: 2, steps, edits: [] })).toEqual(['1-1', '2-1']);
  expect(outputsOfAttempt(2, { phaseCount: 2, steps, edits: [] })).toEqual(['1-2', null]);
  expect(outputsOfAttempt(3, { phaseCount: 2, steps, edits: [] })).toEqual(['1-2', '2-3']);
  const again = [done(1, 1), done(2, 1), done(1, 2), done(2, 2)];
  expect(outputsOfAttempt(2, { phaseCount: 2, steps: again, edits: [] })).toEqual(['1-2', '2-2']);
});

test('a reviewer’s edit stands for what the model had written, in its attempt only', () => {
  const steps = [done(1, 1), done(1, 2)];
  const edits = [{ phase: 1, attempt: 1, sha256: 'edited' }];
  expect(outputsOfAttempt(1, { phaseCount: 1, steps, edits })).toEqual(['edited']);
  expect(outputsOfAttempt(2, { phaseCount: 1, steps, edits })).toEqual(['1-2']);
});

test('the beginning of a text never ends in half a character', () => {
  const bytes = Buffer.from('ab日本', 'utf8');
  expect([5, 6, 7, 8].map((length) => headOf(bytes.subarray(0, length)))).toEqual([
    'ab日',
    'ab日',
    'ab日',
    'ab日本',
  ]);
});

test.each([
  ['d', 'd', 'equal'],
  ['d', 'e', 'changed'],
  ['d', null, 'only_left'],
  [null, 'd', 'only_right'],
  [null, null, 'none'],
])('the outputs %s and %s of a phase are %s', (left, right, state) => {
  const phase = (digest: string | null): ComparedPhase => ({ key: 'a', title: 'A', number: 1, digest });
  expect(alignPhases([phase(left)], [phase(right)])).toMatchObject([{ key: 'a', title: 'A', state }]);
});

test('a phase of the left side alone keeps its name', () => {
  const phase = { key: 'a', title: 'A', number: 1, digest: 'd' };
  expect(alignPhases([phase], [])).toEqual([
    { key: 'a', title: 'A', left: phase, right: null, state: 'only_left' },
  ]);
});
