/** How a stored result is called as a table: `r_` and the id of its session. */
const NAME = /\br_(sql_[0-9a-hjkmnp-tv-z]{26})\b/g;

/** Sessions whose results a text may mean. The engine finds out its real reads. */
export function resultNamesIn(text: string): string[] {
  return [...new Set([...text.matchAll(NAME)].flatMap(([, id]) => id ?? []))];
}

/** Undefined: that is not the name of a result. */
export function sessionOfResult(table: string): string | undefined {
  return /^r_(sql_[0-9a-hjkmnp-tv-z]{26})$/.exec(table)?.[1];
}

export function resultTableName(sessionId: string): string {
  return `r_${sessionId}`;
}
