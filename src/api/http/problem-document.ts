import { ObjectStoreError } from '../../contracts/reports/object-store.js';
import { Problem } from '../../contracts/problems.js';

/** RFC 9457. The members that every problem has come last: no `extra` can pass for them. */
export function problemDocument(problem: Problem, requestId: string): Record<string, unknown> {
  return {
    ...problem.extra,
    type: `/problems/${problem.code}`,
    title: problem.title,
    status: problem.options.statusWord ?? problem.status,
    detail: problem.message,
    code: problem.code,
    requestId,
    ...(problem.errors === undefined ? {} : { errors: problem.errors }),
  };
}

/** What a thrown thing is to the caller. What is not expected tells them nothing but that it was noted. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isDatabaseDown(error)) {
    return new Problem('database_unavailable', { headers: { 'Retry-After': '2' }, cause: error });
  }
  if (error instanceof ObjectStoreError) {
    return new Problem('storage_unavailable', { headers: { 'Retry-After': '5' }, cause: error });
  }
  if (isRefusedByKoa(error)) return new Problem('validation_error', { cause: error });
  return new Problem('internal_error', { detail: 'It was logged under this requestId.', cause: error });
}

const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
]);
/** Connection lost, shutting down, starting up, too many clients, statement timeout, deadlock, serialization. */
const SQLSTATES = /^(08...|57P0[1-3]|57014|53[0-4]00|40001|40P01)$/;
const PG_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

function isDatabaseDown(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && (NETWORK.has(code) || SQLSTATES.test(code))) return true;
  return PG_MESSAGES.test(error.message);
}

function isRefusedByKoa(error: unknown): boolean {
  if (error instanceof URIError) return true;
  const { expose, status } = (error ?? {}) as { expose?: unknown; status?: unknown };
  return expose === true && status === 400;
}
