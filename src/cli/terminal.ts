/** Where a command writes. Results go to `out`, so that they can be piped; what is for people's eyes goes to `err`. */
export interface Terminal {
  out(line: string): void;
  err(line: string): void;
}

/** Columns as wide as their widest cell. Control characters are shown as what they are: titles come from anybody. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const clean = rows.map((row) => row.map(printable));
  const widths = (clean[0] ?? []).map((_, column) =>
    Math.max(...clean.map((row) => row[column]?.length ?? 0)),
  );
  return clean.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** Nothing that comes over the wire may move the cursor, colour the screen or break a line. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (character) =>
    character === '\n' || character === '\t' ? ' ' : '\ufffd',
  );
}
