import type { TextDiff } from '../../contracts/sessions/ledger.js';
import { diffLines } from '../../domain/line-diff.js';

const MAX_DIFF_LINES = 2_000;

/** The difference of two texts by lines, cut where it is longer than a page shows. */
export function textDiff(left: string, right: string): TextDiff {
  const { hunks, ...diff } = diffLines(left, right);
  let room = MAX_DIFF_LINES;
  const shown = hunks.flatMap((hunk) => {
    const lines = hunk.lines.slice(0, room);
    room -= lines.length;
    return lines.length === 0 ? [] : [{ ...hunk, lines }];
  });
  return {
    ...diff,
    truncated: hunks.some((hunk, index) => shown[index]?.lines.length !== hunk.lines.length),
    hunks: shown,
  };
}
