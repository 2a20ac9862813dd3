/** Where a command writes. Results go to `out`, so that they can be piped; what is for people's eyes goes to `err`. */
export interface Terminal {
  out(line: string): void;
  err(line: string): void;
  /** A line that stays at the bottom and is written over; nothing where nobody looks at a screen. */
  live(line: string): void;
}

interface Streams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

const CLEAR = '\r\u001b[2K';

export function createTerminal({ stdout, stderr }: Streams): Terminal {
  let bottom = '';
  // Both streams may be the same screen: the live line goes before either writes.
  const clear = (): void => {
    if (bottom !== '') stderr.write(CLEAR);
    bottom = '';
  };
  const line =
    (stream: NodeJS.WriteStream) =>
    (text: string): void => {
      clear();
      stream.write(`${text}\n`);
    };
  const live = (text: string): void => {
    if (!stderr.isTTY) return;
    clear();
    bottom = text.slice(0, Math.max(stderr.columns - 1, 0));
    stderr.write(bottom);
  };
  return { out: line(stdout), err: line(stderr), live };
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
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (character) =>
    character === '\n' || character === '\t' ? ' ' : '\ufffd',
  );
}
