/**
 * The difference of two texts, line by line: the shortest script of removals and additions (Myers 1986), in hunks with a
 * few equal lines around them.
 *
 * L1. Equal input gives an equal answer, and applying the script to the left text gives the right one.
 * L2. The work is bounded: texts that are too long or too different are not aligned, all of what lies between their
 *     common beginning and end counts as replaced (`exact` is false).
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
  const replaced = [
    ...left.map((text): DiffLine => ({ kind: 'removed', text })),
    ...right.map((text): DiffLine => ({ kind: 'added', text })),
  ];
  if (left.length === 0 || right.length === 0) return { script: replaced, exact: true };
  if (left.length + right.length > MAX_LINES) return { script: replaced, exact: false };
  const trace = furthestPaths(...numbered(left, right));
  return trace === undefined
    ? { script: replaced, exact: false }
    : { script: walkBack(trace, left, right), exact: true };
}

/** Lines as numbers, equal lines equal numbers, so that comparing two of them costs the same however long they are. */
function numbered(left: string[], right: string[]): [Int32Array, Int32Array] {
  const numbers = new Map<string, number>();
  const numberOf = (line: string): number => {
    const known = numbers.get(line);
    if (known !== undefined) return known;
    numbers.set(line, numbers.size);
    return numbers.size - 1;
  };
  return [Int32Array.from(left, numberOf), Int32Array.from(right, numberOf)];
}

/**
 * For each number of edits, how far down the left side one gets on each diagonal (left − right). The last round reaches
 * the end of both. Undefined when that takes too many edits.
 */
function furthestPaths(left: Int32Array, right: Int32Array): Int32Array[] | undefined {
  const rounds: Int32Array[] = [];
  for (let edits = 0; edits <= MAX_EDITS; edits += 1) {
    const before = rounds.at(-1);
    const reached = new Int32Array(2 * edits + 1).fill(-1);
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = before === undefined ? 0 : startOf(before, edits, diagonal);
      while (x < left.length && x - diagonal < right.length && left[x] === right[x - diagonal]) x += 1;
      reached[diagonal + edits] = x;
      if (x >= left.length && x - diagonal >= right.length) return [...rounds, reached];
    }
    rounds.push(reached);
  }
  return undefined;
}

/** Whether the best way onto a diagonal is an addition, from the diagonal above; else it is a removal. */
function comesByAddition(before: Int32Array, edits: number, diagonal: number): boolean {
  const offset = edits - 1;
  if (diagonal === -edits) return true;
  if (diagonal === edits) return false;
  return before[diagonal - 1 + offset]! < before[diagonal + 1 + offset]!;
}

function startOf(before: Int32Array, edits: number, diagonal: number): number {
  const offset = edits - 1;
  return comesByAddition(before, edits, diagonal)
    ? before[diagonal + 1 + offset]!
    : before[diagonal - 1 + offset]! + 1;
}

function walkBack(rounds: readonly Int32Array[], left: string[], right: string[]): DiffLine[] {
  const script: DiffLine[] = [];
  let [x, y] = [left.length, right.length];
  for (let edits = rounds.length - 1; edits > 0; edits -= 1) {
    const before = rounds[edits - 1]!;
    const diagonal = x - y;
    const byAddition = comesByAddition(before, edits, diagonal);
    const start = startOf(before, edits, diagonal);
    for (; x > start; x -= 1, y -= 1) script.push({ kind: 'same', text: left[x - 1]! });
    if (byAddition) script.push({ kind: 'added', text: right[(y -= 1)]! });
    else script.push({ kind: 'removed', text: left[(x -= 1)]! });
  }
  for (; x > 0; x -= 1) script.push({ kind: 'same', text: left[x - 1]! });
  return script.reverse();
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
