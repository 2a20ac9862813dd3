import { diffArrays } from 'diff';

/**
 * The difference of two texts by lines. It is the shortest script of removals and additions (Myers 1986), in hunks with
 * equal lines around.
 *
 * L1. Equal input gives an equal answer, and applying the script to the left text gives the right one.
 * L2. The work is bounded: too long or too different texts are not aligned. Everything between their common beginning
 *     and end counts as replaced (`exact` is false).
 */
interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

interface DiffHunk {
  /** Where the hunk begins on each side, counted from 1. */
  readonly leftLine: number;
  readonly rightLine: number;
  readonly lines: readonly DiffLine[];
}

export interface LineDiff {
  readonly added: number;
  readonly removed: number;
  readonly exact: boolean;
  readonly hunks: readonly DiffHunk[];
}

const CONTEXT_LINES = 3;
const MAX_LINES = 20_000;
const MAX_EDITS = 1_000;

export function diffLines(left: string, right: string): LineDiff {
  const { script, exact } = scriptOf(left.split('\n'), right.split('\n'));
  return {
    added: script.filter((line) => line.kind === 'added').length,
    removed: script.filter((line) => line.kind === 'removed').length,
    exact,
    hunks: hunksOf(script),
  };
}

function scriptOf(left: string[], right: string[]): { script: DiffLine[]; exact: boolean } {
  const shorter = Math.min(left.length, right.length);
  let head = 0;
  while (head < shorter && left[head] === right[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && left[left.length - 1 - tail] === right[right.length - 1 - tail]) tail += 1;
  const middle = alignMiddle(left.slice(head, left.length - tail), right.slice(head, right.length - tail));
  const same = (text: string): DiffLine => ({ kind: 'same', text });
  const script = [
    ...left.slice(0, head).map(same),
    ...middle.script,
    ...left.slice(left.length - tail).map(same),
  ];
  return { script, exact: middle.exact };
}

function alignMiddle(left: string[], right: string[]): { script: DiffLine[]; exact: boolean } {
  const script = (lines: readonly string[], kind: DiffLine['kind']): DiffLine[] =>
    lines.map((text) => ({ kind, text }));
  const replaced = script(left, 'removed').concat(script(right, 'added'));
  if (left.length === 0 || right.length === 0) return { script: replaced, exact: true };
  if (left.length + right.length > MAX_LINES) return { script: replaced, exact: false };
  const changes = diffArrays(left, right, { maxEditLength: MAX_EDITS });
  if (changes === undefined) return { script: replaced, exact: false };
  const kindOf = ({ added, removed }: { added: boolean; removed: boolean }): DiffLine['kind'] => {
    if (added) return 'added';
    return removed ? 'removed' : 'same';
  };
  return { script: changes.flatMap((change) => script(change.value, kindOf(change))), exact: true };
}

function hunksOf(script: readonly DiffLine[]): DiffHunk[] {
  const hunks: { from: number; to: number }[] = [];
  script.forEach((line, index) => {
    if (line.kind === 'same') return;
    const from = Math.max(0, index - CONTEXT_LINES);
    const to = Math.min(script.length, index + CONTEXT_LINES + 1);
    const last = hunks.at(-1);
    if (last !== undefined && from <= last.to) last.to = to;
    else hunks.push({ from, to });
  });
  let [position, leftLine, rightLine] = [0, 1, 1];
  return hunks.map(({ from, to }) => {
    for (; position < from; position += 1) {
      if (script[position]!.kind !== 'added') leftLine += 1;
      if (script[position]!.kind !== 'removed') rightLine += 1;
    }
    return { leftLine, rightLine, lines: script.slice(from, to) };
  });
}
