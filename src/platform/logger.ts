import { pino, type DestinationStream, type Logger } from 'pino';
import { shortLine, shownError, StormGuard } from './log-lines.js';

export type { Logger };

const SECRETS = new Set(['authorization', 'cookie', 'password', 'secret', 'token', 'apikey']);
const DEEPEST = 3;

const WARN = 40;
const SUMMARY_MS = 10_000;

/** A line waits this long at most, or until so many characters wait with it. A write for each would cost a request more. */
const FLUSH_MS = 100;
const FLUSH_BYTES = 4_096;
/** A flush during a write leaves what came meanwhile to the next. */
const FLUSHES_AFTER_A_LINE = 10;

/**
 * JSON lines on standard output, in their order, without waiting for whoever reads them. The end of the process writes what
 * is left. Secrets are masked by the name of their member, three levels deep. Lines are short, errors have their causes,
 * and the same warning over and over is counted instead of written.
 */
export function createLogger(options: { level: string; service: string }): Logger {
  const { level, service } = options;
  const storms = new StormGuard();
  let timer: NodeJS.Timeout | undefined;
  const summarize = (): void => {
    timer = undefined;
    for (const { words, left } of storms.summaries()) logger.warn({ leftOut: left }, words);
    if (storms.isLeavingOut) summarizeLater();
  };
  const summarizeLater = (): void => {
    timer ??= setTimeout(summarize, SUMMARY_MS).unref();
  };
  const logger: Logger = pino(
    {
      level,
      base: { service, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { log: (line) => masked(line, DEEPEST) },
      serializers: { err: (error) => shownError(error), error: (error) => shownError(error) },
      hooks: {
        logMethod(args, write, severity) {
          if (severity < WARN) return write.apply(this, args);
          const [first, second] = args as unknown[];
          const words = String(typeof first === 'string' ? first : second);
          const admitted = storms.admit(words);
          if (admitted === undefined) return summarizeLater();
          if (admitted.left > 0) write.call(this, { leftOut: admitted.left } as never, words);
          write.apply(this, args);
        },
      },
    },
    batchedOutput(),
  );
  return logger;
}

/** The periodic flush of pino goes on without lines, ten empty writes a second. This one rests a second after a line. */
function batchedOutput(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: false, minLength: FLUSH_BYTES });
  let timer: NodeJS.Timeout | undefined;
  let flushes = 0;
  const flush = (): void => {
    output.flush();
    flushes += 1;
    if (flushes < FLUSHES_AFTER_A_LINE) return;
    clearInterval(timer);
    timer = undefined;
  };
  return {
    write: (line) => {
      output.write(shortLine(line));
      flushes = 0;
      timer ??= setInterval(flush, FLUSH_MS).unref();
    },
  };
}

/** The line itself where nothing has to be masked, which is nearly always. */
function masked(value: Record<string, unknown>, depth: number): Record<string, unknown> {
  let copy: Record<string, unknown> | undefined;
  for (const name in value) {
    const given = value[name];
    if (given === undefined || given === null) continue;
    const shown = SECRETS.has(name.toLowerCase()) ? '[redacted]' : shownOf(given, depth);
    if (shown !== given) copy = { ...(copy ?? value), [name]: shown };
  }
  return copy ?? value;
}

/** Errors are left to their serializer. */
function shownOf(given: unknown, depth: number): unknown {
  if (depth === 0 || typeof given !== 'object' || given === null) return given;
  if (given instanceof Error || ArrayBuffer.isView(given)) return given;
  return masked(given as Record<string, unknown>, depth - 1);
}
