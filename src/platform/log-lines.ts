/** How long a line of the log may be. A collector cuts or drops longer ones, and one failure can carry megabytes. */
const MOST_BYTES = 16_000;
/** The kept part of a longer line: as a text in JSON again it may take twice as much. */
const KEPT_BYTES = 6_000;
const KEPT_MESSAGE = 500;

/** The line itself, or a line that says what it was. */
export function shortLine(line: string): string {
  const bytes = Buffer.byteLength(line);
  if (bytes <= MOST_BYTES) return line;
  const { level, time, service, pid, msg } = JSON.parse(line) as Record<string, unknown>;
  const message = typeof msg === 'string' ? msg.slice(0, KEPT_MESSAGE) : undefined;
  const begins = Buffer.from(line).subarray(0, KEPT_BYTES).toString('utf8');
  return `${JSON.stringify({ level, time, service, pid, cutFrom: bytes, begins, msg: message })}\n`;
}

const MOST_TEXT = 2_000;
const MOST_STACK = 4_000;
const DEEPEST_CAUSE = 5;

/**
 * An error as the log shows it, with what caused it. Of the driver's errors only names are taken along. Their details quote
 * rows, and rows hold what models and people wrote.
 */
export function shownError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? error.slice(0, MOST_TEXT) : error;
  const { name, message, stack, cause } = error;
  const { code, type, constraint, table } = error as Error & Record<string, unknown>;
  const text = message.slice(0, MOST_TEXT);
  const shown = { name, type, code, constraint, table, message: text };
  const causes = cause === undefined || depth === DEEPEST_CAUSE ? undefined : shownError(cause, depth + 1);
  // The stack begins with the message, which may be long.
  const places = stack?.startsWith(`${name}: ${message}`)
    ? stack.slice(name.length + 2 + message.length)
    : stack;
  return { ...shown, stack: places?.trimStart().slice(0, MOST_STACK), cause: causes };
}

const WINDOW_MS = 10_000;
const MOST_IN_WINDOW = 20;
const MOST_KNOWN = 200;

interface Seen {
  readonly sinceMs: number;
  written: number;
  left: number;
}

/**
 * Whether the same words may be written once more. A fault that recurs a thousand times a second filled a disk, and
 * added nothing to the first twenty lines.
 */
export class StormGuard {
  readonly #seen = new Map<string, Seen>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number = () => Date.now()) {
    this.#nowMs = nowMs;
  }

  /** `left`: how many were left out before this one; undefined when this one is left out. */
  admit(words: string): { readonly left: number } | undefined {
    const now = this.#nowMs();
    const seen = this.#seen.get(words);
    if (seen === undefined || now - seen.sinceMs >= WINDOW_MS) {
      if (seen === undefined && this.#seen.size >= MOST_KNOWN) this.#seen.clear();
      this.#seen.set(words, { sinceMs: now, written: 1, left: 0 });
      return { left: seen?.left ?? 0 };
    }
    if (seen.written >= MOST_IN_WINDOW) {
      seen.left += 1;
      return undefined;
    }
    seen.written += 1;
    return { left: 0 };
  }

  /** Whether a window holds omissions that are not reported yet. */
  get isLeavingOut(): boolean {
    return [...this.#seen.values()].some(({ left }) => left > 0);
  }

  /** Omissions of past windows, each reported once. */
  *summaries(): Generator<{ readonly words: string; readonly left: number }> {
    for (const [words, { sinceMs, left }] of this.#seen) {
      if (this.#nowMs() - sinceMs < WINDOW_MS) continue;
      this.#seen.delete(words);
      if (left > 0) yield { words, left };
    }
  }
}
