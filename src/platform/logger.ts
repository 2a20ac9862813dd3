import { pino, type Logger } from 'pino';

export type { Logger };

const redactedPaths = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'token',
  'apiKey',
  '*.authorization',
  '*.cookie',
  '*.password',
  '*.secret',
  '*.token',
  '*.apiKey',
  'headers.authorization',
  'headers.cookie',
  'req.headers.authorization',
  'req.headers.cookie',
];

/**
 * JSON lines on standard output. Secrets are redacted by key, wherever they stand one level deep.
 * Lines are written without waiting for the reader of the log, in their order; the end of the process writes what is left.
 */
export function createLogger(options: { level: string; service: string }): Logger {
  return pino(
    {
      level: options.level,
      base: { service: options.service, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: redactedPaths, censor: '[redacted]' },
    },
    pino.destination({ dest: 1, sync: false }),
  );
}
