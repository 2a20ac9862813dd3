/** The sizes that a scroll bar of rows is drawn from. */
export interface GridScroll {
  readonly total: number;
  /** Rows that are seen at once. */
  readonly count: number;
  /** The way that the scroll bar can go. */
  readonly mostTop: number;
}

/** The first row that can be at the top: below it the last one is seen. */
export function lastFirst({ total, count }: GridScroll): number {
  return Math.max(0, total - count);
}

/** Both ends are exact, however many rows share a pixel. The bar's way maps to the way through the rows. */
export function firstAt(top: number, scroll: GridScroll): number {
  if (scroll.mostTop <= 0) return 0;
  const share = Math.min(1, Math.max(0, top / scroll.mostTop));
  return Math.round(share * lastFirst(scroll));
}

export function topOf(first: number, scroll: GridScroll): number {
  const last = lastFirst(scroll);
  return last === 0 ? 0 : (first / last) * scroll.mostTop;
}

/** Where a key leads from a row; undefined: the key is not the grid's. */
export function firstAfterKey(key: string, first: number, scroll: GridScroll): number | undefined {
  const page = Math.max(1, scroll.count - 1);
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: first + 1,
    ArrowUp: first - 1,
    PageDown: first + page,
    PageUp: first - page,
    ' ': first + page,
    Home: 0,
    End: lastFirst(scroll),
  };
  const wanted = moves[key];
  return wanted === undefined ? undefined : Math.max(0, Math.min(lastFirst(scroll), wanted));
}
