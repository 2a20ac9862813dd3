/** Where the lines go: a terminal can take a line back, a log cannot. */
export interface LineOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

export interface StatusLines {
  /** A part is on its way; the next line of any kind takes its place on a terminal. */
  busy(part: string, text: string): void;
  /** A part is up. */
  done(part: string, text: string): void;
  /** Something that needs a look. */
  warn(part: string, text: string): void;
  plain(text: string): void;
}

const NAME_WIDTH = 11;
const CLEAR_LINE = '\r\u001b[2K';

/** A readable line for each part. In a log, a `busy` line is written only when its part is not the one before. */
export function createStatusLines(output: LineOutput): StatusLines {
  const terminal = output.isTTY === true;
  let open = false;
  let busyPart = '';
  const close = (): string => {
    const clear = open ? CLEAR_LINE : '';
    open = false;
    return clear;
  };
  const line = (mark: string, part: string, text: string): void => {
    output.write(`${close()}  ${mark} ${part.padEnd(NAME_WIDTH)} ${text}\n`);
  };
  return {
    busy(part, text) {
      if (terminal) {
        output.write(`${close()}  … ${part.padEnd(NAME_WIDTH)} ${text}`);
        open = true;
      } else if (busyPart !== part) line('…', part, text);
      busyPart = part;
    },
    done(part, text) {
      line('✓', part, text);
    },
    warn(part, text) {
      line('!', part, text);
    },
    plain(text) {
      output.write(`${close()}${text}\n`);
    },
  };
}
