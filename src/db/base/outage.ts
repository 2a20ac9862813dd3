const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/**
 * Connection lost, shutting down, starting up, out of connections or disk, I/O error, standby not promoted. Also
 * statement and lock timeouts, deadlock, serialization.
 */
const SQLSTATES = /^(08...|57P0[1-3]|57014|53[0-4]00|58...|25006|55P03|40001|40P01)$/;
const PG_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Query read timeout)/;

/** Whether PostgreSQL is away or out of means: the same statement may succeed later. A constraint violation is not. */
export function isDatabaseOutage(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === 'string' && (NETWORK.has(code) || SQLSTATES.test(code))) return true;
  return typeof message === 'string' && PG_MESSAGES.test(message);
}
